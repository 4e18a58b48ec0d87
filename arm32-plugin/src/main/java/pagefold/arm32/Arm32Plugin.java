package pagefold.arm32;

import java.util.List;
import pagefold.arm32.lpae.LpaeProfile;
import pagefold.arm32.machine.Arm32Machine;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine;
import pagefold.spi.Profile;
import pagefold.table.PageTableModel;
import pagefold.table.TableModel;

/** VMSAv8-32: the tables of Armv7-A with LPAE and of Armv8-A in AArch32 state. */
public final class Arm32Plugin implements ArchitecturePlugin {
    private static final String ID = "arm32";

    private static final List<LpaeProfile> PROFILES = List.of(LpaeProfile.LPAE);

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
        return PROFILES.stream().map(LpaeProfile::declared).toList();
    }

    @Override
    public PageTableModel newModel(String profile, Coarsening coarsening) {
        LpaeProfile found = PROFILES.stream()
                .filter(candidate -> candidate.name().equals(profile))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("expected a profile of arm32, but found '" + profile + "'"));
        return new TableModel(found.setup(ID, coarsening));
    }

    /** Captures with short descriptors, or with long ones, by TTBCR.EAE; with stage 2 or without. */
    @Override
    public CapturedMachine capture(Capture capture) {
        return new Arm32Machine(capture);
    }
}
