package pagefold.arm32;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagefold.arm32.lpae.LpaeProfile;
import pagefold.arm32.machine.Arm32Machine;
import pagefold.arm32.shortdesc.ClassicProfile;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine;
import pagefold.spi.Profile;
import pagefold.spi.ProfileOption;
import pagefold.table.ModelSetup;
import pagefold.table.PageTableModel;
import pagefold.table.TableModel;

/** VMSAv8-32: the tables of Armv7-A, with LPAE and without, and of Armv8-A in AArch32 state. */
public final class Arm32Plugin implements ArchitecturePlugin {
    private static final String ID = "arm32";

    private static final List<LpaeProfile> LONG = List.of(LpaeProfile.LPAE);
    private static final List<ClassicProfile> SHORT = List.of(ClassicProfile.CLASSIC);

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
        return Stream.concat(
                        LONG.stream().map(LpaeProfile::declared), SHORT.stream().map(ClassicProfile::declared))
                .toList();
    }

    @Override
    public List<ProfileOption> options() {
        return ClassicProfile.forms();
    }

    @Override
    public @Nullable Profile profile(String name) {
        Profile listed = ArchitecturePlugin.super.profile(name);
        return listed != null
                ? listed
                : SHORT.stream()
                        .map(candidate -> candidate.named(name))
                        .filter(Objects::nonNull)
                        .findFirst()
                        .map(ClassicProfile::declared)
                        .orElse(null);
    }

    @Override
    public PageTableModel newModel(String profile, Coarsening coarsening) {
        return new TableModel(setup(profile, coarsening));
    }

    /**
     * What an empty model of a profile is made of.
     *
     * @throws IllegalArgumentException when there is no such profile
     */
    public static ModelSetup setup(String profile, Coarsening coarsening) {
        for (LpaeProfile candidate : LONG) {
            if (candidate.name().equals(profile)) {
                return candidate.setup(ID, coarsening);
            }
        }
        for (ClassicProfile candidate : SHORT) {
            ClassicProfile found = candidate.named(profile);
            if (found != null) {
                return found.setup(ID, coarsening);
            }
        }
        throw new IllegalArgumentException("expected a profile of arm32, but found '" + profile + "'");
    }

    /** Captures with short descriptors, or with long ones, by TTBCR.EAE; with stage 2 or without. */
    @Override
    public CapturedMachine capture(Capture capture) {
        return new Arm32Machine(capture);
    }
}
