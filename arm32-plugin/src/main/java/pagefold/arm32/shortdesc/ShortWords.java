package pagefold.arm32.shortdesc;

import static pagefold.arm32.shortdesc.Descriptor.B;
import static pagefold.arm32.shortdesc.Descriptor.C;
import static pagefold.arm32.shortdesc.Descriptor.PAGE_NG;
import static pagefold.arm32.shortdesc.Descriptor.PAGE_S;
import static pagefold.arm32.shortdesc.Descriptor.SECTION_ADDRESS;
import static pagefold.arm32.shortdesc.Descriptor.SECTION_NG;
import static pagefold.arm32.shortdesc.Descriptor.SECTION_S;
import static pagefold.arm32.shortdesc.Descriptor.SECTION_TEX0;
import static pagefold.arm32.shortdesc.Descriptor.SMALL_ADDRESS;
import static pagefold.arm32.shortdesc.Descriptor.SMALL_TEX0;
import static pagefold.arm32.shortdesc.Descriptor.SUPERSECTION;
import static pagefold.arm32.shortdesc.Descriptor.TABLE_ADDRESS;
import static pagefold.arm32.shortdesc.Descriptor.TYPE;

import pagefold.table.PageTableModel.BreakRules;

/** The rules of the words that hardware reads: tables, sections, supersections and small pages. */
record ShortWords() implements BreakRules {
    /** TEX[2:1] are software's with TEX remap, and not used. */
    private static final long SECTION_FIXED = SECTION_ADDRESS | SUPERSECTION | SECTION_TEX0 | C | B | SECTION_S;

    private static final long PAGE_FIXED = SMALL_ADDRESS | SMALL_TEX0 | C | B | PAGE_S;
    private static final int WORD_BITS = 2;

    @Override
    public boolean isValid(long word, int level) {
        return level <= 2 && (word & TYPE) != 0;
    }

    @Override
    public boolean isTable(long word, int level) {
        return level == 1 && Descriptor.isTable(word);
    }

    @Override
    public long tableAddress(long word) {
        return word & TABLE_ADDRESS;
    }

    @Override
    public boolean needsBreak(long oldWord, long newWord, int level) {
        return needsBreak(oldWord, newWord, level == 1);
    }

    /** Whether one word may not follow another; where one of the two is not valid it may. */
    static boolean needsBreak(long oldWord, long newWord, boolean isLevel1) {
        if ((oldWord & TYPE) == 0 || (newWord & TYPE) == 0) {
            return false;
        }
        if (!isLevel1) {
            boolean madeGlobal = (oldWord & ~newWord & PAGE_NG) != 0;
            return madeGlobal || ((oldWord ^ newWord) & PAGE_FIXED) != 0;
        }
        boolean wasTable = Descriptor.isTable(oldWord);
        if (wasTable || Descriptor.isTable(newWord)) {
            return wasTable != Descriptor.isTable(newWord) || ((oldWord ^ newWord) & TABLE_ADDRESS) != 0;
        }
        boolean madeGlobal = (oldWord & ~newWord & SECTION_NG) != 0;
        return madeGlobal || ((oldWord ^ newWord) & SECTION_FIXED) != 0;
    }

    @Override
    public int entryShift(int level) {
        return level == 1 ? Descriptor.LEVEL_1_SHIFT : Descriptor.LEVEL_2_SHIFT;
    }

    @Override
    public int wordBits() {
        return WORD_BITS;
    }
}
