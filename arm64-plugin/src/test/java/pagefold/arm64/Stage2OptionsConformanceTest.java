package pagefold.arm64;

import java.util.List;
import pagefold.spi.ArchitecturePlugin;
import pagefold.testkit.PluginConformanceTest;

/** The plugin with what may be chosen for stage 2: sizes, start levels and their tables, FWB, dirty state by hardware. */
class Stage2OptionsConformanceTest extends PluginConformanceTest {

    @Override
    protected ArchitecturePlugin plugin() {
        return new Arm64Plugin();
    }

    @Override
    protected List<String> profiles() {
        return List.of(
                "4k-48-ipa43-fwb",
                "4k-48-start0-s2hd",
                "16k-48-ipa48-fwb-s2hd",
                "64k-48-ipa46-start2",
                "4k-52-ipa52",
                "4k-52-ipa50-start-1");
    }
}
