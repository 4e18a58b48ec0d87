package pagefold.arm64;

import static pagefold.arm64.LinuxPte.DIRTY;
import static pagefold.arm64.LinuxPte.isDirty;
import static pagefold.arm64.LinuxPte.mkdirty;
import static pagefold.arm64.LinuxPte.modify;
import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.CONTIGUOUS;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.bits;

/**
 * Huge pages of a process, entry by entry as Linux 6.12 writes them (arch/arm64/mm/hugetlbpage.c, mm/hugetlb.c): another
 * way to the words that the engine makes.
 */
final class HugePte {
    private static final long ADDRESS = bits(47, 12);

    /** The entries of all pages, {@code n} for each. */
    final long[] words;

    final boolean[] writable;
    private final int n;
    private final long step;

    /**
     * Pages that are not there.
     *
     * @param n entries of a page
     * @param step bytes that an entry translates
     */
    HugePte(int pages, int n, long step) {
        this.words = new long[pages * n];
        this.writable = new boolean[pages];
        this.n = n;
        this.step = step;
    }

    boolean isMapped(int page) {
        return words[page * n] != 0;
    }

    /** huge_ptep_get. */
    private long get(int page) {
        long pte = words[page * n];
        for (int i = page * n; n > 1 && i < (page + 1) * n; i++) {
            pte = isDirty(words[i]) ? mkdirty(pte) : pte;
            pte = (words[i] & AF) != 0 ? pte | AF : pte;
        }
        return pte;
    }

    /** set_huge_pte_at, with what arch_make_huge_pte makes of the entry. */
    void set(int page, long pte) {
        long marked = n > 1 ? pte | CONTIGUOUS : pte;
        long output = pte & ADDRESS;
        for (int i = 0; i < n; i++) {
            words[page * n + i] = marked & ~ADDRESS | output + i * step;
        }
    }

    void unmap(int page) {
        for (int i = page * n; i < (page + 1) * n; i++) {
            words[i] = 0;
        }
    }

    void protect(int page, boolean mayWrite, long protection) {
        if (writable[page] != mayWrite) {
            writable[page] = mayWrite;
            set(page, modify(get(page), protection));
        }
    }

    /** huge_ptep_set_wrprotect. */
    void writeProtect(int page) {
        long pte = get(page);
        long kept = isDirty(pte) ? pte | DIRTY : pte;
        set(page, kept & ~DBM | RDONLY);
    }

    /** Hardware sets the flag of the entry that it uses. */
    void read(int first, int last) {
        for (int i = first; i <= last; i++) {
            words[i] |= AF;
        }
    }

    /** Hardware makes an entry dirty; where it may not, set_huge_ptep_writable makes the whole page writable again. */
    void write(int first, int last) {
        for (int i = first; i <= last; i++) {
            if ((words[i] & DBM) == 0) {
                long pte = mkdirty(get(i / n));
                set(i / n, (pte | DBM | AF) & ~RDONLY);
            }
            words[i] = (words[i] | AF) & ~RDONLY;
        }
    }

    void age(int page) {
        for (int i = page * n; i < (page + 1) * n; i++) {
            words[i] &= ~AF;
        }
    }

    void move(int page, int to) {
        long pte = get(page);
        unmap(page);
        writable[to] = writable[page];
        set(to, pte);
    }
}
