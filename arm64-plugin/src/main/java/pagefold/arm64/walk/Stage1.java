package pagefold.arm64.walk;

import org.jspecify.annotations.Nullable;
import pagefold.arm64.descriptor.Descriptor;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.arm64.walk.PermissionTable.Rules;

/** Stage 1 of a translation regime: its ranges and the rules for their leaves. Immutable. */
public final class Stage1 {
    final Stage1Range lower;
    final Stage1Range upper;
    final boolean twoRanges;
    final Controls controls;
    final boolean enabled;
    final boolean hardwareAccess;
    final boolean hardwareDirty;
    final byte[] grants;
    final byte[] grantsUnderPan;

    /** What addresses and attributes become while stage 1 is off. */
    final Flat flat;

    private Stage1(Stage1Range lower, Stage1Range upper, boolean twoRanges, Controls controls, Flat flat) {
        this.lower = lower;
        this.upper = upper;
        this.twoRanges = twoRanges;
        this.controls = controls;
        this.enabled = !flat.instead;
        this.hardwareAccess = controls.hardwareAccess;
        this.hardwareDirty = controls.hardwareAccess && controls.hardwareDirty;
        this.flat = flat;
        Rules rules =
                new Rules(twoRanges, controls.writeImpliesNoExecute, controls.executeCountsForPan, controls.nestedEl1);
        this.grants = PermissionTable.stage1(rules, false);
        this.grantsUnderPan = PermissionTable.stage1(rules, true);
    }

    /**
     * The bits of TCR, SCTLR, HCR and MAIR for all ranges of a regime.
     *
     * @param memoryAttributes MAIR
     * @param hardwareAccess TCR.HA
     * @param hardwareDirty TCR.HD; has no effect without HA
     * @param writeImpliesNoExecute SCTLR.WXN
     * @param executeCountsForPan SCTLR.EPAN
     * @param dataCached SCTLR.C
     * @param fetchesCached SCTLR.I
     * @param nestedEl1 HCR_EL2.{NV, NV1} = {1, 1}: descriptors mean what EL2's would
     */
    public record Controls(
            long memoryAttributes,
            boolean hardwareAccess,
            boolean hardwareDirty,
            boolean writeImpliesNoExecute,
            boolean executeCountsForPan,
            boolean dataCached,
            boolean fetchesCached,
            boolean nestedEl1) {

        /** All caches on, no write-execute rules. */
        public static Controls of(long memoryAttributes, boolean hardwareAccess, boolean hardwareDirty) {
            return new Controls(memoryAttributes, hardwareAccess, hardwareDirty, false, false, true, true, false);
        }
    }

    /**
     * Translation while stage 1 is off: the output is the input.
     *
     * @param instead whether stage 1 is off
     * @param physicalBits longest address
     * @param defaultCacheable HCR_EL2.DC
     */
    record Flat(boolean instead, int physicalBits, boolean defaultCacheable) {
        static final Flat NEVER = new Flat(false, 52, false);

        /** The bits that an address must not have. */
        long beyond(int topBit) {
            return Descriptor.bits(topBit, physicalBits);
        }
    }

    /**
     * EL1&amp;0, or EL2&amp;0 with E2H.
     *
     * @param lower TTBR0's range, {@code null} where it is off
     * @param upper TTBR1's range, {@code null} where it is off; not both
     */
    public static Stage1 twoRanges(@Nullable Stage1Range lower, @Nullable Stage1Range upper, Controls controls) {
        Stage1Range present = lower != null ? lower : upper;
        if (present == null) {
            throw new IllegalArgumentException("expected a range, but there is none");
        }
        TableRange none = TableRange.none(present.tables.geometry, 1);
        return new Stage1(
                lower != null ? lower : Stage1Range.lower(none, Stage1Range.Controls.DISABLED),
                upper != null ? upper : Stage1Range.upper(none, Stage1Range.Controls.DISABLED),
                true,
                controls,
                Flat.NEVER);
    }

    /** EL2 or EL3: one range, one privilege. */
    public static Stage1 oneRange(Stage1Range range, Controls controls) {
        return new Stage1(range, range, false, controls, Flat.NEVER);
    }

    /** Nothing known about stage 1: where only stage 2 is looked at. */
    public static Stage1 absent() {
        TableRange none = TableRange.none(Vmsa64Geometry.stage1(12, 48, OutputEncoding.PA_48), 1);
        Stage1Range.Controls closed = Stage1Range.Controls.DISABLED;
        Controls controls = Controls.of(0, false, false);
        return new Stage1(
                Stage1Range.lower(none, closed),
                Stage1Range.upper(none, closed),
                true,
                controls,
                new Flat(true, 52, true));
    }

    /** The same registers with stage 1 off. */
    public Stage1 off(int physicalBits, boolean defaultCacheable) {
        return new Stage1(lower, upper, twoRanges, controls, new Flat(true, physicalBits, defaultCacheable));
    }

    /** The range that translates an address. */
    public Stage1Range range(long address) {
        return (address & Descriptor.bit(55)) == 0 ? lower : upper;
    }

    public Stage1Range lower() {
        return lower;
    }

    public Stage1Range upper() {
        return upper;
    }

    public boolean hasTwoRanges() {
        return twoRanges;
    }

    /** What a leaf grants, given the attributes of its tables: bits as in {@link pagefold.model.Permissions}. */
    public int granted(Stage1Range range, long leaf, long tables) {
        return grants[PermissionTable.index1(effective(leaf), tables & range.hierarchical)];
    }

    /** The leaf as permissions read it: writable-clean counts as writable. */
    long effective(long leaf) {
        return hardwareDirty && (leaf & Descriptor.DBM) != 0 ? leaf & ~Descriptor.RDONLY : leaf;
    }
}
