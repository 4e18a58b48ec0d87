package pagefold.server.cli;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.Hex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows where two plugins or profiles translate one history differently. */
@Command(
        name = "diff",
        header = {
            "Prints where the tables of two plugins or profiles differ, range by range; exit code 1 when they do.",
            "",
            "Examples:",
            "  pagefold diff demo --right arm64:64k-48",
            "  pagefold diff demo --left arm64:4k-48 --right arm64:16k-47 --space 17406 --at 1284",
            ""
        },
        footer = {
            "",
            "DIFFERENCE says what the right one is, seen from the left one: finer or coarser leaves, wider or narrower",
            "permissions, other attributes, or that only one of them translates the range at all."
        })
final class DiffVerb extends ClientVerb {

    @Parameters(index = "0", paramLabel = "SIMULATION", description = "The simulation.")
    private String simulation = "";

    @Option(
            names = "--left",
            paramLabel = "CANDIDATE",
            description = "PLUGIN[@VERSION]:PROFILE[:COARSENING] (what the simulation has selected).")
    private @Nullable String left;

    @Option(names = "--right", paramLabel = "CANDIDATE", required = true, description = "What to compare it with.")
    private String right = "";

    @Option(
            names = {"-s", "--space"},
            paramLabel = "SPACE",
            description = "Only this space (all).")
    private @Nullable String space;

    @Option(names = "--at", paramLabel = "POSITION", description = "As it was after that event (now).")
    private @Nullable Long at;

    @Override
    int run(ApiClient api) {
        Map<String, String> query = at(at);
        if (left != null) {
            query.put("left", left);
        }
        query.put("right", right);
        if (space != null) {
            query.put("space", Texts.name("space", space));
        }
        ApiClient.Answer answer = api.get(simulationPath(simulation) + "/diff", query);
        JsonTree diff = answer.json();
        if (wantsJson()) {
            printJson(answer);
        } else {
            print(diff);
        }
        return diff.get("count").number() == 0 ? ExitCodes.OK : ExitCodes.NO;
    }

    private void print(JsonTree diff) {
        TextTable table = new TextTable("SPACE", "RANGE", "SIZE", "DIFFERENCE", "LEFT", "RIGHT");
        List<JsonTree> differences = diff.get("differences").items();
        for (JsonTree each : differences) {
            AddressRange range = range(each.get("range"));
            table.row(
                    each.get("space").text(),
                    range,
                    Hex.size(range.size()),
                    String.join(
                            " ",
                            each.get("kinds").items().stream()
                                    .map(JsonTree::text)
                                    .toList()),
                    side(each.get("left"), each.get("right")),
                    side(each.get("right"), each.get("left")));
        }
        table.print(out());
        if (diff.get("count").number() > differences.size()) {
            talk("only the first " + differences.size() + " of "
                    + diff.get("count").text() + " differences are shown");
        }
        out().println();
        TextTable sums = new TextTable("DIFFERENCE", "BYTES");
        Map<String, String> bytes = new TreeMap<>();
        JsonTree sum = diff.get("bytes");
        sum.names().forEach(name -> bytes.put(name, sum.get(name).text()));
        bytes.forEach(sums::row);
        sums.print(out());
        for (String side : List.of("left", "right")) {
            long lost = diff.get(side).get("leftOut").number();
            if (lost > 0) {
                talk("the " + side + " one cannot hold " + lost + " events, and is shown without them");
            }
        }
    }

    private static AddressRange range(JsonTree range) {
        long start = Hex.parse(range.get("start").text());
        return range.get("size").isMissing()
                ? new AddressRange(start, Hex.parse(range.get("last").text()))
                : AddressRange.ofSize(start, Hex.parse(range.get("size").text()));
    }

    /** What one side has: the size of its leaves, its permissions, and what else differs from the other side. */
    private static String side(JsonTree side, JsonTree other) {
        if (!side.isObject()) {
            return "-";
        }
        String leaf = Hex.size(Hex.parse(side.get("leafSize").text()));
        String entry = Hex.size(Hex.parse(side.get("entrySize").text()));
        JsonTree attributes = side.get("attributes");
        StringBuilder text = new StringBuilder(leaf);
        text.append(entry.equals(leaf) ? "" : " in runs of " + entry)
                .append(' ')
                .append(attributes.get("permissions").text());
        for (String name : List.of("memoryType", "shareability", "global", "guarded", "software")) {
            String value = attributes.get(name).text();
            if (other.isObject()
                    && !value.equals(other.get("attributes").get(name).text())) {
                text.append(' ').append(name).append('=').append(value);
            }
        }
        return text.toString();
    }
}
