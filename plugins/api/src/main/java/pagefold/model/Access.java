package pagefold.model;

/** What code does to an address. */
public enum Access {
    READ,
    WRITE,
    EXECUTE
}
