package pagefold.server.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Where a list of simulations that comes in pages begins. */
final class AfterOption {
    @Option(
            names = "--after",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Only simulations behind that name.")
    private String after = "";

    /** The name; empty for the first one. */
    String name() {
        return after;
    }

    /** What asks for a page: so many simulations behind a name. */
    static Map<String, String> query(long limit, String after) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("limit", Long.toString(limit));
        if (!after.isEmpty()) {
            query.put("after", after);
        }
        return query;
    }
}
