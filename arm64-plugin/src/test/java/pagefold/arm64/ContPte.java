package pagefold.arm64;

import static pagefold.arm64.LinuxPte.DIRTY;
import static pagefold.arm64.LinuxPte.isDirty;
import static pagefold.arm64.LinuxPte.mkclean;
import static pagefold.arm64.LinuxPte.mkdirty;
import static pagefold.arm64.LinuxPte.mkold;
import static pagefold.arm64.LinuxPte.modify;
import static pagefold.arm64.LinuxPte.wrprotect;
import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.CONTIGUOUS;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.VALID;
import static pagefold.arm64.descriptor.Descriptor.bits;

import java.util.function.LongUnaryOperator;

/**
 * Contiguous pages of a process, entry by entry as Linux 6.12 writes them (arch/arm64/mm/contpte.c, mm/mprotect.c,
 * mm/mremap.c): another way to the words that the engine makes by ranges.
 *
 * <p>What Linux takes from the folio is here what neighbouring pages have in common: mapped, with the same permissions,
 * to neighbouring frames.
 */
final class ContPte {
    final long[] words;
    /** Whether a page may be written, by its region; of no meaning where nothing is mapped. */
    final boolean[] writable;

    private final int n;
    private final int granuleBits;
    private final long addressMask;

    ContPte(int entries, int n, int granuleBits) {
        this.words = new long[entries];
        this.writable = new boolean[entries];
        this.n = n;
        this.granuleBits = granuleBits;
        this.addressMask = bits(47, granuleBits);
    }

    boolean isMapped(int first, int last) {
        for (int i = first; i <= last; i++) {
            if (words[i] == 0) {
                return false;
            }
        }
        return true;
    }

    boolean isEmpty(int first, int last) {
        for (int i = first; i <= last; i++) {
            if (words[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean isContiguous(int i) {
        return (words[i] & CONTIGUOUS) != 0;
    }

    /** contpte_convert: all entries of a block become one value, with what hardware has kept in any of them. */
    private void convert(int i, LongUnaryOperator mark) {
        int first = i & -n;
        long value = mark.applyAsLong(words[i]) & ~addressMask;
        for (int k = first; k < first + n; k++) {
            value = isDirty(words[k]) ? mkdirty(value) : value;
            value = (words[k] & AF) != 0 ? value | AF : value;
        }
        long output = words[i] & addressMask & -((long) n << granuleBits);
        for (int k = first; k < first + n; k++) {
            words[k] = value | output + ((long) (k - first) << granuleBits);
        }
    }

    private void unfold(int i) {
        if (isContiguous(i)) {
            convert(i, pte -> pte & ~CONTIGUOUS);
        }
    }

    private void set(int i, long pte) {
        unfold(i);
        words[i] = pte & ~CONTIGUOUS;
        if (i % n == n - 1 && ((pte & addressMask) >>> granuleBits) % n == n - 1 && (pte & VALID) != 0) {
            tryFold(i);
        }
    }

    private void tryFold(int i) {
        int first = i & -n;
        long expected = mkold(mkclean(words[i])) - ((long) (n - 1) << granuleBits);
        for (int k = first; k <= i; k++) {
            if (mkold(mkclean(words[k])) != expected || writable[k] != writable[i]) {
                return;
            }
            expected += 1L << granuleBits;
        }
        convert(i, pte -> pte | CONTIGUOUS);
    }

    /** Faults on empty pages, one after the other. */
    void map(int first, int last, boolean mayWrite, long pte) {
        for (int i = first; i <= last; i++) {
            writable[i] = mayWrite;
            set(i, pte + ((long) (i - first) << granuleBits));
        }
    }

    private void unfoldEnds(int first, int last) {
        if (first % n != 0 || last - first + 1 < n) {
            unfold(first);
        }
        if (last % n != n - 1) {
            unfold(last);
        }
    }

    void unmap(int first, int last) {
        unfoldEnds(first, last);
        for (int i = first; i <= last; i++) {
            words[i] = 0;
        }
    }

    void protect(int first, int last, boolean mayWrite, long protection) {
        for (int i = first; i <= last; i++) {
            if (writable[i] != mayWrite) {
                unfold(i);
                long pte = words[i];
                words[i] = 0;
                writable[i] = mayWrite;
                set(i, modify(pte, protection));
            }
        }
    }

    void read(int first, int last) {
        for (int i = first; i <= last; i++) {
            words[i] |= AF;
        }
    }

    /** Hardware makes writable-clean pages dirty; else wp_page_reuse makes one page of a region writable again. */
    void write(int first, int last) {
        for (int i = first; i <= last; i++) {
            if ((words[i] & DBM) != 0) {
                words[i] = (words[i] | AF) & ~RDONLY;
            } else if (writable[i]) {
                unfold(i);
                words[i] = (words[i] | AF | DBM | DIRTY) & ~RDONLY;
            }
        }
    }

    void age(int first, int last) {
        for (int i = first; i <= last; i++) {
            int from = isContiguous(i) ? i & -n : i;
            int to = isContiguous(i) ? i | n - 1 : i;
            for (int k = from; k <= to; k++) {
                words[k] = mkold(words[k]);
            }
        }
    }

    void writeProtect(int first, int last) {
        unfoldEnds(first, last);
        for (int i = first; i <= last; i++) {
            words[i] = wrprotect(words[i]);
        }
    }

    /** move_ptes: each page goes alone. */
    void move(int first, int last, int to) {
        for (int i = first; i <= last; i++) {
            unfold(i);
            long pte = words[i];
            words[i] = 0;
            writable[to + i - first] = writable[i];
            set(to + i - first, pte);
        }
    }
}
