package pagefold.server.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints the history. */
@Command(
        name = "events",
        header = {
            "Prints the events of a simulation.",
            "",
            "Examples:",
            "  pagefold events demo --from 1200 --limit 20",
            "  pagefold events demo -o json > history.ndjson",
            "  pagefold events demo --from 1200 --follow",
            ""
        })
final class EventsVerb extends SimulationVerb {
    private static final int PAGE = 5_000;
    private static final Set<String> COLUMNS =
            Set.of("position", "time", "type", "schemaVersion", "space", "commandId", "correlation", "causation");

    @Option(
            names = {"--from", "--since"},
            paramLabel = "POSITION",
            defaultValue = "1",
            description = "The first event wanted (${DEFAULT-VALUE}).")
    private long from;

    @Option(names = "--limit", paramLabel = "COUNT", description = "Most events wanted (all).")
    private @Nullable Long limit;

    @Option(names = "--at", paramLabel = "POSITION", description = "Nothing after that event.")
    private @Nullable Long at;

    @Option(names = "--follow", description = "Goes on with new events until it is interrupted.")
    private boolean follow;

    @Override
    int run(ApiClient api) {
        if (from < 1) {
            throw CliFailure.usage("expected --from of at least 1, but it is " + from);
        }
        Long most = limit;
        long left = most == null ? Long.MAX_VALUE : most;
        long next = from;
        while (left > 0) {
            int wanted = (int) Math.min(left, PAGE);
            Map<String, String> query = new LinkedHashMap<>(at(at));
            query.put("from", Long.toString(next));
            query.put("limit", Integer.toString(wanted));
            long got = wantsJson() ? printLines(api, query) : printRows(api, query);
            next += got;
            left -= got;
            if (got < wanted) {
                if (follow && at == null) {
                    follow(api, next, left);
                }
                break;
            }
        }
        return ExitCodes.OK;
    }

    private void follow(ApiClient api, long next, long most) {
        out().flush();
        long[] left = {most};
        new EventFollower(api, path() + "/stream", next - 1, this::talk).follow(event -> {
            if (wantsJson()) {
                out().println(new String(event, StandardCharsets.UTF_8));
            } else {
                printRow(parsed(event));
            }
            left[0]--;
            // Flushes, too; a reader that has gone, as head does, ends it.
            return !out().checkError() && left[0] > 0;
        });
    }

    private static JsonTree parsed(byte[] event) {
        try {
            return JsonTree.parse(event);
        } catch (IOException e) {
            throw new UncheckedIOException("expected an event in JSON, but: " + e.getMessage(), e);
        }
    }

    private long printLines(ApiClient api, Map<String, String> query) {
        ApiClient.Answer answer = api.get(path(), query, "application/x-ndjson");
        String text = new String(answer.body(), StandardCharsets.UTF_8).strip();
        if (text.isEmpty()) {
            return 0;
        }
        out().println(text);
        return text.lines().count();
    }

    private String path() {
        return simulationPath(simulation()) + "/events";
    }

    private long printRows(ApiClient api, Map<String, String> query) {
        List<JsonTree> events = api.get(path(), query).json().get("events").items();
        events.forEach(this::printRow);
        return events.size();
    }

    private void printRow(JsonTree event) {
        StringBuilder rest = new StringBuilder();
        for (String name : event.names()) {
            if (!COLUMNS.contains(name)) {
                rest.append(' ').append(name).append('=').append(shown(event.get(name)));
            }
        }
        out().println(String.format(
                        "%8s  %-24s  %-22s %-8s%s",
                        event.get("position").text(),
                        event.get("time").text(),
                        event.get("type").text(),
                        event.get("space").text(),
                        rest)
                .stripTrailing());
    }

    private static String shown(JsonTree value) {
        return value.isObject() ? "{" + value.text() + "}" : value.text();
    }
}
