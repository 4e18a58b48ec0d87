package pagefold.arm64;

import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.S2_AP;
import static pagefold.arm64.descriptor.Descriptor.S2_MEM_ATTR;
import static pagefold.arm64.descriptor.Descriptor.S2_WRITE;
import static pagefold.arm64.descriptor.Descriptor.S2_XN;
import static pagefold.arm64.descriptor.Descriptor.SOFTWARE;
import static pagefold.arm64.descriptor.Descriptor.TYPE_TABLE;
import static pagefold.arm64.descriptor.Descriptor.VALID;

import pagefold.arm64.descriptor.OutputEncoding;

/**
 * The words of stage 2, as KVM 6.12 writes them (arch/arm64/kvm/hyp/pgtable.c). A page that is there but grants nothing
 * is not valid.
 *
 * <p>KVM leaves VTCR_EL2.HD clear: a page that may be written has S2AP[1] set, and dirty logging makes it read-only.
 * With HD set, a page that may be written has DBM, and hardware sets S2AP[1] with the first write; write protection
 * takes both away, and with them the dirty state, for which stage 2 has no other place.
 */
final class Stage2Format extends Vmsa64Format {
    /** What a change of permissions takes from the new ones. */
    private static final long PROTECTION = S2_AP | S2_XN | DBM | S2_MEM_ATTR | VALID;

    private static final long LIVE = AF | S2_AP | S2_XN | DBM | SOFTWARE;
    private static final long LIVE_IN_RUN = AF | S2_WRITE | DBM | SOFTWARE;
    private static final long DIRTY = DBM | S2_WRITE;

    private final boolean hardwareDirty;

    /**
     * A format.
     *
     * @param hardwareDirty VTCR_EL2.HD
     */
    Stage2Format(int granuleBits, OutputEncoding encoding, boolean hardwareDirty) {
        super(granuleBits, encoding, TYPE_TABLE);
        this.hardwareDirty = hardwareDirty;
    }

    @Override
    public long modified(long word, long bits) {
        long changed = word & ~PROTECTION | bits & PROTECTION;
        return isDirty(word) && (changed & DBM) != 0 ? changed | S2_WRITE : changed;
    }

    @Override
    public long dirtied(long word) {
        return hardwareDirty && (word & DBM) != 0 ? word | S2_WRITE : word;
    }

    @Override
    public long populatedByWrite(long word) {
        return dirtied(word);
    }

    @Override
    public boolean isDirty(long word) {
        return hardwareDirty && (word & DIRTY) == DIRTY;
    }

    @Override
    public long clean(long word) {
        return (isDirty(word) ? word & ~S2_WRITE : word) | AF;
    }

    @Override
    public long writeProtected(long word) {
        return word & ~DIRTY;
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
