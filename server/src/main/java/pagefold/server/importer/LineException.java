package pagefold.server.importer;

import java.io.Serial;

/** Ends the reading of one line; never leaves this package, where it becomes a {@link MalformedLine}. */
final class LineException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    LineException(String reason) {
        // A hostile trace may have a million of these: no stack trace.
        super(reason, null, false, false);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
