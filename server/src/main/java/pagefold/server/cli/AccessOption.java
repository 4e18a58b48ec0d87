package pagefold.server.cli;

import pagefold.model.Access;
import pagefold.server.wire.WireText;
import picocli.CommandLine.Option;

/** What an access does. */
final class AccessOption {
    @Option(
            names = "--access",
            paramLabel = "ACCESS",
            defaultValue = "read",
            description = "read, write or execute (${DEFAULT-VALUE}).")
    private String access = "read";

    Access access() {
        return MapVerb.word(WireText.ACCESSES, "--access", access);
    }
}
