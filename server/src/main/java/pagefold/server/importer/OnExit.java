package pagefold.server.importer;

/** What happens to the space of a process that exits. */
public enum OnExit {
    /** It stays, with a remark in the history. */
    KEEP,
    /** It is destroyed, as on the traced machine. */
    DESTROY,
    /** It stays for the first process of the trace and is destroyed for all others. */
    KEEP_ROOT
}
