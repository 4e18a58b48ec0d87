package pagefold.arm32;

import java.util.List;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Profile;
import pagefold.testkit.PluginConformanceTest;
import pagefold.testkit.WordRules;

/** What every plugin must do, with a profile that a name with an option stands for. */
class VivtConformanceTest extends PluginConformanceTest {

    @Override
    protected ArchitecturePlugin plugin() {
        return new Arm32Plugin();
    }

    @Override
    protected List<String> profiles() {
        return List.of("classic-vivt");
    }

    @Override
    protected WordRules rules(Profile profile) {
        return new WordRules.ShortDescriptors();
    }

    @Override
    protected int histories(int cases) {
        return 4;
    }
}
