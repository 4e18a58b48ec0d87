package pagefold.arm32;

import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Capability;
import pagefold.spi.Profile;
import pagefold.testkit.PluginConformanceTest;
import pagefold.testkit.WordRules;

class Arm32ConformanceTest extends PluginConformanceTest {

    @Override
    protected ArchitecturePlugin plugin() {
        return new Arm32Plugin();
    }

    @Override
    protected WordRules rules(Profile profile) {
        return profile.capabilities().contains(Capability.DOMAINS)
                ? new WordRules.ShortDescriptors()
                : super.rules(profile);
    }
}
