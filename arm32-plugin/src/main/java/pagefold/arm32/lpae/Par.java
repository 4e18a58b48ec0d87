package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.SH_SHIFT;
import static pagefold.arm32.lpae.Descriptor.bit;
import static pagefold.arm32.lpae.Descriptor.bits;
import static pagefold.arm32.lpae.Descriptor.field;

import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.table.FaultKind;
import pagefold.table.Translation;

/**
 * The 64-bit form of PAR (Arm ARM G8.2, PAR).
 *
 * <pre>
 *  63    56 55  40 39      12  11  10  9  8 7  6    1 0
 * +--------+------+----------+----+---+--+----+------+-+
 * |  ATTR  |   0  |    PA    |LPAE| 0 |NS| SH |   0  |0|   translated
 * |             0            |LPAE| 0 |ST|W 0 |  FST |1|   fault
 * +--------------------------+----+---+--+----+------+-+
 * </pre>
 */
final class Par {
    private static final long LPAE = bit(11);
    /** UNKNOWN in Non-secure state; QEMU's answer. */
    private static final long NS = bit(9);

    private static final int ATTR_SHIFT = 56;
    private static final int SH_IN_PAR = 7;
    private static final long OUTER_SHAREABLE = 2;
    private static final int DEVICE_NGNRNE = 0;

    private Par() {}

    /** What PAR holds after an access has been tried. */
    static long of(LpaeWalker walker, long address, Access access, Privilege privilege) {
        long result = walker.translate(address, access, privilege);
        if (Translation.isFault(result)) {
            return LPAE | (long) status(result) << 1 | 1;
        }
        boolean isOn = walker.controls().isOn();
        int attribute =
                isOn ? MemoryAttributes.attribute(walker.controls().attributes(), walker.leaf()) : DEVICE_NGNRNE;
        long domain = MemoryAttributes.isAlwaysOuter(attribute)
                ? OUTER_SHAREABLE
                : field(walker.leaf(), SH_SHIFT + 1, SH_SHIFT);
        return (long) attribute << ATTR_SHIFT | result & bits(39, 12) | LPAE | NS | domain << SH_IN_PAR;
    }

    /** The long-format fault status: Arm ARM G5.11. */
    private static int status(long fault) {
        int kind = switch (Translation.kind(fault)) {
            case ADDRESS_SIZE -> 0x00;
            case TRANSLATION -> 0x04;
            case ACCESS_FLAG -> 0x08;
            case PERMISSION -> 0x0c;
            case DOMAIN ->
                throw new IllegalStateException("expected a fault of long descriptors, but it is " + FaultKind.DOMAIN);
        };
        return kind | Translation.level(fault);
    }
}
