package pagefold.arm64.walk;

import pagefold.arm64.descriptor.Descriptor;

/** What TCR says about one TTBR's range, beyond the shape of its tables. Immutable. */
public final class Stage1Range {
    final TableRange tables;
    final boolean upper;
    /** All ones in the upper range: what the bits above the input address must be. */
    final long sign;
    /** The bits above the input address that are looked at, for data and for fetches. */
    final long dataTop;

    final long fetchTop;
    /** Requests that fault before anything is looked up. */
    final int refused;

    private final int refusedNonFault;
    /** The attributes in table descriptors that count. */
    final long hierarchical;
    /** Shareability of all leaves where descriptors have no SH field. */
    final int shareability;

    final int dataTopBit;
    final int fetchTopBit;

    private Stage1Range(TableRange tables, boolean upper, Controls controls) {
        this.tables = tables;
        this.upper = upper;
        this.sign = upper ? -1 : 0;
        this.dataTopBit = controls.topByteIgnored ? 55 : 63;
        this.fetchTopBit = controls.topByteIgnored && !controls.dataOnly ? 55 : 63;
        int inputBits = tables.geometry.inputBits();
        this.dataTop = Descriptor.bits(dataTopBit, inputBits);
        this.fetchTop = Descriptor.bits(fetchTopBit, inputBits);
        this.refused = (controls.walksDisabled ? Request.ACCESS_MASK : 0)
                | (controls.unprivilegedRefused ? Request.UNPRIVILEGED : 0);
        this.refusedNonFault = refused | (controls.nonFaultRefused ? Request.UNPRIVILEGED : 0);
        this.hierarchical = controls.hierarchyDisabled ? 0 : Descriptor.bits(62, 59);
        this.shareability = controls.shareability;
    }

    /**
     * The bits of TCR for one range.
     *
     * @param topByteIgnored TBI
     * @param dataOnly TBID: TBI does not hold for fetches
     * @param walksDisabled EPD
     * @param unprivilegedRefused E0PD
     * @param nonFaultRefused NFD: EL0's non-fault loads are not walked for
     * @param hierarchyDisabled HPD
     * @param shareability SH, 0, 2 or 3
     */
    public record Controls(
            boolean topByteIgnored,
            boolean dataOnly,
            boolean walksDisabled,
            boolean unprivilegedRefused,
            boolean nonFaultRefused,
            boolean hierarchyDisabled,
            int shareability) {

        /** As Linux sets them for user space: the top byte is a tag for data, tables restrict, inner shareable. */
        public static final Controls USER = new Controls(true, false, false, false, false, false, 3);
        /** As Linux sets them for a kernel without tags. */
        public static final Controls KERNEL = new Controls(false, false, false, false, false, false, 3);
        /** A range that is switched off. */
        public static final Controls DISABLED = new Controls(false, false, true, false, false, false, 3);
    }

    /** The range of TTBR0. */
    public static Stage1Range lower(TableRange tables, Controls controls) {
        return new Stage1Range(tables, false, controls);
    }

    /** The range of TTBR1. */
    public static Stage1Range upper(TableRange tables, Controls controls) {
        return new Stage1Range(tables, true, controls);
    }

    /** The accesses that fault before anything is looked up, for a request. */
    int refused(int request) {
        return (request & Request.NON_FAULT) == 0 ? refused : refusedNonFault;
    }

    public TableRange tables() {
        return tables;
    }

    public boolean isUpper() {
        return upper;
    }
}
