package pagefold.arm64;

import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.ATTR_INDX;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.GP;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.SOFTWARE;
import static pagefold.arm64.descriptor.Descriptor.TYPE_TABLE;
import static pagefold.arm64.descriptor.Descriptor.VALID;
import static pagefold.arm64.descriptor.Descriptor.XN;

import pagefold.arm64.descriptor.OutputEncoding;

/**
 * The words of stage 1 of EL2 and EL3, as KVM 6.12 writes its hypervisor's (arch/arm64/kvm/hyp/pgtable.c). One
 * privilege, no ASIDs, and nobody asks whether a page was written: there is no dirty state. A page that is there but
 * grants nothing is not valid.
 */
final class OneRangeFormat extends Vmsa64Format {
    /** What a change of permissions takes from the new ones. */
    private static final long PROTECTION = RDONLY | XN | GP | ATTR_INDX | VALID;

    private static final long LIVE = AF | RDONLY | XN | DBM | GP | SOFTWARE;
    private static final long LIVE_IN_RUN = AF | RDONLY | DBM | SOFTWARE;

    OneRangeFormat(int granuleBits, OutputEncoding encoding) {
        super(granuleBits, encoding, TYPE_TABLE);
    }

    @Override
    public long modified(long word, long bits) {
        return word & ~PROTECTION | bits & PROTECTION;
    }

    /** A writable page can be written; nothing is noted. */
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

    @Override
    public long writeProtected(long word) {
        return word | RDONLY;
    }

    @Override
    long live() {
        return LIVE;
    }

    @Override
    long liveInRun() {
        return LIVE_IN_RUN;
    }
}
