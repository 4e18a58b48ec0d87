package pagefold.server.cli;

import java.util.Map;
import pagefold.model.Hex;
import pagefold.server.wire.WireText;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What an access to an address does, and who makes it. */
final class AccessorOptions {
    @Mixin
    private AccessOption access = new AccessOption();

    @Option(
            names = "--privilege",
            paramLabel = "WHO",
            defaultValue = "privileged",
            description = "privileged or unprivileged (${DEFAULT-VALUE}).")
    private String privilege = "privileged";

    /** Adds the access to a query. */
    void putInto(Map<String, String> query, long address) {
        query.put("va", Hex.address(address));
        query.put("access", WireText.text(access.access()));
        query.put("privilege", WireText.text(MapVerb.word(WireText.PRIVILEGES, "--privilege", privilege)));
    }
}
