package pagefold.arm64;

import static pagefold.arm64.LinuxPte.DIRTY;
import static pagefold.arm64.LinuxPte.isDirty;
import static pagefold.arm64.LinuxPte.mkdirty;
import static pagefold.arm64.LinuxPte.mkwrite;
import static pagefold.arm64.LinuxPte.modify;
import static pagefold.arm64.LinuxPte.wrprotect;
import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.CONTIGUOUS;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.bit;
import static pagefold.arm64.descriptor.Descriptor.bits;

import java.util.Arrays;

/**
 * The words of huge pages of one size, slot by slot as Linux 6.12 writes them (arch/arm64/mm/hugetlbpage.c, and what
 * mm/hugetlb.c calls there): another way to the words that the engine makes.
 */
final class HugeTlb {
    /** Protections of arch/arm64/include/asm/pgtable-prot.h, for a page that cannot be executed. */
    static final long SHARED = 0x0068_0000_0000_0fc3L;

    static final long READONLY = 0x0060_0000_0000_0fc3L;
    static final long NONE = 0x0060_0000_0000_0f82L;

    private static final long TABLE = bit(1);
    private static final long ADDRESS = bits(47, 12);

    /** A size of huge pages: so many slots, each of so many bytes, in the last table or above it. */
    record Size(int slots, long step, boolean inLastTable) {
        long bytes() {
            return slots * step;
        }
    }

    final Size size;
    final long[] words;

    HugeTlb(Size size, int pages) {
        this.size = size;
        this.words = new long[pages * size.slots];
    }

    long[] page(int p) {
        return Arrays.copyOfRange(words, p * size.slots, (p + 1) * size.slots);
    }

    boolean isNone(int p) {
        return words[p * size.slots] == 0;
    }

    static long address(long pte) {
        return pte & ADDRESS;
    }

    /** arch_make_huge_pte. */
    private long makeHuge(long pte) {
        long huge = pte & ~TABLE;
        if (size.slots > 1) {
            huge |= CONTIGUOUS | (size.inLastTable ? TABLE : 0);
        }
        return huge;
    }

    /** set_huge_pte_at for what is present. */
    private void set(int p, long pte) {
        int n = (pte & CONTIGUOUS) == 0 ? 1 : size.slots;
        for (int i = 0; i < n; i++) {
            words[p * size.slots + i] = pte + i * size.step;
        }
    }

    /** huge_ptep_get. */
    private long get(int p) {
        long pte = words[p * size.slots];
        if ((pte & CONTIGUOUS) == 0) {
            return pte;
        }
        for (long slot : page(p)) {
            pte = isDirty(slot) ? mkdirty(pte) : pte;
            pte = (slot & AF) != 0 ? pte | AF : pte;
        }
        return pte;
    }

    private long getAndClear(int p) {
        long pte = get(p);
        unmap(p);
        return pte;
    }

    /** huge_ptep_set_access_flags, to more access. */
    private void setAccessFlags(int p, long entry) {
        if ((entry & CONTIGUOUS) == 0) {
            long old = words[p * size.slots];
            words[p * size.slots] = (old | entry & (AF | DBM | DIRTY)) & ~RDONLY | old & entry & RDONLY;
            return;
        }
        long old = getAndClear(p);
        long all = isDirty(old) ? mkdirty(entry) : entry;
        set(p, (old & AF) != 0 ? all | AF : all);
    }

    /** hugetlb_no_page by a write where there may be one, and hugetlb_wp after it. */
    void fault(int p, long frame, boolean mayWrite) {
        long pte = wrprotect(READONLY | frame);
        set(p, makeHuge(mayWrite ? mkwrite(mkdirty(pte)) : pte));
    }

    void unmap(int p) {
        Arrays.fill(words, p * size.slots, (p + 1) * size.slots, 0);
    }

    /** hugetlb_change_protection. */
    void protect(int p, long protection) {
        set(p, makeHuge(modify(getAndClear(p), protection)));
    }

    /** huge_ptep_set_wrprotect. */
    void writeProtect(int p) {
        if ((words[p * size.slots] & CONTIGUOUS) == 0) {
            words[p * size.slots] = wrprotect(words[p * size.slots]);
        } else {
            set(p, wrprotect(getAndClear(p)));
        }
    }

    void age(int p) {
        for (int i = p * size.slots; i < (p + 1) * size.slots; i++) {
            words[i] &= ~AF;
        }
    }

    void read(int p) {
        for (int i = p * size.slots; i < (p + 1) * size.slots; i++) {
            words[i] = words[i] == 0 ? 0 : words[i] | AF;
        }
    }

    /** Whether hardware itself takes a write, with dirty state in DBM. */
    boolean isWritable(int p) {
        return (words[p * size.slots] & DBM) != 0;
    }

    /** A write to all of a page that is its process's own, or is shared with all. */
    void write(int p) {
        if (!isWritable(p)) {
            setAccessFlags(p, mkwrite(mkdirty(get(p))));
        }
        for (int i = p * size.slots; i < (p + 1) * size.slots; i++) {
            words[i] = words[i] == 0 ? 0 : (words[i] | AF) & ~RDONLY;
        }
    }

    /** copy_hugetlb_page_range, of a private page. */
    void fork(int p, HugeTlb child) {
        long entry = get(p);
        writeProtect(p);
        child.set(p, wrprotect(entry));
    }

    /** move_huge_pte. */
    void move(int p, int to) {
        set(to, getAndClear(p));
    }
}
