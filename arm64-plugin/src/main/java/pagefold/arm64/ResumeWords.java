package pagefold.arm64;

import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.PXN_TABLE;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.TYPE_TABLE;
import static pagefold.arm64.descriptor.Descriptor.UXN_TABLE;
import static pagefold.arm64.descriptor.Descriptor.VALID;

import pagefold.arm64.descriptor.Descriptor;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.table.Geometry;
import pagefold.table.TranslationRegime.CopyWords;

/**
 * The words of the tables that Linux 6.12 resumes from (arch/arm64/mm/trans_pgd.c). Bits: {@link Descriptor}.
 *
 * <p>Linux links the copy without naming a space, and so all tables above those of pages say what a process's tables
 * say: PXNTable.
 */
final class ResumeWords implements CopyWords {
    private final OutputEncoding encoding;

    ResumeWords(OutputEncoding encoding) {
        this.encoding = encoding;
    }

    @Override
    public long table(long table, int level) {
        long attributes = level == Geometry.LAST_LEVEL - 1 ? UXN_TABLE : PXN_TABLE;
        return encoding.encode(table) | TYPE_TABLE | attributes;
    }

    /** A block may be written at once; of a page, {@code pte_mkwrite} says so, and {@code pte_mkvalid} that it is there. */
    @Override
    public long leaf(long word, int level) {
        if (level < Geometry.LAST_LEVEL) {
            return word & ~RDONLY;
        }
        long writable = word | DBM | VALID;
        return (word & Stage1Format.DIRTY) != 0 ? writable & ~RDONLY : writable;
    }
}
