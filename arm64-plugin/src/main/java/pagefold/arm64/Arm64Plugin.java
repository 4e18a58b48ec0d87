package pagefold.arm64;

import java.util.List;
import pagefold.arm64.capture.Arm64Machine;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine;
import pagefold.spi.Profile;
import pagefold.table.ModelSetup;
import pagefold.table.PageTableModel;
import pagefold.table.TableModel;

/** VMSAv8-64: the tables of Armv8-A and Armv9-A in AArch64 state. */
public final class Arm64Plugin implements ArchitecturePlugin {
    static final String ID = "arm64";
    private static final List<StageOneProfile> PROFILES =
            List.of(new StageOneProfile("4k-48", 12, 48, 48, OutputEncoding.PA_48, true, 0xffff_ffff_ff42_f000L));

    @Override
    public String id() {
        return ID;
    }

    @Override
    public String version() {
        return "1.0";
    }

    @Override
    public List<Profile> profiles() {
        return PROFILES.stream().map(StageOneProfile::declared).toList();
    }

    @Override
    public PageTableModel newModel(String profile, Coarsening coarsening) {
        return new TableModel(setup(profile, coarsening));
    }

    /**
     * What the engine needs for a profile.
     *
     * @throws IllegalArgumentException when there is no such profile
     */
    public static ModelSetup setup(String profile, Coarsening coarsening) {
        return named(profile).setup(coarsening);
    }

    private static StageOneProfile named(String name) {
        return PROFILES.stream()
                .filter(profile -> profile.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("expected a profile of arm64, but found '" + name + "'"));
    }

    @Override
    public CapturedMachine capture(Capture capture) {
        return new Arm64Machine(capture);
    }
}
