package pagefold.arm64.walk;

import pagefold.arm64.descriptor.Descriptor;

/** Stage 2 of EL1&amp;0: from intermediate physical to physical addresses. Immutable. */
public final class Stage2 {
    final TableRange tables;
    final Controls controls;
    final boolean hardwareAccess;
    final boolean hardwareDirty;
    /** The bits that an intermediate physical address must not have. */
    final long beyondInput;

    private final byte[] grants;

    /** The tables of stage 2 under these controls. */
    public Stage2(TableRange tables, Controls controls) {
        this.tables = tables;
        this.controls = controls;
        this.hardwareAccess = controls.hardwareAccess;
        this.hardwareDirty = controls.hardwareAccess && controls.hardwareDirty;
        this.beyondInput = Descriptor.bits(63, tables.geometry.inputBits());
        this.grants = PermissionTable.stage2(controls.executeApart);
    }

    /**
     * The bits of VTCR_EL2 and HCR_EL2.
     *
     * @param hardwareAccess VTCR.HA
     * @param hardwareDirty VTCR.HD; has no effect without HA
     * @param shareability VTCR.SH0: of all leaves where descriptors have no SH field
     * @param executeApart whether XN[0] tells EL1 from EL0 (FEAT_XNX)
     * @param forcedWriteBack HCR.FWB
     * @param protectedWalks HCR.PTW: stage-1 tables in Device memory fault
     * @param dataUncached HCR.CD
     * @param fetchesUncached HCR.ID
     */
    public record Controls(
            boolean hardwareAccess,
            boolean hardwareDirty,
            int shareability,
            boolean executeApart,
            boolean forcedWriteBack,
            boolean protectedWalks,
            boolean dataUncached,
            boolean fetchesUncached) {

        /** No hardware updates; XN[0] counts. */
        public static final Controls PLAIN = new Controls(false, false, 3, true, false, false, false, false);
    }

    public TableRange tables() {
        return tables;
    }

    /** What a leaf grants: bits as in {@link pagefold.model.Permissions}. */
    public int granted(long leaf) {
        return grants[PermissionTable.index2(effective(leaf))];
    }

    /** The leaf as permissions read it: writable-clean counts as writable. */
    long effective(long leaf) {
        return hardwareDirty && (leaf & Descriptor.DBM) != 0 ? leaf | Descriptor.S2_WRITE : leaf;
    }

    /** Whether a leaf says Device memory. */
    boolean isDevice(long leaf) {
        long attribute = Descriptor.field(leaf, 5, 2);
        return controls.forcedWriteBack ? (attribute & 4) == 0 : attribute >>> 2 == 0;
    }
}
