package pagefold.arm32.shortdesc;

import static pagefold.arm32.shortdesc.Descriptor.bits;
import static pagefold.arm32.shortdesc.Descriptor.field;

/** The four leaves of short descriptors, each with its own places for the same fields. */
enum LeafKind {
    SECTION("section", 1, 20, new Places(17, 16, 15, 10, 12, 4)),
    SUPERSECTION("supersection", 1, 24, new Places(17, 16, 15, 10, 12, 4)),
    LARGE_PAGE("large page", 2, 16, new Places(11, 10, 9, 4, 12, 15)),
    SMALL_PAGE("small page", 2, 12, new Places(11, 10, 9, 4, 6, 0));

    private final String text;
    private final int level;
    private final int shift;
    private final Places places;

    /** Bit numbers: of nG, S, AP[2], XN; the lowest of AP[1:0] and of TEX. */
    private record Places(int nG, int s, int ap2, int ap, int tex, int xn) {}

    LeafKind(String text, int level, int shift, Places places) {
        this.text = text;
        this.level = level;
        this.shift = shift;
        this.places = places;
    }

    /** What a level 1 word that is no table and not invalid is. */
    static LeafKind ofLevel1(long word) {
        return (word & Descriptor.SUPERSECTION) != 0 ? SUPERSECTION : SECTION;
    }

    /** What a level 2 word that is not invalid is. */
    static LeafKind ofLevel2(long word) {
        return (word & Descriptor.TYPE_SMALL) != 0 ? SMALL_PAGE : LARGE_PAGE;
    }

    String text() {
        return text;
    }

    int level() {
        return level;
    }

    /** log2 of its bytes. */
    int shift() {
        return shift;
    }

    /** Where the leaf begins. */
    long base(long word) {
        long low = word & bits(31, shift);
        return this == SUPERSECTION ? low | field(word, 23, 20) << 32 | field(word, 8, 5) << 36 : low;
    }

    /** AP[2:0]. */
    int ap(long word) {
        return (int) (word >>> places.ap2 & 1) << 2 | (int) (word >>> places.ap & 3);
    }

    /** TEX, C and B in one number, TEX[2] highest. */
    int texCb(long word) {
        return (int) (word >>> places.tex & 7) << 2 | (int) (word >>> 2 & 3);
    }

    boolean isExecuteNever(long word) {
        return (word >>> places.xn & 1) != 0;
    }

    boolean isShareable(long word) {
        return (word >>> places.s & 1) != 0;
    }

    boolean isGlobal(long word) {
        return (word >>> places.nG & 1) == 0;
    }
}
