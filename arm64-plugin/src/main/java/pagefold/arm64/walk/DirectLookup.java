package pagefold.arm64.walk;

import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.TYPE;
import static pagefold.arm64.descriptor.Descriptor.TYPE_BLOCK;
import static pagefold.arm64.descriptor.Descriptor.TYPE_PAGE;
import static pagefold.arm64.descriptor.Descriptor.TYPE_TABLE;

import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.table.PhysicalMemory;

/**
 * The short way through one range for the common case: one stage, little-endian, addresses of 48 bits, and an accessed
 * leaf that grants the access.
 *
 * <p>It decides no fault: what is not common is left to {@link TranslationWalker#resolve}, which evaluates everything,
 * so this can only be faster, not different. All that it needs is flat in its fields; that and the loop without
 * bookkeeping make a random translation a third cheaper.
 */
final class DirectLookup {
    /** What {@link #translate} answers when the long way is to be gone. */
    static final long NOT_HERE = -1;

    private final PhysicalMemory memory;
    private final long root;
    private final int startShift;
    private final int stride;
    private final int lastShift;
    private final long inputMask;
    private final long indexMask;
    private final long inPlace;
    private final long beyondOutput;
    private final long leafShifts;
    private final long sign;
    private final long dataTop;
    private final long fetchTop;
    private final int refused;
    private final long hierarchical;
    /** What makes a read-only leaf writable: DBM, or nothing. */
    private final long writableMark;

    private final byte[] grants;

    DirectLookup(Stage1 regime, Stage1Range range, PhysicalMemory memory) {
        TableRange tables = range.tables;
        this.memory = memory;
        this.root = tables.root;
        this.startShift = tables.startShift;
        this.stride = tables.stride;
        this.lastShift = tables.geometry.granuleBits();
        this.inputMask = tables.inputMask;
        this.indexMask = tables.indexMask;
        this.inPlace = tables.inPlace;
        this.beyondOutput = tables.beyondOutput;
        this.leafShifts = leafShifts(tables);
        this.sign = range.sign;
        this.dataTop = range.dataTop;
        this.fetchTop = range.fetchTop;
        // Privileged access prevention has grants of its own; they are the long way's.
        this.refused =
                (isCommon(regime, tables) ? range.refused : Request.ACCESS_MASK) | Request.PAN | Request.NON_FAULT;
        this.hierarchical = range.hierarchical;
        this.writableMark = regime.hardwareDirty ? DBM : 0;
        this.grants = regime.grants;
    }

    private static boolean isCommon(Stage1 regime, TableRange tables) {
        return regime.enabled
                && tables.isUsable()
                && !tables.bigEndian
                && tables.geometry.encoding() == OutputEncoding.PA_48;
    }

    private static long leafShifts(TableRange tables) {
        long shifts = 0;
        for (int level = tables.startLevel; level <= Vmsa64Geometry.LAST_LEVEL; level++) {
            shifts |= (tables.leafLevels >>> level + 1 & 1L) << tables.geometry.shift(level);
        }
        return shifts;
    }

    /** The output address, or {@link #NOT_HERE}. */
    long translate(long address, int request) {
        long top = (request & Request.EXECUTE) == 0 ? dataTop : fetchTop;
        if (((address ^ sign) & top | request & refused) != 0) {
            return NOT_HERE;
        }
        long input = address & inputMask;
        int shift = startShift;
        long seen = 0;
        long word = memory.load64(root | input >>> shift << 3);
        while ((word & TYPE) == TYPE_TABLE && shift != lastShift) {
            seen |= word;
            shift -= stride;
            word = memory.load64(word & inPlace | (input >>> shift & indexMask) << 3);
        }
        long page = -1L << shift;
        long base = word & inPlace & page;
        if ((word & TYPE) != (shift == lastShift ? TYPE_PAGE : TYPE_BLOCK)
                || (word & AF) == 0
                || (leafShifts >>> shift & 1) == 0
                || (seen & inPlace & beyondOutput | base & beyondOutput) != 0) {
            return NOT_HERE;
        }
        long effective = (word & writableMark) != 0 ? word & ~RDONLY : word;
        int index = PermissionTable.index1(effective, seen & hierarchical);
        return (grants[index] & request) != 0 ? base | input & ~page : NOT_HERE;
    }
}
