package pagefold.testkit;

import pagefold.table.PageTableModel.BreakRules;

/** What the conformance test must know of a format's words to judge them and the order in which they are written. */
public interface WordRules extends BreakRules {

    /** Whether a valid leaf is marked as part of a contiguous run. */
    boolean isContiguous(long word, int level);

    /** How many neighbouring entries of a level form a contiguous run, aligned to their number. */
    int runEntries(int level);

    /** Whether a valid leaf may stand so many entries behind the first one of a contiguous run. */
    boolean continues(long first, long word, int entries, int level);

    /**
     * Whether words have an Access flag. Where they have not, software makes a page that was not accessed invalid, and
     * leaves above the last level cannot be aged.
     */
    default boolean hasAccessFlag() {
        return true;
    }

    /**
     * Whether software has tables in pairs, with words of its own beside them. Their bytes do not follow from the levels
     * alone then; walks do.
     */
    default boolean pairsTables() {
        return false;
    }

    /** The rules of 32-bit short descriptors in tables that software pairs, written down from the Arm ARM. */
    record ShortDescriptors() implements WordRules {
        private static final long TYPE = 3;
        private static final long SUPERSECTION = 1 << 18;
        /** Address, S, TEX, C and B, and what says that it is a supersection. */
        private static final long SECTION_FIXED = 0xfff0_0000L | 1 << 16 | 0x7000 | 0xc | SUPERSECTION;

        private static final long PAGE_FIXED = 0xffff_f000L | 1 << 10 | 0x1c0 | 0xc;
        private static final long SECTION_NOT_GLOBAL = 1 << 17;
        private static final long PAGE_NOT_GLOBAL = 1 << 11;

        @Override
        public boolean isValid(long word, int level) {
            return level <= 2 && (word & TYPE) != 0;
        }

        @Override
        public boolean isTable(long word, int level) {
            return level == 1 && (word & TYPE) == 1;
        }

        @Override
        public long tableAddress(long word) {
            return word & 0xffff_fc00L;
        }

        @Override
        public boolean needsBreak(long oldWord, long newWord, int level) {
            if (isTable(oldWord, level) || isTable(newWord, level)) {
                return isTable(oldWord, level) != isTable(newWord, level)
                        || tableAddress(oldWord) != tableAddress(newWord);
            }
            long notGlobal = level == 1 ? SECTION_NOT_GLOBAL : PAGE_NOT_GLOBAL;
            boolean madeGlobal = (oldWord & ~newWord & notGlobal) != 0;
            return madeGlobal || ((oldWord ^ newWord) & (level == 1 ? SECTION_FIXED : PAGE_FIXED)) != 0;
        }

        @Override
        public int entryShift(int level) {
            return level == 1 ? 20 : 12;
        }

        @Override
        public int wordBits() {
            return 2;
        }

        @Override
        public boolean hasAccessFlag() {
            return false;
        }

        @Override
        public boolean pairsTables() {
            return true;
        }

        /** A supersection is a run of equal words. */
        @Override
        public boolean isContiguous(long word, int level) {
            return level == 1 && (word & TYPE) >= 2 && (word & SUPERSECTION) != 0;
        }

        @Override
        public int runEntries(int level) {
            return 16;
        }

        @Override
        public boolean continues(long first, long word, int entries, int level) {
            return first == word;
        }
    }

    /**
     * The rules of 64-bit descriptors, VMSAv8-64 and LPAE alike, written down from the Arm ARM and not from an engine.
     *
     * @param tagged whether the memory types 0 and 1 are the same memory without and with allocation tags, as in Linux's
     *     MAIR_EL1: between them no break is owed
     */
    record LongDescriptors(int granuleBits, boolean tagged) implements WordRules {
        private static final long VALID = 1;
        private static final long TYPE_INDEX = 0x1c;
        private static final long TYPE = 2;
        private static final long NOT_GLOBAL = 1 << 11;

        private static final long CONTIGUOUS = 1L << 52;
        /** Address, Contiguous, SH (or address bits in its place), AttrIndx and NS (or MemAttr), block or table. */
        private static final long FIXED = 0x0003_ffff_ffff_f000L | CONTIGUOUS | 0x300 | 0x3c | TYPE;

        /** Accessed and dirty state, and what software keeps: bits 63, 58 to 55, 51, 10 and 7. */
        private static final long FREE_IN_RUN = 0x8788_0000_0000_0480L;

        @Override
        public boolean isValid(long word, int level) {
            return (word & VALID) != 0;
        }

        @Override
        public boolean isTable(long word, int level) {
            return level < 3 && (word & (VALID | TYPE)) == (VALID | TYPE);
        }

        /** Tables lie below 2^48, whatever the encoding of addresses. */
        @Override
        public long tableAddress(long word) {
            return word & 0xffff_ffff_f000L & -1L << granuleBits;
        }

        @Override
        public boolean needsBreak(long oldWord, long newWord, int level) {
            boolean isLeaf = !isTable(oldWord, level);
            boolean madeGlobal = isLeaf && (oldWord & ~newWord & NOT_GLOBAL) != 0;
            boolean sameMemory = tagged && isLeaf && (oldWord & TYPE_INDEX) <= 4 && (newWord & TYPE_INDEX) <= 4;
            return madeGlobal || ((oldWord ^ newWord) & (sameMemory ? FIXED & ~TYPE_INDEX : FIXED)) != 0;
        }

        @Override
        public boolean isContiguous(long word, int level) {
            return isValid(word, level) && !isTable(word, level) && (word & CONTIGUOUS) != 0;
        }

        /** Arm ARM D8.7.1. */
        @Override
        public int runEntries(int level) {
            return switch (granuleBits) {
                case 12 -> 16;
                case 14 -> level == 3 ? 128 : 32;
                default -> 32;
            };
        }

        @Override
        public boolean continues(long first, long word, int entries, int level) {
            long unit = (long) runEntries(level) << entryShift(level);
            boolean isAligned = (tableAddress(first) & unit - 1) == 0;
            long expected = first + ((long) entries << entryShift(level));
            return isAligned && isValid(word, level) && ((word ^ expected) & ~FREE_IN_RUN) == 0;
        }

        @Override
        public int entryShift(int level) {
            return granuleBits + (granuleBits - 3) * (3 - level);
        }
    }
}
