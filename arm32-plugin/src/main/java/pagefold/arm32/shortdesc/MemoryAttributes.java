package pagefold.arm32.shortdesc;

import static pagefold.arm32.shortdesc.Descriptor.bit;

import pagefold.arm32.stage.MemoryAttribute;
import pagefold.model.MemoryType;
import pagefold.model.Shareability;

/**
 * What TEX, C, B and S of a leaf mean: Arm ARM G5.7.2 (without TEX remap, SCTLR.TRE = 0) and G5.7.3 (with it).
 *
 * <p>Cacheability codes are those of the registers: 0 not cached, 1 write-back with write-allocate, 2 write-through, 3
 * write-back without write-allocate.
 */
sealed interface MemoryAttributes {

    /** Kinds of memory; the codes of PRRR. */
    enum Kind {
        STRONGLY_ORDERED,
        DEVICE,
        NORMAL
    }

    /**
     * The attributes of some memory.
     *
     * @param kind Strongly-ordered is Armv8's Device-nGnRnE, Device is its Device-nGnRE
     * @param inner cacheability code
     * @param outer cacheability code
     * @param shareability its domain
     */
    record Memory(Kind kind, int inner, int outer, Shareability shareability) {
        /** The same as a byte of MAIR, which can be combined with stage 2. */
        int mair() {
            return switch (kind) {
                case STRONGLY_ORDERED -> MemoryAttribute.DEVICE_NGNRNE;
                case DEVICE -> MemoryAttribute.DEVICE_NGNRE;
                case NORMAL -> NIBBLES[outer] << 4 | NIBBLES[inner];
            };
        }

        MemoryType type() {
            return switch (kind) {
                case STRONGLY_ORDERED -> MemoryType.DEVICE_NGNRNE;
                case DEVICE -> MemoryType.DEVICE_NGNRE;
                case NORMAL ->
                    switch (inner) {
                        case 0 -> MemoryType.NORMAL_NC;
                        case 2 -> MemoryType.NORMAL_WT;
                        default -> MemoryType.NORMAL_WB;
                    };
            };
        }
    }

    /** By cacheability code: not cached; write-back allocating on reads and writes; write-through and write-back on reads. */
    int[] NIBBLES = {0b0100, 0b1111, 0b1010, 0b1110};

    /** Write-back memory of one processor, as all is while HCR.DC holds stage 1 off. */
    Memory DEFAULT_CACHEABLE = new Memory(Kind.NORMAL, 1, 1, Shareability.NON_SHAREABLE);

    /** Strongly-ordered memory, as all is while the MMU is off. */
    Memory STRONGLY_ORDERED = new Memory(Kind.STRONGLY_ORDERED, 0, 0, Shareability.OUTER_SHAREABLE);

    /**
     * The attributes that a leaf selects.
     *
     * @param texCb TEX, C and B, 0 to 31
     * @param isShareable S
     */
    Memory of(int texCb, boolean isShareable);

    /** Without TEX remap. */
    static MemoryAttributes direct(boolean hasArmv8) {
        return new Direct(hasArmv8);
    }

    /** With TEX remap. */
    static MemoryAttributes remapped(long prrr, long nmrr, boolean hasArmv8) {
        return new Remapped(prrr, nmrr, hasArmv8);
    }

    /** TEX, C and B as they are. Encodings that are reserved or IMPLEMENTATION DEFINED are memory that is not cached. */
    record Direct(boolean hasArmv8) implements MemoryAttributes {
        @Override
        public Memory of(int texCb, boolean isShareable) {
            int tex = texCb >>> 2;
            int cb = texCb & 3;
            if (tex >= 4) {
                return normal(cb, tex & 3, isShareable);
            }
            return switch (texCb) {
                case 0b000_00 -> STRONGLY_ORDERED;
                case 0b000_01 -> device(true);
                case 0b000_10 -> normal(2, 2, isShareable);
                case 0b000_11 -> normal(3, 3, isShareable);
                case 0b001_11 -> normal(1, 1, isShareable);
                case 0b010_00 -> device(hasArmv8);
                default -> normal(0, 0, isShareable);
            };
        }

        private static Memory device(boolean isShareable) {
            return new Memory(
                    Kind.DEVICE, 0, 0, isShareable ? Shareability.OUTER_SHAREABLE : Shareability.NON_SHAREABLE);
        }

        private Memory normal(int inner, int outer, boolean isShareable) {
            boolean isAlwaysShared = hasArmv8 && inner == 0 && outer == 0;
            return new Memory(
                    Kind.NORMAL,
                    inner,
                    outer,
                    isShareable || isAlwaysShared ? Shareability.OUTER_SHAREABLE : Shareability.NON_SHAREABLE);
        }
    }

    /** TEX[0], C and B as a number of PRRR and NMRR; TEX[2:1] are software's. */
    record Remapped(long prrr, long nmrr, boolean hasArmv8) implements MemoryAttributes {
        private static final int DS0 = 16;
        private static final int NS0 = 18;
        private static final int NOS = 24;

        @Override
        public Memory of(int texCb, boolean isShareable) {
            int n = texCb & 7;
            return switch ((int) (prrr >>> 2 * n) & 3) {
                case 0 -> STRONGLY_ORDERED;
                case 1 -> {
                    boolean isShared = hasArmv8 || (prrr & bit(isShareable ? DS0 + 1 : DS0)) != 0;
                    yield new Memory(Kind.DEVICE, 0, 0, hasArmv8 ? Shareability.OUTER_SHAREABLE : shared(n, isShared));
                }
                default -> normal(n, isShareable);
            };
        }

        /** Also for the reserved code 3. */
        private Memory normal(int n, boolean isShareable) {
            int inner = (int) (nmrr >>> 2 * n) & 3;
            int outer = (int) (nmrr >>> 2 * n + 16) & 3;
            boolean isShared = (prrr & bit(isShareable ? NS0 + 1 : NS0)) != 0;
            boolean isAlwaysOuter = hasArmv8 && inner == 0 && outer == 0;
            return new Memory(
                    Kind.NORMAL, inner, outer, isAlwaysOuter ? Shareability.OUTER_SHAREABLE : shared(n, isShared));
        }

        private Shareability shared(int n, boolean isShared) {
            if (!isShared) {
                return Shareability.NON_SHAREABLE;
            }
            return (prrr & bit(NOS + n)) != 0 ? Shareability.INNER_SHAREABLE : Shareability.OUTER_SHAREABLE;
        }
    }
}
