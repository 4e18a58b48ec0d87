package pagefold.arm64.capture;

import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.ATTR_INDX;
import static pagefold.arm64.descriptor.Descriptor.ATTR_INDX_SHIFT;
import static pagefold.arm64.descriptor.Descriptor.CONTIGUOUS;
import static pagefold.arm64.descriptor.Descriptor.GP;
import static pagefold.arm64.descriptor.Descriptor.NG;
import static pagefold.arm64.descriptor.Descriptor.PXN;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.S2_READ;
import static pagefold.arm64.descriptor.Descriptor.S2_WRITE;
import static pagefold.arm64.descriptor.Descriptor.S2_XN1;
import static pagefold.arm64.descriptor.Descriptor.SH;
import static pagefold.arm64.descriptor.Descriptor.TABLE;
import static pagefold.arm64.descriptor.Descriptor.USER;
import static pagefold.arm64.descriptor.Descriptor.UXN;
import static pagefold.arm64.descriptor.Descriptor.VALID;

import java.util.List;

/**
 * What a dump shows of a word: Linux 6.12, {@code arch/arm64/mm/ptdump.c} and {@code arch/arm64/kvm/ptdump.c}.
 *
 * <p>The indexes of memory types are those of Linux 6.12's MAIR, as in the kernel, which does not look at MAIR either.
 */
enum DumpStyle {
    /** The kernel's own tables; also used for those of processes. */
    KERNEL(List.of(
            new Row(VALID, VALID, " ", "F"),
            new Row(USER, USER, "USR", "   "),
            new Row(RDONLY, RDONLY, "ro", "RW"),
            new Row(PXN, PXN, "NX", "x "),
            new Row(SH, SH, "SHD", "   "),
            new Row(AF, AF, "AF", "  "),
            new Row(NG, NG, "NG", "  "),
            new Row(CONTIGUOUS, CONTIGUOUS, "CON", "   "),
            new Row(TABLE, TABLE, "   ", "BLK"),
            new Row(UXN, UXN, "UXN", "   "),
            new Row(GP, GP, "GP", "  "),
            memoryType(3, "DEVICE/nGnRnE"),
            memoryType(4, "DEVICE/nGnRE"),
            memoryType(2, "MEM/NORMAL-NC"),
            memoryType(0, "MEM/NORMAL"),
            memoryType(1, "MEM/NORMAL-TAGGED"))),
    /** A guest's stage 2, as this kernel's KVM prints it: X stands where execution is <em>not</em> allowed. */
    STAGE_2(List.of(
            new Row(VALID, VALID, " ", "F"),
            new Row(S2_READ, S2_READ, "R", " "),
            new Row(S2_WRITE, S2_WRITE, "W", " "),
            new Row(S2_XN1, S2_XN1, "X", " "),
            new Row(AF, AF, "AF", "  "),
            new Row(TABLE, TABLE, "   ", "BLK")));

    private final List<Row> rows;
    private final long mask;

    DumpStyle(List<Row> rows) {
        this.rows = rows;
        this.mask = rows.stream().mapToLong(Row::mask).reduce(0, (a, b) -> a | b);
    }

    /**
     * One column.
     *
     * @param clear what stands there when the bits have another value; empty: nothing, not even a space
     */
    private record Row(long mask, long value, String set, String clear) {}

    private static Row memoryType(long index, String name) {
        return new Row(ATTR_INDX, index << ATTR_INDX_SHIFT, name, "");
    }

    /** The bits that are shown; words that agree in them become one line. */
    long mask() {
        return mask;
    }

    /** All columns of a word, each after a space. */
    char[] attributes(long word) {
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            String column = (word & row.mask) == row.value ? row.set : row.clear;
            if (!column.isEmpty()) {
                text.append(' ').append(column);
            }
        }
        return text.toString().toCharArray();
    }
}
