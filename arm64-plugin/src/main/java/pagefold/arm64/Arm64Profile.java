package pagefold.arm64;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.SpaceKind;
import pagefold.spi.Capability;
import pagefold.spi.Profile;
import pagefold.table.ModelSetup;
import pagefold.table.TranslationRegime;

/**
 * A configuration of all translation regimes. EL2 and EL3 have the page size and address sizes of EL1&amp;0.
 *
 * <p>Behind the name of a profile may stand what is chosen for stage 2, in this order: {@code -ipa48}, the size of
 * intermediate physical addresses; {@code -start0}, the level of the start table; {@code -fwb}, HCR_EL2.FWB;
 * {@code -s2hd}, VTCR_EL2.HD. As in {@code 4k-48-ipa44-fwb}.
 *
 * @param name with its options
 * @param stage1 what there is without them
 */
record Arm64Profile(String name, StageOneProfile stage1, Stage2Options stage2) {
    /** RAM of the machine that is simulated begins here, as on QEMU's {@code virt}; tables come first. */
    private static final long TABLE_BASE = 0x4000_0000L;
    /** Most bytes of tables of one simulation: enough to map 128 GB in 4K pages. */
    private static final long TABLE_LIMIT = 256L << 20;
    /** Frames of backing objects begin above 4 GB. */
    private static final long FRAME_BASE = 0x1_0000_0000L;

    /** A profile with what KVM chooses for stage 2. */
    static Arm64Profile of(StageOneProfile stage1) {
        return new Arm64Profile(stage1.name(), stage1, Stage2Options.standard(stage1.granuleBits()));
    }

    /** This profile with the options in a name that begins with its own, or {@code null} where that is no such name. */
    @Nullable
    Arm64Profile named(String wanted) {
        if (!wanted.startsWith(name)) {
            return null;
        }
        Stage2Options options = stage2.with(wanted.substring(name.length()), stage1);
        return options == null ? null : new Arm64Profile(wanted, stage1, options);
    }

    Profile declared() {
        return new Profile(
                name,
                stage1.title() + stage2.title(),
                stage1.granuleBits(),
                stage1.inputBits(),
                stage1.outputBits(),
                capabilities(),
                stage1.kernelLayout());
    }

    private Set<Capability> capabilities() {
        Set<Capability> declared = EnumSet.of(
                Capability.USER_SPACE,
                Capability.KERNEL_SPACE,
                Capability.HYP,
                Capability.MONITOR,
                Capability.STAGE_2,
                Capability.CONTIGUOUS,
                Capability.HARDWARE_DIRTY,
                Capability.GUARDED_PAGES,
                Capability.MEMORY_TAGGING,
                Capability.EXECUTE_ONLY,
                Capability.LIVE_CHANGES,
                Capability.KERNEL_COPIES,
                Capability.SHARED_TABLES,
                Capability.HUGE_PAGES,
                Capability.IDENTITY_MAPS,
                Capability.IDENTITY_PAGES,
                Capability.CAPTURES);
        if (hasWidePages()) {
            declared.add(Capability.IDENTITY_MAPS_52);
        }
        if (stage1.geometry().startLevel() < 0) {
            declared.add(Capability.FIVE_LEVELS);
        }
        return declared;
    }

    /** Whether there are physical addresses of more than 48 bits. */
    private boolean hasWidePages() {
        return stage1.outputBits() > 48;
    }

    ModelSetup setup(Coarsening coarsening) {
        Map<SpaceKind, TranslationRegime> regimes = new EnumMap<>(SpaceKind.class);
        regimes.put(SpaceKind.USER, new El1And0Regime(stage1, SpaceKind.USER));
        regimes.put(SpaceKind.KERNEL, new El1And0Regime(stage1, SpaceKind.KERNEL));
        regimes.put(SpaceKind.HYP, new OneRangeRegime(stage1, SpaceKind.HYP));
        regimes.put(SpaceKind.MONITOR, new OneRangeRegime(stage1, SpaceKind.MONITOR));
        regimes.put(SpaceKind.STAGE2, new Stage2Regime(stage1, stage2));
        regimes.put(SpaceKind.IDMAP, new IdentityRegime(stage1, SpaceKind.IDMAP));
        regimes.put(SpaceKind.IDMAP_PAGE, new IdentityRegime(stage1, SpaceKind.IDMAP_PAGE));
        if (hasWidePages()) {
            regimes.put(SpaceKind.IDMAP_PAGE_52, new IdentityRegime(stage1, SpaceKind.IDMAP_PAGE_52));
        }
        return new ModelSetup(
                Arm64Plugin.ID,
                name,
                stage1.granuleBits(),
                regimes,
                TABLE_BASE,
                TABLE_LIMIT,
                FRAME_BASE,
                (1L << stage1.outputBits()) - FRAME_BASE,
                coarsening);
    }
}
