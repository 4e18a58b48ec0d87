package pagefold.arm64.walk;

import pagefold.arm64.descriptor.Descriptor;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.table.FaultKind;
import pagefold.table.Translation;

/**
 * One tree of tables, with everything that a walk through it needs computed beforehand. Stage 1 or stage 2; immutable.
 *
 * <p>Fields, not accessors, because a walk reads a dozen of them in a few nanoseconds.
 */
public final class TableRange {
    final Vmsa64Geometry geometry;
    final int stage;
    final long root;
    final int startLevel;
    final int startShift;
    final int stride;
    final long inputMask;
    final long indexMask;
    /** Where a word keeps the bits of an address, in place and high. */
    final long inPlace;

    final long highMask;
    final int highShift;
    /** The bits that an output address or the address of a table must not have. */
    final long beyondOutput;
    /** Bit {@code level + 1}: whether that level may hold leaves. */
    final int leafLevels;

    final boolean bigEndian;
    /** The fault of every walk, or 0. */
    final long startFault;

    private TableRange(
            Vmsa64Geometry geometry, int stage, long root, int outputBits, boolean bigEndian, long startFault) {
        this.geometry = geometry;
        this.stage = stage;
        this.root = root;
        this.startLevel = geometry.startLevel();
        this.startShift = geometry.shift(startLevel);
        this.stride = geometry.stride();
        this.inputMask = geometry.inputMask();
        this.indexMask = Descriptor.bits(stride - 1, 0);
        this.inPlace = geometry.encoding().inPlace(geometry.granuleBits());
        this.highMask = geometry.encoding().highMask();
        this.highShift = geometry.encoding().highShift();
        this.beyondOutput = -1L << outputBits;
        this.bigEndian = bigEndian;
        this.startFault = startFault;
        int levels = 1 << Vmsa64Geometry.LAST_LEVEL + 1;
        for (int level = 0; level < Vmsa64Geometry.LAST_LEVEL; level++) {
            levels |= geometry.allowsBlock(level) ? 1 << level + 1 : 0;
        }
        this.leafLevels = levels;
    }

    /**
     * A tree.
     *
     * @param stage 1 or 2
     * @param root physical address (stage 1 under stage 2: intermediate physical address) of the start table; its bits
     *     below the table's size are ignored, as the hardware does
     * @param outputBits the size of an output address, up to 52
     * @param bigEndian whether the words are big-endian (SCTLR.EE)
     */
    public static TableRange of(Vmsa64Geometry geometry, int stage, long root, int outputBits, boolean bigEndian) {
        long aligned = root & -geometry.rootBytes();
        long fault = (aligned & -1L << outputBits) == 0 ? 0 : Translation.fault(FaultKind.ADDRESS_SIZE, 0, stage);
        return new TableRange(geometry, stage, aligned, outputBits, bigEndian, fault);
    }

    /** Little-endian tables of stage 1. */
    public static TableRange of(Vmsa64Geometry geometry, long root, int outputBits) {
        return of(geometry, 1, root, outputBits, false);
    }

    /** A range whose every address is a Translation fault of level 0: registers that mean no tables. */
    public static TableRange none(Vmsa64Geometry geometry, int stage) {
        return new TableRange(geometry, stage, 0, 48, false, Translation.fault(FaultKind.TRANSLATION, 0, stage));
    }

    public Vmsa64Geometry geometry() {
        return geometry;
    }

    /** Address of the start table. */
    public long root() {
        return root;
    }

    public boolean isBigEndian() {
        return bigEndian;
    }

    /** Whether there are tables at all. */
    public boolean isUsable() {
        return startFault == 0;
    }
}
