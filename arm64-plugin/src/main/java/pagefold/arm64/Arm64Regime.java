package pagefold.arm64;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Shareability;
import pagefold.model.SpaceKind;
import pagefold.table.Geometry;
import pagefold.table.ModelStatistics.Register;
import pagefold.table.TableFormat;
import pagefold.table.TranslationRegime;

/** What all regimes of a profile have in common: their shape, and what LPA2 does to the SH field. */
abstract class Arm64Regime implements TranslationRegime {
    final StageOneProfile profile;
    final SpaceKind kind;
    private final Geometry geometry;
    private final TableFormat format;
    private final AddressRange inputRange;

    Arm64Regime(
            StageOneProfile profile, SpaceKind kind, Geometry geometry, TableFormat format, AddressRange inputRange) {
        this.profile = profile;
        this.kind = kind;
        this.geometry = geometry;
        this.format = format;
        this.inputRange = inputRange;
    }

    @Override
    public final SpaceKind kind() {
        return kind;
    }

    @Override
    public final Geometry geometry() {
        return geometry;
    }

    @Override
    public final TableFormat format() {
        return format;
    }

    @Override
    public final AddressRange inputRange() {
        return inputRange;
    }

    /** TTBR and the size of the input addresses (Arm ARM D8.2.5, D24.2). */
    @Override
    public final List<Register> registers(long root) {
        boolean isKernel = kind == SpaceKind.KERNEL;
        long base = profile.encoding().encodeRoot(isKernel ? root + profile.upperRootOffset() : root);
        String half = isKernel ? "1" : "0";
        String level = switch (kind) {
            case USER, KERNEL, IDMAP, IDMAP_PAGE, IDMAP_PAGE_52 -> "EL1";
            case HYP, STAGE2 -> "EL2";
            case MONITOR -> "EL3";
        };
        int bits = switch (kind) {
            case USER, KERNEL, HYP, MONITOR -> profile.inputBits();
            case STAGE2, IDMAP, IDMAP_PAGE, IDMAP_PAGE_52 -> geometry.inputBits();
        };
        boolean isStage2 = kind == SpaceKind.STAGE2;
        return List.of(
                new Register(isStage2 ? "VTTBR_EL2" : "TTBR" + half + "_" + level, base),
                new Register((isStage2 ? "VTCR_EL2.T" : "TCR_" + level + ".T") + half + "SZ", Long.SIZE - bits));
    }

    @Override
    public final int outputBits() {
        return profile.outputBits();
    }

    /** Why shareability cannot be held: with LPA2 the SH field has bits of the address (Arm ARM D8.3). */
    final @Nullable Unfit unfitShareability(Attributes attributes) {
        return profile.sharesByControl() && attributes.shareability() != Shareability.INNER_SHAREABLE
                ? new Unfit("attributes", "inner shareable memory, since descriptors have no SH field")
                : null;
    }

    /** The SH field, where descriptors have one. */
    final long shareabilityField(Attributes attributes) {
        return profile.sharesByControl() ? 0 : MemoryAttributes.field(attributes.shareability());
    }
}
