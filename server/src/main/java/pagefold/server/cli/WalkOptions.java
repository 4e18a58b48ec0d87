package pagefold.server.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How an address is walked. */
final class WalkOptions {
    @Option(
            names = "--stage2",
            paramLabel = "SPACE",
            description = "The space of kind stage2 that translates the addresses of tables and the output.")
    private @Nullable String stage2;

    @Mixin
    private AccessorOptions accessor = new AccessorOptions();

    @Option(names = "--at", paramLabel = "POSITION", description = "As it was after that event (now).")
    private @Nullable Long at;

    @Mixin
    private ViewOptions view = new ViewOptions();

    @Nullable
    Long at() {
        return at;
    }

    /** The query for a walk of an address. */
    Map<String, String> query(long address) {
        Map<String, String> query = view.in(ClientVerb.at(at));
        accessor.putInto(query, address);
        if (stage2 != null) {
            query.put("stage2", Texts.name("space", stage2));
        }
        return query;
    }
}
