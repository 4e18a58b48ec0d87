package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.ADDRESS;
import static pagefold.arm32.lpae.Descriptor.AP2;
import static pagefold.arm32.lpae.Descriptor.PXN;
import static pagefold.arm32.lpae.Descriptor.RDONLY;
import static pagefold.arm32.lpae.Descriptor.USER;
import static pagefold.arm32.lpae.Descriptor.VALID;
import static pagefold.arm32.lpae.Descriptor.XN;

import org.jspecify.annotations.Nullable;
import pagefold.model.Hex;
import pagefold.model.MemoryChange;
import pagefold.table.TranslationRegime.LiveWords;

/**
 * What Linux 6.12 does to the live words of a kernel on arm32: it makes sections and pages read-only, writable,
 * executable or not ({@code section_update} in arch/arm/mm/init.c, {@code change_memory_common} in
 * arch/arm/mm/pageattr.c), and nothing else. It has no rule of its own for what is safe; this is what it does.
 */
final class KernelWords implements LiveWords {
    private static final long SAFE = RDONLY | AP2 | XN | LpaeFormat.FREE;

    @Override
    public @Nullable String unsafe(long oldWord, long newWord) {
        if (!Descriptor.isValid(oldWord) || !Descriptor.isValid(newWord)) {
            return null;
        }
        long changed = oldWord ^ newWord;
        if ((changed & ADDRESS) != 0) {
            return "the output address would change";
        }
        return (changed & ~SAFE) == 0 ? null : "the bits " + Hex.address(changed & ~SAFE) + " may not change";
    }

    /** Which bits each of its callers sets and clears; there is no branch target identification to guard. */
    @Override
    public long changed(long word, MemoryChange change) {
        return switch (change) {
            case READ_ONLY -> word | RDONLY | AP2;
            case READ_WRITE -> word & ~(RDONLY | AP2);
            case EXECUTE, EXECUTE_GUARDED -> word & ~(XN | PXN);
            // XN is for both privileges; Linux's own pages are never those of PL0.
            case NO_EXECUTE -> (word & USER) == 0 ? word | XN : word | PXN;
            case VALID -> word | VALID;
            case INVALID -> word & ~VALID;
            case DIRECT_MAP_DEFAULT -> word & ~(RDONLY | AP2) | VALID;
        };
    }
}
