package pagefold.server.log;

import org.jspecify.annotations.Nullable;

/** The database cannot be read or written now: disk full, input/output error, closed. Nothing was acknowledged. */
public final class LogUnavailable extends LogException {
    private static final long serialVersionUID = 1;

    LogUnavailable(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }
}
