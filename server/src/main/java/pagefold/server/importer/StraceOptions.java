package pagefold.server.importer;

import pagefold.model.Names;

/**
 * How a trace is read.
 *
 * @param lenient whether malformed lines are counted and passed over; otherwise the first one ends the import
 * @param onExit what happens to the space of a process that exits
 * @param pageBytes page size of the traced machine, a power of two from 4K to 64K; lengths are rounded up to it
 * @param rootName name of the first process's space when the trace has no pids
 */
public record StraceOptions(boolean lenient, OnExit onExit, int pageBytes, String rootName) {

    /** Strict, keeping the first process's space, 4K pages. */
    public static final StraceOptions DEFAULT = new StraceOptions(false, OnExit.KEEP_ROOT, 4096, "process");

    public StraceOptions {
        if (Integer.bitCount(pageBytes) != 1 || pageBytes < 4096 || pageBytes > 65_536) {
            throw new IllegalArgumentException(
                    "expected a page size of 4K, 8K, 16K, 32K or 64K, but it is " + pageBytes);
        }
        if (!Names.isValid(rootName)) {
            throw new IllegalArgumentException("expected the name of a space, but found '" + rootName + "'");
        }
    }

    public StraceOptions withLenient(boolean changed) {
        return new StraceOptions(changed, onExit, pageBytes, rootName);
    }

    public StraceOptions withOnExit(OnExit changed) {
        return new StraceOptions(lenient, changed, pageBytes, rootName);
    }
}
