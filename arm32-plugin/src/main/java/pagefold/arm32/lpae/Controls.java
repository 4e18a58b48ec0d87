package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.bit;
import static pagefold.arm32.lpae.Descriptor.bits;
import static pagefold.arm32.lpae.Descriptor.field;

import org.jspecify.annotations.Nullable;
import pagefold.arm32.stage.Processor;
import pagefold.arm32.stage.Registers;
import pagefold.arm32.stage.StageOneSetup;

/**
 * What the registers say about stage 1 of PL1&amp;0 or of PL2: Arm ARM G8.2, TTBCR, TTBCR2, TTBR0, TTBR1, MAIR0, MAIR1 and
 * SCTLR; HTCR, HTTBR, HMAIR0, HMAIR1 and HSCTLR.
 *
 * @param lower the range of TTBR0 or HTTBR
 * @param upper the range of TTBR1; {@code null} at PL2
 * @param attributes MAIR1:MAIR0
 * @param isOn whether anything is translated
 * @param isCacheableByDefault HCR.DC: what is not translated is Normal write-back memory
 * @param dataCached SCTLR.C
 * @param fetchesCached SCTLR.I
 * @param grants what leaves grant: {@link Grants}
 * @param grantsUnderAccessNever the same with PSTATE.PAN
 */
record Controls(
        Range lower,
        @Nullable Range upper,
        long attributes,
        boolean isOn,
        boolean isCacheableByDefault,
        boolean dataCached,
        boolean fetchesCached,
        byte[] grants,
        byte[] grantsUnderAccessNever) {

    /**
     * One of the address ranges.
     *
     * @param size TxSZ
     * @param tree its tables
     * @param hierarchical the attributes in table descriptors that count: none with HPDx
     */
    record Range(int size, Tree tree, long hierarchical) {

        static Range of(int size, Tree tree, boolean ignoresHierarchy) {
            return new Range(size, tree, ignoresHierarchy ? 0 : bits(62, Descriptor.TABLE_ATTRIBUTES_SHIFT));
        }

        /** Input address of the first entry of the start table, if this is the upper range. */
        long upperBase() {
            return size == 0 ? 0 : bits(31, 32 - size);
        }
    }

    /**
     * PL1&amp;0 with long descriptors.
     *
     * <p>{@code TTBCR2} and {@code SCTLR} may be missing: no hierarchical disables, and on with little-endian tables.
     *
     * @throws IllegalArgumentException when a register is missing or selects short descriptors
     */
    static Controls ofPl1(StageOneSetup setup) {
        Registers registers = setup.registers();
        Processor processor = setup.processor();
        long ttbcr = registers.get("TTBCR");
        if ((ttbcr & bit(31)) == 0) {
            throw new IllegalArgumentException(
                    "expected long descriptors (TTBCR.EAE = 1), but TTBCR is 0x" + Long.toHexString(ttbcr));
        }
        boolean counts = processor.hierarchicalDisables() && (ttbcr & bit(6)) != 0;
        long ttbcr2 = counts ? registers.getOr("TTBCR2", 0) : 0;
        long sctlr = registers.getOr("SCTLR", LpaeProfile.SYSTEM_CONTROL);
        Tree.Rules rules = new Tree.Rules((sctlr & bit(25)) != 0, processor.armv8());
        int lowerSize = (int) field(ttbcr, 2, 0);
        int upperSize = (int) field(ttbcr, 18, 16);
        Tree lower = Tree.ofStage1(lowerSize, registers.get("TTBR0"), (ttbcr & bit(7)) != 0, rules);
        Tree upper = Tree.ofStage1(upperSize, registers.get("TTBR1"), (ttbcr & bit(23)) != 0, rules);
        byte[] grants = Grants.ofPl1((sctlr & bit(19)) != 0, (sctlr & bit(20)) != 0);
        return new Controls(
                Range.of(lowerSize, lower, (ttbcr2 & bit(9)) != 0),
                Range.of(upperSize, upper, (ttbcr2 & bit(10)) != 0),
                attributes(registers, "MAIR"),
                (sctlr & bit(0)) != 0 && !setup.isSwitchedOff(),
                setup.isCacheableByDefault(),
                (sctlr & bit(2)) != 0,
                (sctlr & bit(12)) != 0,
                grants,
                processor.privilegedAccessNever() ? Grants.underAccessNever(grants) : grants);
    }

    /**
     * PL2.
     *
     * <p>{@code HSCTLR} may be missing: on with little-endian tables and caches.
     *
     * @throws IllegalArgumentException when a register is missing
     */
    static Controls ofPl2(StageOneSetup setup) {
        Registers registers = setup.registers();
        long htcr = registers.get("HTCR");
        long hsctlr = registers.getOr("HSCTLR", LpaeProfile.SYSTEM_CONTROL);
        Tree.Rules rules =
                new Tree.Rules((hsctlr & bit(25)) != 0, setup.processor().armv8());
        int size = (int) field(htcr, 2, 0);
        boolean ignores = setup.processor().hierarchicalDisables() && (htcr & bit(24)) != 0;
        byte[] grants = Grants.ofPl2((hsctlr & bit(19)) != 0);
        return new Controls(
                Range.of(size, Tree.ofStage1(size, registers.get("HTTBR"), false, rules), ignores),
                null,
                attributes(registers, "HMAIR"),
                (hsctlr & bit(0)) != 0,
                false,
                (hsctlr & bit(2)) != 0,
                (hsctlr & bit(12)) != 0,
                grants,
                grants);
    }

    private static long attributes(Registers registers, String name) {
        return registers.get(name + "0") & bits(31, 0) | (registers.get(name + "1") & bits(31, 0)) << 32;
    }

    /** The range that translates an address, or {@code null} when it lies outside (Arm ARM G5.5.4). */
    @Nullable
    Range range(int address) {
        Range high = upper;
        if (high != null && high.size != 0 && address >> 32 - high.size == -1) {
            return high;
        }
        if (lower.size == 0 || address >>> 32 - lower.size == 0) {
            return lower;
        }
        return high != null && high.size == 0 ? high : null;
    }
}
