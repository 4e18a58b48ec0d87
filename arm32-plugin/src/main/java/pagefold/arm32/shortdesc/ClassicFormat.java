package pagefold.arm32.shortdesc;

import static pagefold.arm32.shortdesc.Descriptor.B;
import static pagefold.arm32.shortdesc.Descriptor.C;
import static pagefold.arm32.shortdesc.Descriptor.DOMAIN_SHIFT;
import static pagefold.arm32.shortdesc.Descriptor.SECTION_AP0;
import static pagefold.arm32.shortdesc.Descriptor.SECTION_AP1;
import static pagefold.arm32.shortdesc.Descriptor.SECTION_AP2;
import static pagefold.arm32.shortdesc.Descriptor.SECTION_S;
import static pagefold.arm32.shortdesc.Descriptor.SECTION_TEX0;
import static pagefold.arm32.shortdesc.Descriptor.SECTION_XN;
import static pagefold.arm32.shortdesc.Descriptor.SUPERSECTION;
import static pagefold.arm32.shortdesc.Descriptor.TYPE_SECTION;
import static pagefold.arm32.shortdesc.Descriptor.bits;
import static pagefold.arm32.shortdesc.Descriptor.field;

import pagefold.model.SpaceKind;
import pagefold.table.TableFormat;

/**
 * The words of Linux 6.12 without LPAE, on a processor of Armv7: for a page, Linux's own word, from which the one for
 * hardware follows; for a section, the word that hardware reads, as Linux keeps none beside it.
 *
 * <p>A page of a process is there for hardware only while it is young, and may be written only once it is dirty. A
 * kernel's pages carry both from the start; its sections have neither. The two kinds of word differ in bit 0: Linux's
 * have PRESENT there, and no section of Linux's has PXN. A section that grants nothing has the type of an invalid word.
 */
final class ClassicFormat implements TableFormat {
    /** What {@code pte_modify} takes from the new protection. */
    private static final long PROTECTION =
            LinuxPte.USER | LinuxPte.RDONLY | LinuxPte.XN | LinuxPte.NONE | LinuxPte.PRESENT;

    /** Bit 4 of a table word: Linux's run-time macros set it, though it should be zero from Armv6 on. */
    private static final long PMD_BIT4 = 1 << 4;

    static final int DOMAIN_KERNEL = 0;
    static final int DOMAIN_USER = 1;
    static final int DOMAIN_IO = 2;
    static final int DOMAIN_VECTORS = 3;

    private static final long SECTION_BYTES = 1L << 20;
    /** Where outputs begin that only supersections reach. */
    private static final long BEYOND = 1L << 32;
    /** MT's lowest two bits are C and B, its third is TEX[0]. */
    private static final long MT_CB = LinuxPte.MT_WRITEBACK;

    private static final long MT_TEX0 = LinuxPte.MT_DEV_SHARED;

    private final SpaceKind kind;
    private final boolean isKernel;

    ClassicFormat(SpaceKind kind) {
        this.kind = kind;
        this.isKernel = kind != SpaceKind.USER;
    }

    private static boolean isSection(long word) {
        return (word & LinuxPte.PRESENT) == 0;
    }

    @Override
    public boolean isTable(long word, int level) {
        return level == 1 && Descriptor.isTable(word);
    }

    /** A page that is not young is a leaf that hardware does not see for now. */
    @Override
    public boolean isLeaf(long word, int level) {
        return level == 1
                ? Descriptor.isSection(word)
                : (word & (LinuxPte.PRESENT | LinuxPte.NONE)) == LinuxPte.PRESENT;
    }

    /** {@code pmd_populate}, {@code pmd_populate_kernel}. */
    @Override
    public long tableWord(long table) {
        return isKernel
                ? table | Descriptor.TYPE_TABLE | PMD_BIT4 | DOMAIN_KERNEL << DOMAIN_SHIFT
                : table | Descriptor.TYPE_TABLE | PMD_BIT4 | DOMAIN_USER << DOMAIN_SHIFT | Descriptor.TABLE_PXN;
    }

    @Override
    public long hardwareWord(long word) {
        return LinuxPte.hardware(word, !isKernel);
    }

    @Override
    public long tableAddress(long word) {
        return word & Descriptor.TABLE_ADDRESS;
    }

    /** Processes have pages only, and identity maps sections only. */
    @Override
    public boolean leafAllowed(int level) {
        return level == 2 ? kind != SpaceKind.IDMAP : isKernel;
    }

    @Override
    public long leafWord(long output, int level, long bits) {
        return level == 1 ? section(output, bits) : output | bits;
    }

