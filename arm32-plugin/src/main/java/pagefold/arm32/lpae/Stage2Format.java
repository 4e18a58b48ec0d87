package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.ADDRESS;
import static pagefold.arm32.lpae.Descriptor.AF;
import static pagefold.arm32.lpae.Descriptor.CONTIGUOUS;
import static pagefold.arm32.lpae.Descriptor.S2_READ;
import static pagefold.arm32.lpae.Descriptor.S2_SOFTWARE;
import static pagefold.arm32.lpae.Descriptor.S2_WRITE;
import static pagefold.arm32.lpae.Descriptor.TABLE;
import static pagefold.arm32.lpae.Descriptor.VALID;
import static pagefold.arm32.lpae.Descriptor.XN;

import pagefold.table.Geometry;

/**
 * The words of stage 2 as Linux 5.5 writes them for a guest on arm32 (arch/arm/include/asm/kvm_mmu.h). Nobody asks
 * whether a page was written: dirty logging makes it read-only. A page that is there but grants nothing is not valid.
 */
final class Stage2Format extends LongFormat {
    /** What a change of permissions takes from the new ones. */
    private static final long PROTECTION = S2_READ | S2_WRITE | XN | VALID;
    /** What may change in a live word without a break (Arm ARM G5.9.1). */
    private static final long LIVE = AF | S2_READ | S2_WRITE | XN | S2_SOFTWARE;

    /** Linux places blocks of 2 MB, never of 1 GB. */
    @Override
    public boolean leafAllowed(int level) {
        return level >= 2;
    }

    @Override
    public long leafWord(long output, int level, long bits) {
        return output | bits | (level == Geometry.LAST_LEVEL ? TABLE : 0);
    }

    @Override
    public long relocated(long word, int fromLevel, int toLevel, long output) {
        return leafWord(output, toLevel, word & ~(ADDRESS | TABLE | CONTIGUOUS));
    }

    /** {@code kvm_s2pte_mkwrite}, {@code kvm_s2pte_mkexec}, and what takes them back. */
    @Override
    public long modified(long word, long bits) {
        return word & ~PROTECTION | bits & PROTECTION;
    }

    /** A page that may be written can be; nothing is noted. */
    @Override
    public long dirtied(long word) {
        return word;
    }

    @Override
    public long populatedByWrite(long word) {
        return word;
    }

    @Override
    public boolean isDirty(long word) {
        return false;
    }

    @Override
    public long clean(long word) {
        return word | AF;
    }

    /** {@code kvm_set_s2pte_readonly}, which finds only what may be read. */
    @Override
    public long writeProtected(long word) {
        return word & ~S2_WRITE;
    }

    @Override
    public boolean needsBreak(long oldWord, long newWord, int level) {
        return ((oldWord ^ newWord) & ~LIVE) != 0;
    }
}
