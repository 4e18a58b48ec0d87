package pagefold.arm32.shortdesc;

import static pagefold.arm32.shortdesc.Descriptor.bit;
import static pagefold.arm32.shortdesc.Descriptor.bits;
import static pagefold.arm32.shortdesc.Descriptor.field;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the registers say about PL1&amp;0 stage 1 with short descriptors: Arm ARM G8.2, TTBCR, TTBR0, TTBR1, DACR, PRRR,
 * NMRR, SCTLR.
 *
 * @param split TTBCR.N: addresses whose first N bits are zero go through TTBR0, whose table is so much smaller
 * @param lower the table of TTBR0
 * @param upper the table of TTBR1
 * @param domains DACR
 * @param attributes how memory attributes are encoded
 * @param isOn SCTLR.M, unless HCR holds stage 1 off
 * @param flat what memory is while it is off
 * @param isBigEndian SCTLR.EE: byte order of descriptors
 * @param hasAccessFlag SCTLR.AFE: AP[0] is the Access flag
 * @param writeNeverExecute SCTLR.WXN
 * @param userWriteNeverPrivilegedExecute SCTLR.UWXN
 * @param processor what the processor implements
 */
record Controls(
        int split,
        Table lower,
        Table upper,
        long domains,
        MemoryAttributes attributes,
        boolean isOn,
        MemoryAttributes.Memory flat,
        boolean isBigEndian,
        boolean hasAccessFlag,
        boolean writeNeverExecute,
        boolean userWriteNeverPrivilegedExecute,
        Processor processor) {

    private static final long EAE = bit(31);
    /** log2 of the bytes of a level 1 table that translates all addresses. */
    private static final int TABLE_BITS = 14;

    /** What DACR says of a domain. */
    static final int NO_ACCESS = 0;

    static final int CLIENT = 1;
    static final int MANAGER = 3;

    /**
     * A level 1 table.
     *
     * @param root physical address
     * @param indexMask the part of an entry's number that counts
     * @param isDisabled TTBCR.PDx: a walk faults at once
     */
    record Table(long root, int indexMask, boolean isDisabled) {
        /** Number of entries. */
        int entries() {
            return indexMask + 1;
        }
    }

    /**
     * Decodes registers.
     *
     * @param registers by name; PRRR and NMRR may have their names MAIR0 and MAIR1
     * @throws IllegalArgumentException when a register that counts is missing, or long descriptors are selected
     */
    static Controls of(Map<String, Long> registers, Processor processor) {
        long ttbcr = required(registers, "TTBCR", null);
        if ((ttbcr & EAE) != 0) {
            throw new IllegalArgumentException(
                    "expected short descriptors (TTBCR.EAE = 0), but TTBCR is 0x" + Long.toHexString(ttbcr));
        }
        int split = (int) field(ttbcr, 2, 0);
        long ttbr1 = split == 0 ? registers.getOrDefault("TTBR1", 0L) : required(registers, "TTBR1", null);
        long sctlr = required(registers, "SCTLR", null);
        boolean isRemapped = (sctlr & bit(28)) != 0;
        boolean withExecute = processor.hasWriteNeverExecute();
        return new Controls(
                split,
                table(required(registers, "TTBR0", null), split, (ttbcr & bit(4)) != 0),
                table(ttbr1, 0, (ttbcr & bit(5)) != 0),
                required(registers, "DACR", null),
                isRemapped
                        ? MemoryAttributes.remapped(
                                required(registers, "PRRR", "MAIR0"),
                                required(registers, "NMRR", "MAIR1"),
                                processor.hasArmv8())
                        : MemoryAttributes.direct(processor.hasArmv8()),
                (sctlr & bit(0)) != 0,
                MemoryAttributes.STRONGLY_ORDERED,
                (sctlr & bit(25)) != 0,
                (sctlr & bit(29)) != 0,
                withExecute && (sctlr & bit(19)) != 0,
                withExecute && (sctlr & bit(20)) != 0,
                processor);
    }

    /**
     * The same with stage 1 held off.
     *
     * @param memory what memory is then
     */
    Controls off(MemoryAttributes.Memory memory) {
        return new Controls(
                split,
                lower,
                upper,
                domains,
                attributes,
                false,
                memory,
                isBigEndian,
                hasAccessFlag,
                writeNeverExecute,
                userWriteNeverPrivilegedExecute,
                processor);
    }

    private static long required(Map<String, Long> registers, String name, @Nullable String otherName) {
        Long value = registers.get(name);
        if (value == null && otherName != null) {
            value = registers.get(otherName);
        }
        if (value == null) {
            throw new IllegalArgumentException("expected the register " + name + " in the capture, but it is missing");
        }
        return value & bits(31, 0);
    }

    private static Table table(long ttbr, int split, boolean isDisabled) {
        return new Table(ttbr & bits(31, TABLE_BITS - split), (1 << TABLE_BITS - 2 - split) - 1, isDisabled);
    }

    /** The table that translates an address (Arm ARM G5.4.3). */
    Table table(long address) {
        return split != 0 && address >>> 32 - split != 0 ? upper : lower;
    }

    /** What DACR says of a domain. */
    int access(int domain) {
        return (int) (domains >>> 2 * domain) & 3;
    }
}