    private static long section(long output, long bits) {
        long word = SECTION_AP0 | bits & MT_CB;
        word |= (bits & LinuxPte.NONE) == 0 ? TYPE_SECTION : 0;
        word |= (bits & MT_TEX0) != 0 ? SECTION_TEX0 : 0;
        word |= (bits & LinuxPte.SHARED) != 0 ? SECTION_S : 0;
        word |= (bits & LinuxPte.USER) != 0 ? SECTION_AP1 : 0;
        word |= (bits & LinuxPte.RDONLY) != 0 ? SECTION_AP2 : 0;
        word |= (bits & LinuxPte.XN) != 0 ? SECTION_XN : 0;
        if (output >= BEYOND) {
            // A supersection is in domain 0, whatever its memory is.
            return word | SUPERSECTION | output & bits(31, 24) | field(output, 35, 32) << 20;
        }
        return word | output & bits(31, 20) | domain(bits) << DOMAIN_SHIFT;
    }

    /**
     * Linux's sections of devices are in a domain of their own. Of memory types this is so of Device alone: Linux's
     * MT_DEVICE_WC and MT_DEVICE_CACHED are Normal memory like any other here.
     */
    private static long domain(long bits) {
        return (bits & LinuxPte.MT) == LinuxPte.MT_DEV_SHARED ? DOMAIN_IO : DOMAIN_KERNEL;
    }

    /** Linux's word for what a section says, without its address. */
    private static long linuxBits(long section) {
        long bits = LinuxPte.PRESENT | LinuxPte.YOUNG | LinuxPte.DIRTY | section & (C | B);
        bits |= (section & TYPE_SECTION) == 0 ? LinuxPte.NONE : 0;
        bits |= (section & SECTION_TEX0) != 0 ? MT_TEX0 : 0;
        bits |= (section & SECTION_S) != 0 ? LinuxPte.SHARED : 0;
        bits |= (section & SECTION_AP1) != 0 ? LinuxPte.USER : 0;
        bits |= (section & SECTION_AP2) != 0 ? LinuxPte.RDONLY : 0;
        bits |= (section & SECTION_XN) != 0 ? LinuxPte.XN : 0;
        return bits;
    }

    private static long leafBits(long word) {
        return isSection(word) ? linuxBits(word) : word & ~LinuxPte.ADDRESS;
    }

    @Override
    public long relocated(long word, int fromLevel, int toLevel, long output) {
        return leafWord(output, toLevel, leafBits(word));
    }

    @Override
    public long outputAddress(long word, int level) {
        return level == 1 ? LeafKind.ofLevel1(word).base(word) : word & LinuxPte.ADDRESS;
    }

    /** The words of a supersection are all the same. */
    @Override
    public long linearBytes(long output) {
        return output >= BEYOND ? SECTION_BYTES : BEYOND - output;
    }

    /** {@code pte_modify}. */
    @Override
    public long modified(long word, long bits) {
        if (!isSection(word)) {
            return word & ~PROTECTION | bits & PROTECTION;
        }
        return section(outputAddress(word, 1), linuxBits(word) & ~PROTECTION | bits & PROTECTION);
    }

    @Override
    public boolean isAccessed(long word) {
        return isSection(word) || (word & LinuxPte.YOUNG) != 0;
    }

    /** {@code pte_mkyoung}, {@code pte_mkold}; there is no such state of sections. */
    @Override
    public long withAccessed(long word, boolean accessed) {
        if (isSection(word)) {
            return word;
        }
        return accessed ? word | LinuxPte.YOUNG : word & ~LinuxPte.YOUNG;
    }

    /** {@code pte_mkdirty}. */
    @Override
    public long dirtied(long word) {
        return isSection(word) ? word : word | LinuxPte.DIRTY;
    }

    /** {@code pte_mkdirty} on what {@code do_anonymous_page} maps. */
    @Override
    public long populatedByWrite(long word) {
        return isSection(word) || (word & LinuxPte.RDONLY) != 0 ? word : dirtied(word);
    }

    @Override
    public boolean isDirty(long word) {
        return !isKernel && (word & LinuxPte.DIRTY) != 0;
    }

    /** {@code pte_mkclean} for user memory; a kernel's words do not say whether they are dirty. */
    @Override
    public long clean(long word) {
        long young = withAccessed(word, true);
        return isKernel ? young : young & ~LinuxPte.DIRTY;
    }

    /** {@code pte_wrprotect}. */
    @Override
    public long writeProtected(long word) {
        return isSection(word) ? word | SECTION_AP2 : word | LinuxPte.RDONLY;
    }

    @Override
    public boolean needsBreak(long oldWord, long newWord, int level) {
        return level == 1
                ? ShortWords.needsBreak(oldWord, newWord, true)
                : ShortWords.needsBreak(hardwareWord(oldWord), hardwareWord(newWord), false);
    }
}
