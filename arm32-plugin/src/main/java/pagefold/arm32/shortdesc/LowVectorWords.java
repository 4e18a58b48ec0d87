package pagefold.arm32.shortdesc;

import pagefold.model.AddressRange;
import pagefold.table.TranslationRegime;

/**
 * The vectors at address 0 of a process ({@code pgd_alloc} of arch/arm/mm/pgd.c): the first two pages, in a table whose
 * domain is not that of processes. The kernel has the same pages at the top of its part; those at address 0 are of
 * {@code MT_LOW_VECTORS}, for the kernel alone and read-only.
 */
final class LowVectorWords implements TranslationRegime.LowVectors {
    /** Where processes have them; FIRST_USER_ADDRESS is behind them. */
    static final AddressRange RANGE = new AddressRange(0, 0x1fff);
    /** Where the kernel has them. */
    private static final long HIGH = 0xffff_0000L;

    @Override
    public AddressRange range() {
        return RANGE;
    }

    @Override
    public long high() {
        return HIGH;
    }

    @Override
    public long tableWord(long word) {
        return word & ~Descriptor.DOMAIN | ClassicFormat.DOMAIN_VECTORS << Descriptor.DOMAIN_SHIFT;
    }

    @Override
    public long pageWord(long word) {
        return word & ~LinuxPte.USER | LinuxPte.RDONLY;
    }
}
