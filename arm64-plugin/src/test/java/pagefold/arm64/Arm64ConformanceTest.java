package pagefold.arm64;

import pagefold.spi.ArchitecturePlugin;
import pagefold.testkit.PluginConformanceTest;

class Arm64ConformanceTest extends PluginConformanceTest {

    @Override
    protected ArchitecturePlugin plugin() {
        return new Arm64Plugin();
    }
}
