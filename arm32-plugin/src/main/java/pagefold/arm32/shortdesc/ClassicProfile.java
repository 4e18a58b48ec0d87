package pagefold.arm32.shortdesc;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagefold.arm32.linux.KernelLayout;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.SpaceKind;
import pagefold.spi.Capability;
import pagefold.spi.Profile;
import pagefold.spi.ProfileOption;
import pagefold.table.ModelSetup;
import pagefold.table.TranslationRegime;

/**
 * A configuration of PL1&amp;0 stage 1 with short descriptors.
 *
 * @param name as {@code classic}
 * @param layout where the kernel's part begins and what is in it
 * @param options what is not as on Armv7
 */
public record ClassicProfile(String name, KernelLayout layout, ClassicOptions options) {
    static final int GRANULE_BITS = 12;
    static final int INPUT_BITS = 32;
    static final int OUTPUT_BITS = 32;
    /** What Linux reaches by supersections: PA[35:32] of them. */
    static final int SUPERSECTION_OUTPUT_BITS = 36;

    /** As Linux 6.12 sets it up on QEMU's {@code virt} with 256 MB of memory: 3 GB for processes, 1 GB for the kernel. */
    public static final ClassicProfile CLASSIC =
            new ClassicProfile("classic", new KernelLayout(0xc000_0000L, 0xd000_0000L), ClassicOptions.NONE);

    /** RAM of the machine that is simulated begins here, as on QEMU's {@code virt}; tables come first. */
    private static final long TABLE_BASE = 0x4000_0000L;
    /** Most bytes of tables of one simulation. */
    private static final long TABLE_LIMIT = 256L << 20;
    /** Frames of backing objects: from behind the tables to 4 GB. */
    private static final long FRAME_BASE = TABLE_BASE + TABLE_LIMIT;

    /** What {@link #CLASSIC} stands for: Linux's own values on a processor of Armv7 with one core's kernel. */
    static final Map<String, Long> REGISTERS = Map.of(
            "TTBCR", 0L,
            "TTBR1", 0L,
            "DACR", 0x55L,
            "SCTLR", 0x50c5_387dL,
            "PRRR", 0xff0a_81a8L,
            "NMRR", 0x40e0_40e0L);

    /** The processor: Armv7 with PXN and supersections. */
    static final Processor PROCESSOR = new Processor(false, true, true, SUPERSECTION_OUTPUT_BITS);

    /** What may stand behind the name. */
    public static List<ProfileOption> forms() {
        return ClassicOptions.FORMS;
    }

    /** The profile that a name stands for: this one, or this one with options; {@code null} where it is neither. */
    public @Nullable ClassicProfile named(String wanted) {
        ClassicOptions chosen = wanted.startsWith(name) ? ClassicOptions.parse(wanted.substring(name.length())) : null;
        return chosen == null ? null : new ClassicProfile(wanted, layout, chosen);
    }

    /** The profile as the host sees it. */
    public Profile declared() {
        return new Profile(
                name,
                "short descriptors: 4K pages, sections, 32-bit addresses, words as Linux 6.12 without LPAE"
                        + options.title(),
                GRANULE_BITS,
                INPUT_BITS,
                OUTPUT_BITS,
                capabilities());
    }

    private Set<Capability> capabilities() {
        Set<Capability> declared = EnumSet.of(
                Capability.USER_SPACE,
                Capability.KERNEL_SPACE,
                Capability.KERNEL_ENTRIES,
                Capability.IDENTITY_MAPS,
                Capability.DOMAINS,
                Capability.CAPTURES);
        if (options.lowVectors()) {
            declared.add(Capability.LOW_VECTORS);
        }
        if (options.virtualCache()) {
            declared.add(Capability.ALIAS_COHERENCE);
        }
        return declared;
    }

    /**
     * What an empty model of this profile is made of.
     *
     * @param plugin the plugin's id, for messages
     */
    public ModelSetup setup(String plugin, Coarsening coarsening) {
        Map<SpaceKind, TranslationRegime> regimes = Map.of(
                SpaceKind.USER, new ClassicRegime(this, SpaceKind.USER),
                SpaceKind.KERNEL, new ClassicRegime(this, SpaceKind.KERNEL),
                SpaceKind.IDMAP, new ClassicRegime(this, SpaceKind.IDMAP));
        return new ModelSetup(
                plugin,
                name,
                GRANULE_BITS,
                regimes,
                TABLE_BASE,
                TABLE_LIMIT,
                FRAME_BASE,
                (1L << OUTPUT_BITS) - FRAME_BASE,
                coarsening);
    }
}
