package pagefold.arm64;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine;
import pagefold.spi.Profile;
import pagefold.table.PageTableModel;
import pagefold.testkit.PluginConformanceTest;

/** The plugin with what may be chosen for stage 2: sizes, start levels and their tables, FWB, dirty state by hardware. */
class Stage2OptionsConformanceTest extends PluginConformanceTest {

    @Override
    protected ArchitecturePlugin plugin() {
        return new WithOptions(
                new Arm64Plugin(),
                List.of(
                        "4k-48-ipa43-fwb",
                        "4k-48-start0-s2hd",
                        "16k-48-ipa48-fwb-s2hd",
                        "64k-48-ipa46-start2",
                        "4k-52-ipa52",
                        "4k-52-ipa50-start-1"));
    }

    private record WithOptions(ArchitecturePlugin plugin, List<String> names) implements ArchitecturePlugin {
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
            return names.stream()
                    .flatMap(name -> Stream.of(Objects.requireNonNull(plugin.profile(name))))
                    .toList();
        }

        @Override
        public PageTableModel newModel(String profile, Coarsening coarsening) {
            return plugin.newModel(profile, coarsening);
        }

        @Override
        public CapturedMachine capture(Capture capture) {
            return plugin.capture(capture);
        }
    }
}
