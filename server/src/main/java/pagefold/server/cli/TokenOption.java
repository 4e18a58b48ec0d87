package pagefold.server.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who asks. */
final class TokenOption {
    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            defaultValue = "${env:PAGEFOLD_TOKEN:-}",
            description = "For a server with a login; PAGEFOLD_TOKEN is better, since others can see arguments.")
    private String token = "";

    /**
     * The token to show, or {@code null}.
     *
     * @throws CliFailure when it cannot stand in a request; it is not shown
     */
    @Nullable
    String orNull() {
        if (!token.matches("[!-~]*")) {
            throw CliFailure.usage("expected a token of printable characters of ASCII, without spaces");
        }
        return token.isEmpty() ? null : token;
    }
}
