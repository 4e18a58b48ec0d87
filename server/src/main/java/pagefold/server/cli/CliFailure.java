package pagefold.server.cli;

import java.io.Serial;

/** Ends a verb with one line on standard error and an exit code. */
final class CliFailure extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    CliFailure(int exitCode, String line) {
        super(line, null, false, false);
        this.exitCode = exitCode;
    }

    static CliFailure usage(String line) {
        return new CliFailure(ExitCodes.USAGE, line);
    }

    int exitCode() {
        return exitCode;
    }

    String line() {
        return String.valueOf(getMessage());
    }
}
