package pagefold.arm32;

import java.util.List;
import java.util.Objects;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine;
import pagefold.spi.Profile;
import pagefold.table.PageTableModel;
import pagefold.testkit.PluginConformanceTest;
import pagefold.testkit.WordRules;

/** What every plugin must do, with a profile that a name with an option stands for. */
class VivtConformanceTest extends PluginConformanceTest {

    @Override
    protected ArchitecturePlugin plugin() {
        Arm32Plugin plugin = new Arm32Plugin();
        return new ArchitecturePlugin() {
            @Override
            public String id() {
                return plugin.id();
            }

            @Override
            public String version() {
                return plugin.version();
            }

            @Override
            public List<Profile> profiles() {
                return List.of(Objects.requireNonNull(plugin.profile("classic-vivt")));
            }

            @Override
            public PageTableModel newModel(String profile, Coarsening coarsening) {
                return plugin.newModel(profile, coarsening);
            }

            @Override
            public CapturedMachine capture(Capture capture) {
                return plugin.capture(capture);
            }
        };
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
