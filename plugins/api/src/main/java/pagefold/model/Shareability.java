package pagefold.model;

/** The shareability domain of a region: Arm ARM B2.6. */
public enum Shareability {
    NON_SHAREABLE,
    OUTER_SHAREABLE,
    INNER_SHAREABLE
}
