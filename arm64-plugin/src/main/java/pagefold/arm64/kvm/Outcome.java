package pagefold.arm64.kvm;

/** The answer to an operation: zero, or a negative error number of Linux. */
public enum Outcome {
    DONE(0),
    /** EAGAIN: the entry is there already, or differs in its permissions alone, which are not a map's to change. */
    AGAIN(-11),
    /** ENOMEM: there is no page left for a table. */
    NO_MEMORY(-12),
    /** EINVAL: a protection that cannot be, an entry that is in the way, an owner beyond the last. */
    INVALID(-22),
    /** ERANGE: the range does not end within the input addresses. */
    OUT_OF_RANGE(-34);

    private final int code;

    Outcome(int code) {
        this.code = code;
    }

    /** Zero or the negative error number. */
    public int code() {
        return code;
    }
}
