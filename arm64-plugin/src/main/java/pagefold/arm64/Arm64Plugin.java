package pagefold.arm64;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import pagefold.arm64.capture.Arm64Machine;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine;
import pagefold.spi.Profile;
import pagefold.spi.ProfileOption;
import pagefold.table.ModelSetup;
import pagefold.table.PageTableModel;
import pagefold.table.TableModel;

/** VMSAv8-64: the tables of Armv8-A and Armv9-A in AArch64 state. */
public final class Arm64Plugin implements ArchitecturePlugin {
    static final String ID = "arm64";
    /**
     * The configurations of Linux's Kconfig (arch/arm64/Kconfig, ARM64_VA_BITS), the default first; then what those of
     * 52 bits become on a processor without 52-bit addresses.
     */
    private static final List<Arm64Profile> PROFILES = List.of(
            profile("4k-48", 12, 48, OutputEncoding.PA_48),
            profile("4k-39", 12, 39, OutputEncoding.PA_48),
            profile("4k-52", 12, 52, OutputEncoding.LPA2),
            profile("16k-36", 14, 36, OutputEncoding.PA_48),
            profile("16k-47", 14, 47, OutputEncoding.PA_48),
            profile("16k-48", 14, 48, OutputEncoding.PA_48),
            profile("16k-52", 14, 52, OutputEncoding.LPA2),
            profile("64k-42", 16, 42, OutputEncoding.PA_48),
            profile("64k-48", 16, 48, OutputEncoding.PA_48),
            profile("64k-52", 16, 52, OutputEncoding.LPA_64K),
            built("4k-52-nolpa2", 12, 48, 52),
            built("16k-52-nolpa2", 14, 47, 52),
            built("64k-52-nolva", 16, 48, 52));

    private static Arm64Profile profile(String name, int granuleBits, int inputBits, OutputEncoding encoding) {
        return Arm64Profile.of(new StageOneProfile(name, granuleBits, inputBits, inputBits, encoding, true));
    }

    private static Arm64Profile built(String name, int granuleBits, int inputBits, int builtInputBits) {
        return Arm64Profile.of(
                new StageOneProfile(name, granuleBits, inputBits, builtInputBits, OutputEncoding.PA_48, true));
    }

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
        return PROFILES.stream().map(Arm64Profile::declared).toList();
    }

    @Override
    public List<ProfileOption> options() {
        return Stage2Options.FORMS;
    }

    @Override
    public @Nullable Profile profile(String name) {
        Arm64Profile found = find(name);
        return found == null ? null : found.declared();
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
        Arm64Profile found = find(profile);
        if (found == null) {
            throw new IllegalArgumentException("expected a profile of arm64, but found '" + profile + "'");
        }
        return found.setup(coarsening);
    }

    /** The profile of exactly that name before any that it is one of with options. */
    static @Nullable Arm64Profile find(String name) {
        return PROFILES.stream()
                .map(profile -> profile.named(name))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    @Override
    public CapturedMachine capture(Capture capture) {
        return new Arm64Machine(capture);
    }
}
