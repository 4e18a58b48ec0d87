package pagefold.arm32.shortdesc;

import static pagefold.arm32.shortdesc.Descriptor.bit;
import static pagefold.arm32.shortdesc.Descriptor.bits;
import static pagefold.arm32.shortdesc.Descriptor.field;

import pagefold.arm32.shortdesc.MemoryAttributes.Kind;
import pagefold.model.Shareability;
import pagefold.table.Translation;

/**
 * The 32-bit form of PAR (Arm ARM G8.2, PAR; the form of a supersection as in the Arm ARM for Armv7, B4.1.112).
 *
 * <pre>
 *  31        24 23      16 15   12  11  10  9  8 7 6   4 3   2 1  0
 * +------------+----------+-------+----+---+--+-+--+-----+-----+--+-+
 * |           PA[31:12]           | 0  |NOS|NS|I|SH|Inner|Outer| 0|0|   translated
 * | PA[31:24]  |PA[39:32] |   0   | 0  |NOS|NS|I|SH|Inner|Outer| 1|0|   translated by a supersection
 * |                  0                          0  |    FS     | 1|   fault; FS is DFSR's
 * +------------------------------------------------+-----------+--+
 * </pre>
 */
final class Par {
    private static final long FAULT = bit(0);
    private static final long SUPERSECTION = bit(1);
    private static final long SHAREABLE = bit(7);
    /** UNKNOWN in Non-secure state; QEMU's answer. */
    private static final long NS = bit(9);

    private static final long NOT_OUTER_SHAREABLE = bit(10);
    private static final int OUTER_SHIFT = 2;
    private static final int INNER_SHIFT = 4;
    private static final int HIGH_ADDRESS_SHIFT = 16;
    private static final int STATUS_SHIFT = 1;

    private Par() {}

    /**
     * What PAR holds.
     *
     * @param walker that has made the translation
     * @param result the translation's
     */
    static long of(ShortWalker walker, long result) {
        if (Translation.isFault(result)) {
            return FAULT | (long) status(result) << STATUS_SHIFT;
        }
        MemoryAttributes.Memory memory = walker.attributes();
        long par = NS | (long) memory.outer() << OUTER_SHIFT | (long) inner(memory) << INNER_SHIFT;
        if (memory.shareability() != Shareability.NON_SHAREABLE) {
            par |= SHAREABLE;
        }
        if (memory.shareability() == Shareability.INNER_SHAREABLE) {
            par |= NOT_OUTER_SHAREABLE;
        }
        if (walker.controls().isOn() && walker.kind() == LeafKind.SUPERSECTION) {
            return par | SUPERSECTION | result & bits(31, 24) | field(result, 39, 32) << HIGH_ADDRESS_SHIFT;
        }
        return par | result & bits(31, 12);
    }

    /** Inner attributes have codes of their own: 1 and 3 for the two kinds of Device memory, bit 2 for cached memory. */
    private static int inner(MemoryAttributes.Memory memory) {
        if (memory.kind() == Kind.STRONGLY_ORDERED) {
            return 0b001;
        }
        if (memory.kind() == Kind.DEVICE) {
            return 0b011;
        }
        return memory.inner() == 0 ? 0 : 0b100 | memory.inner();
    }

    /** The fault status FS: Arm ARM G5.11, short-descriptor format. */
    static int status(long fault) {
        boolean isLevel2 = Translation.level(fault) == 2;
        return switch (Translation.kind(fault)) {
            case TRANSLATION -> isLevel2 ? 0x07 : 0x05;
            case ACCESS_FLAG -> isLevel2 ? 0x06 : 0x03;
            case DOMAIN -> isLevel2 ? 0x0b : 0x09;
            case PERMISSION -> isLevel2 ? 0x0f : 0x0d;
            case ADDRESS_SIZE ->
                throw new IllegalStateException("expected a fault of short descriptors, but it is an address size");
        };
    }
}
