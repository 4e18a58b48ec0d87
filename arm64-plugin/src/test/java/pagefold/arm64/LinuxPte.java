package pagefold.arm64;

import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.ATTR_INDX;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.GP;
import static pagefold.arm64.descriptor.Descriptor.NG;
import static pagefold.arm64.descriptor.Descriptor.PXN;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.USER;
import static pagefold.arm64.descriptor.Descriptor.UXN;
import static pagefold.arm64.descriptor.Descriptor.VALID;
import static pagefold.arm64.descriptor.Descriptor.bit;

/** What Linux 6.12 does to a word (arch/arm64/include/asm/pgtable.h), under its names, written down a second time. */
final class LinuxPte {
    /** Linux's software dirty bit. */
    static final long DIRTY = bit(55);

    private static final long PROTECTION = USER | PXN | UXN | RDONLY | VALID | DBM | GP | ATTR_INDX | NG;

    private LinuxPte() {}

    private static boolean isHardwareDirty(long pte) {
        return (pte & (DBM | RDONLY)) == DBM;
    }

    static boolean isDirty(long pte) {
        return (pte & DIRTY) != 0 || isHardwareDirty(pte);
    }

    static long mkdirty(long pte) {
        return (pte & DBM) != 0 ? (pte | DIRTY) & ~RDONLY : pte | DIRTY;
    }

    static long mkclean(long pte) {
        return (pte | RDONLY) & ~DIRTY;
    }

    static long mkold(long pte) {
        return pte & ~AF;
    }

    static long mkwrite(long pte) {
        return (pte & DIRTY) != 0 ? (pte | DBM) & ~RDONLY : pte | DBM;
    }

    static long wrprotect(long pte) {
        long kept = isDirty(pte) ? pte | DIRTY : pte;
        return kept & ~DBM | RDONLY;
    }

    static long modify(long pte, long protection) {
        long kept = isHardwareDirty(pte) ? pte | DIRTY : pte;
        long changed = kept & ~PROTECTION | protection & PROTECTION;
        return (changed & DIRTY) != 0 ? mkdirty(changed) : changed;
    }
}
