package pagefold.arm32.lpae;

import java.util.Map;
import java.util.Set;
import pagefold.arm32.linux.KernelLayout;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.SpaceKind;
import pagefold.spi.Capability;
import pagefold.spi.Profile;
import pagefold.table.ModelSetup;
import pagefold.table.TranslationRegime;

/**
 * A configuration of all regimes with long descriptors. PL2 and stage 2 are as Linux 5.5 had them.
 *
 * @param name as {@code lpae}
 * @param control TTBCR: both ranges as they are split by T0SZ and T1SZ. With 0 in both, every address goes through TTBR0
 *     and the kernel's memory is reached through the last entry of each process's start table
 * @param layout where the kernel's part begins and what is in it
 */
public record LpaeProfile(String name, long control, KernelLayout layout) {
    static final int GRANULE_BITS = 12;
    static final int INPUT_BITS = 32;
    static final int OUTPUT_BITS = 40;

    /**
     * As Linux 6.12 sets it up on QEMU's {@code virt}: 3 GB for processes, 1 GB for the kernel, of which 768 MB are
     * mapped linearly; long descriptors, T0SZ = T1SZ = 0, walks inner shareable and cached.
     */
    public static final LpaeProfile LPAE =
            new LpaeProfile("lpae", 0xb500_3500L, new KernelLayout(0xc000_0000L, 0xf000_0000L));

    /** SCTLR: MMU and caches on, WXN and UWXN off. */
    static final long SYSTEM_CONTROL = 0x70c5_387dL;

    /** HTCR: T0SZ = 0, walks inner shareable and cached. */
    static final long HYP_CONTROL = 0x8080_3500L;
    /** VTCR: T0SZ = -8 (40 bits), SL0 = 1 (level 1), walks inner shareable and cached. */
    static final long STAGE_2_CONTROL = 0x8000_3558L;

    /** RAM of the machine that is simulated begins here, as on QEMU's {@code virt}; tables come first. */
    private static final long TABLE_BASE = 0x4000_0000L;
    /** Most bytes of tables of one simulation. */
    private static final long TABLE_LIMIT = 256L << 20;
    /** Frames of backing objects begin above 4 GB. */
    private static final long FRAME_BASE = 0x1_0000_0000L;

    /** The profile as the host sees it. */
    public Profile declared() {
        return new Profile(
                name,
                "long descriptors: 4K pages, 32-bit virtual and 40-bit physical addresses, words as Linux 6.12",
                GRANULE_BITS,
                INPUT_BITS,
                OUTPUT_BITS,
                Set.of(
                        Capability.USER_SPACE,
                        Capability.KERNEL_SPACE,
                        Capability.KERNEL_ENTRIES,
                        Capability.IDENTITY_MAPS,
                        Capability.HYP,
                        Capability.STAGE_2,
                        Capability.LIVE_CHANGES,
                        Capability.HUGE_PAGES,
                        Capability.CAPTURES));
    }

    /** The registers of PL1 for a start table, which both ranges have. */
    Map<String, Long> registers(long root) {
        return Map.of(
                "TTBCR",
                control,
                "TTBR0",
                root,
                "TTBR1",
                root,
                "MAIR0",
                MemoryAttributes.MAIR,
                "MAIR1",
                MemoryAttributes.MAIR >>> 32,
                "SCTLR",
                SYSTEM_CONTROL);
    }

    /**
     * What an empty model of this profile is made of.
     *
     * @param plugin the plugin's id, for messages
     */
    public ModelSetup setup(String plugin, Coarsening coarsening) {
        Map<SpaceKind, TranslationRegime> regimes = Map.of(
                SpaceKind.USER, new LpaeRegime(this, SpaceKind.USER),
                SpaceKind.KERNEL, new LpaeRegime(this, SpaceKind.KERNEL),
                SpaceKind.IDMAP, new LpaeRegime(this, SpaceKind.IDMAP),
                SpaceKind.HYP, new HypRegime(),
                SpaceKind.STAGE2, new Stage2Regime());
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
