package pagefold.server.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.Hex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows where two plugins or profiles translate one history differently, or what changed between two positions. */
@Command(
        name = "diff",
        header = {
            "Prints where tables of two plugins or positions differ, range by range; exit code 1 when they do.",
            "",
            "Examples:",
            "  pagefold diff demo --right arm64:64k-48",
            "  pagefold diff demo --left arm64:4k-48 --right arm64:16k-47 --space 17406 --at 1284",
            "  pagefold diff demo --at 100 --at 200",
            "  pagefold diff demo --at 100 --at 200 --plugin arm64 --profile 16k-47 --coarsen widen",
            ""
        },
        footer = {
            "",
            "DIFFERENCE says what the right one is, seen from the left one: finer or coarser leaves, wider or narrower",
            "permissions, other attributes, or that only one of them translates the range at all. With two positions",
            "the earlier one is left; where a range leads is then compared, too, and the words of the tables."
        })
final class DiffVerb extends ClientVerb {

    @Parameters(index = "0", paramLabel = "SIMULATION", description = "The simulation.")
    private String simulation = "";

    @Option(
            names = "--left",
            paramLabel = "CANDIDATE",
            description = "PLUGIN[@VERSION]:PROFILE[:COARSENING] (what the simulation has selected).")
    private @Nullable String left;

    @Option(names = "--right", paramLabel = "CANDIDATE", description = "What to compare it with.")
    private @Nullable String right;

    @Option(
            names = {"-s", "--space"},
            paramLabel = "SPACE",
            description = "Only this space (all).")
    private @Nullable String space;

    @Option(
            names = "--at",
            paramLabel = "POSITION",
            description =
                    "As it was after that event (now); twice, instead of --right, for what changed from the one to"
                            + " the other.")
    private List<Long> at = new ArrayList<>();

    @Mixin
    private ViewOptions view = new ViewOptions();

    @Override
    int run(ApiClient api) {
        Map<String, String> query = new LinkedHashMap<>();
        if (space != null) {
            query.put("space", Texts.name("space", space));
        }
        boolean isOfPositions = at.size() == 2 && right == null && left == null;
        ApiClient.Answer answer = isOfPositions ? changes(api, query) : candidates(api, query);
        JsonTree diff = answer.json();
        if (wantsJson()) {
            printJson(answer);
        } else if (isOfPositions) {
            print(
                    diff,
                    "AT " + diff.get("from").text(),
                    "AT " + diff.get("position").text());
            printTables(diff);
        } else {
            print(diff, "LEFT", "RIGHT");
            printLost(diff);
        }
        boolean isSame = diff.get("count").number() == 0
                && (!isOfPositions || diff.get("tables").get("count").number() == 0);
        return isSame ? ExitCodes.OK : ExitCodes.NO;
    }

    private ApiClient.Answer changes(ApiClient api, Map<String, String> query) {
        if (at.getFirst() > at.getLast()) {
            throw CliFailure.usage(
                    "expected the earlier position first, but they are " + at.getFirst() + " and " + at.getLast());
        }
        query.put("from", at.getFirst().toString());
        query.put("at", at.getLast().toString());
        return api.get(simulationPath(simulation) + "/changes", view.in(query));
    }

    private ApiClient.Answer candidates(ApiClient api, Map<String, String> query) {
        if (right == null || at.size() > 1 || !view.in(new LinkedHashMap<>()).isEmpty()) {
            throw CliFailure.usage(
                    "expected --right, with --left and one --at at most, or --at twice, with --plugin and"
                            + " --profile at most");
        }
        if (left != null) {
            query.put("left", left);
        }
        query.put("right", right);
        at.forEach(position -> query.put("at", position.toString()));
        return api.get(simulationPath(simulation) + "/diff", query);
    }

    private void print(JsonTree diff, String left, String right) {
        TextTable table = new TextTable("SPACE", "RANGE", "SIZE", "DIFFERENCE", left, right);
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
    }

    private void printLost(JsonTree diff) {
        for (String side : List.of("left", "right")) {
            long lost = diff.get(side).get("leftOut").number();
            if (lost > 0) {
                talk("the " + side + " one cannot hold " + lost + " events, and is shown without them");
            }
        }
    }

    private void printTables(JsonTree changes) {
        JsonTree tables = changes.get("tables");
        List<JsonTree> words = tables.get("words").items();
        TextTable table = new TextTable("SPACE", "LEVEL", "ADDRESS", "OLD", "", "NEW");
        for (JsonTree word : words) {
            table.row(
                    word.get("space").text(),
                    "L" + word.get("level").text(),
                    word.get("address").text(),
                    word.get("old").text(),
                    "->",
                    word.get("new").text());
        }
        out().println();
        table.print(out());
        if (tables.get("count").number() > words.size()) {
            talk("only the first " + words.size() + " of " + tables.get("count").text() + " words are shown");
        }
        JsonTree work = changes.get("work");
        out().println();
        out().println(tables.get("count").text() + " words differ, "
                + tables.get("made").text() + " tables made, "
                + tables.get("gone").text() + " gone; "
                + work.get("events").text() + " events wrote "
                + work.get("words").text() + " words, with "
                + work.get("invalidations").text() + " invalidations");
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
        if (side.get("output").isObject()) {
            text.append(' ').append(side.get("output").text());
        }
        return text.toString();
    }
}
