package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.bit;
import static pagefold.arm32.lpae.Descriptor.bits;
import static pagefold.arm32.lpae.Descriptor.field;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.table.Geometry;

/**
 * What the registers say about PL1&amp;0 stage 1: Arm ARM G8.2, TTBCR, TTBR0, TTBR1, MAIR0, MAIR1, SCTLR.
 *
 * @param lower the range of TTBR0
 * @param upper the range of TTBR1
 * @param attributes MAIR1:MAIR0
 * @param isOn SCTLR.M
 * @param isBigEndian SCTLR.EE: byte order of descriptors
 * @param writeNeverExecute SCTLR.WXN
 * @param userWriteNeverPrivilegedExecute SCTLR.UWXN
 * @param checksBeyond whether address bits 47:40 that are not zero fault, as from Armv8 on; Armv7 ignores them
 */
record Controls(
        Range lower,
        Range upper,
        long attributes,
        boolean isOn,
        boolean isBigEndian,
        boolean writeNeverExecute,
        boolean userWriteNeverPrivilegedExecute,
        boolean checksBeyond) {

    /**
     * One of the two address ranges.
     *
     * @param size TxSZ
     * @param geometry of its tables
     * @param root physical address of its start table
     * @param isDisabled EPDx: a walk faults at once
     * @param isRootBeyond whether TTBRx leads beyond 40 bits
     * @param ignoresHierarchy HPDx: attributes in table descriptors do not count
     */
    record Range(
            int size,
            Geometry geometry,
            long root,
            boolean isDisabled,
            boolean isRootBeyond,
            boolean ignoresHierarchy) {

        /** Input address of the first entry of the start table, if this is the upper range. */
        long upperBase() {
            return size == 0 ? 0 : bits(31, 32 - size);
        }
    }

    /**
     * Decodes registers.
     *
     * @param registers by name; {@code TTBCR2} and {@code SCTLR} may be missing: no hierarchical disables, and on with
     *     little-endian tables
     * @param armv8 whether the processor implements Armv8 or later
     * @throws IllegalArgumentException when a register is missing or selects short descriptors
     */
    static Controls of(Map<String, Long> registers, boolean armv8) {
        long ttbcr = required(registers, "TTBCR");
        if ((ttbcr & bit(31)) == 0) {
            throw new IllegalArgumentException(
                    "expected long descriptors (TTBCR.EAE = 1), but TTBCR is 0x" + Long.toHexString(ttbcr));
        }
        long ttbcr2 = (ttbcr & bit(6)) == 0 ? 0 : registers.getOrDefault("TTBCR2", 0L);
        long sctlr = registers.getOrDefault("SCTLR", LpaeProfile.SYSTEM_CONTROL);
        long attributes =
                required(registers, "MAIR0") & bits(31, 0) | (required(registers, "MAIR1") & bits(31, 0)) << 32;
        return new Controls(
                range(field(ttbcr, 2, 0), required(registers, "TTBR0"), ttbcr & bit(7), ttbcr2 & bit(9), armv8),
                range(field(ttbcr, 18, 16), required(registers, "TTBR1"), ttbcr & bit(23), ttbcr2 & bit(10), armv8),
                attributes,
                (sctlr & bit(0)) != 0,
                (sctlr & bit(25)) != 0,
                (sctlr & bit(19)) != 0,
                (sctlr & bit(20)) != 0,
                armv8);
    }

    private static long required(Map<String, Long> registers, String name) {
        Long value = registers.get(name);
        if (value == null) {
            throw new IllegalArgumentException("expected the register " + name + " in the capture, but it is missing");
        }
        return value;
    }

    private static Range range(long size, long ttbr, long disabled, long hierarchy, boolean armv8) {
        Geometry geometry = Geometry.of(LpaeProfile.GRANULE_BITS, LpaeProfile.INPUT_BITS - (int) size);
        long rootBytes = (long) geometry.entries(geometry.startLevel()) << 3;
        boolean isBeyond = armv8 && (ttbr & Descriptor.BEYOND) != 0;
        return new Range(
                (int) size, geometry, ttbr & bits(39, 0) & -rootBytes, disabled != 0, isBeyond, hierarchy != 0);
    }

    /** The range that translates an address, or {@code null} when it lies between the two (Arm ARM G5.5.4). */
    @Nullable
    Range range(int address) {
        if (upper.size != 0 && address >> 32 - upper.size == -1) {
            return upper;
        }
        if (lower.size == 0 || address >>> 32 - lower.size == 0) {
            return lower;
        }
        return upper.size == 0 ? upper : null;
    }
}
