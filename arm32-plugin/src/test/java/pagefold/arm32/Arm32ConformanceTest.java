package pagefold.arm32;

import pagefold.spi.ArchitecturePlugin;
import pagefold.testkit.PluginConformanceTest;

class Arm32ConformanceTest extends PluginConformanceTest {

    @Override
    protected ArchitecturePlugin plugin() {
        return new Arm32Plugin();
    }
}
