package pagefold.arm64;

import static pagefold.arm64.descriptor.Descriptor.ATTR_INDX;
import static pagefold.arm64.descriptor.Descriptor.CONTIGUOUS;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.GP;
import static pagefold.arm64.descriptor.Descriptor.NG;
import static pagefold.arm64.descriptor.Descriptor.PXN;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.VALID;

import org.jspecify.annotations.Nullable;
import pagefold.arm64.descriptor.Descriptor;
import pagefold.model.Hex;
import pagefold.model.MemoryChange;
import pagefold.model.MemoryType;
import pagefold.table.TranslationRegime.LiveWords;

/** What Linux 6.12 does to the live words of its own space (arch/arm64/mm/mmu.c). Bits: {@link Descriptor}. */
final class KernelWords implements LiveWords {
    /** {@code pgattr_change_is_safe}: what may differ between two live words. */
    private static final long SAFE = PXN | RDONLY | DBM | NG | Stage1Format.DIRTY | Stage1Format.FREE;

    private final long address;

    /** The words of a format whose output addresses are in these bits. */
    KernelWords(long address) {
        this.address = address;
    }

    @Override
    public @Nullable String unsafe(long oldWord, long newWord) {
        if (!Descriptor.isValid(oldWord) || !Descriptor.isValid(newWord)) {
            return null;
        }
        long changed = oldWord ^ newWord;
        if ((changed & address) != 0) {
            return "the output address would change";
        }
        if (((oldWord | newWord) & CONTIGUOUS) != 0) {
            return "the Contiguous bit is set in one of them";
        }
        if ((oldWord & ~newWord & NG) != 0) {
            return "a translation that is not global would become global";
        }
        long safe = isNormalOrTagged(oldWord) && isNormalOrTagged(newWord) ? SAFE | ATTR_INDX : SAFE;
        return (changed & ~safe) == 0 ? null : "the bits " + Hex.address(changed & ~safe) + " may not change";
    }

    /** {@code __change_memory_common}: which bits each of its callers sets and clears. */
    @Override
    public long changed(long word, MemoryChange change) {
        return switch (change) {
            case READ_ONLY -> word & ~DBM | RDONLY;
            case READ_WRITE -> word & ~RDONLY | DBM;
            case EXECUTE -> word & ~PXN;
            case EXECUTE_GUARDED -> word & ~PXN | GP;
            case NO_EXECUTE -> word & ~GP | PXN;
            case VALID -> word | VALID;
            case INVALID -> word & ~VALID;
            case DIRECT_MAP_DEFAULT -> word & ~RDONLY | DBM | VALID;
        };
    }

    /** Memory with allocation tags differs from memory without as permissions do. */
    static boolean isNormalOrTagged(long word) {
        long index = word & ATTR_INDX;
        return index == MemoryAttributes.field(MemoryType.NORMAL_WB)
                || index == MemoryAttributes.field(MemoryType.NORMAL_TAGGED);
    }
}
