package pagefold.model;

/** The memory type of a region: Arm ARM B2.7 (Device types by gathering, reordering, early acknowledgement). */
public enum MemoryType {
    DEVICE_NGNRNE("device-nGnRnE"),
    DEVICE_NGNRE("device-nGnRE"),
    DEVICE_NGRE("device-nGRE"),
    DEVICE_GRE("device-GRE"),
    NORMAL_NC("normal-nc"),
    NORMAL_WT("normal-wt"),
    NORMAL_WB("normal-wb"),
    /** Normal write-back with allocation tags (FEAT_MTE2). */
    NORMAL_TAGGED("normal-tagged");

    private final String text;

    MemoryType(String text) {
        this.text = text;
    }

    /** The name on the wire and in messages. */
    public String text() {
        return text;
    }

    public boolean isDevice() {
        return compareTo(NORMAL_NC) < 0;
    }
}
