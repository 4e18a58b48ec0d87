package pagefold.server.cli;

import pagefold.model.AddressRange;
import pagefold.model.Hex;
import pagefold.table.TableListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows what one event did to the tables. */
@Command(
        name = "delta",
        header = {
            "Prints every word that an event changed, and the invalidations; exit code 1 when a break is missing.",
            "",
            "Examples:",
            "  pagefold delta demo 1284",
            "  pagefold delta demo 1284 -o json",
            ""
        })
final class DeltaVerb extends SimulationVerb {
    /** What stands for the level of words that hardware never reads. */
    private static final String SOFTWARE_LEVEL = Integer.toString(TableListener.SOFTWARE_LEVEL);

    @Parameters(index = "1", paramLabel = "POSITION", description = "The position of the event.")
    private long position;

    @Override
    int run(ApiClient api) {
        if (position < 1) {
            throw CliFailure.usage("expected a POSITION of at least 1, but it is " + position);
        }
        ApiClient.Answer answer = api.get(simulationPath(simulation()) + "/events/" + position + "/delta", at(null));
        JsonTree delta = answer.json();
        if (wantsJson()) {
            printJson(answer);
        } else {
            print(delta);
        }
        String order = delta.get("breakBeforeMake").text();
        return order.equals("ok") || order.equals("not-judged") ? ExitCodes.OK : ExitCodes.NO;
    }

    private void print(JsonTree delta) {
        TextTable table = new TextTable("ADDRESS", "LEVEL", "OLD", "", "NEW");
        for (JsonTree change : delta.get("changes").items()) {
            JsonTree wrote = change.get("wrote");
            if (wrote.isObject()) {
                table.row(
                        wrote.get("address").text(),
                        level(wrote.get("level").text()),
                        wrote.get("old").text(),
                        "->",
                        wrote.get("new").text());
            } else {
                table.row("invalidate", "", maintenance(change), "", "");
            }
        }
        table.print(out());
        if (delta.get("truncated").text().equals("true")) {
            talk("only the first " + delta.get("changes").items().size() + " changes are shown");
        }
        out().println();
        out().println(delta.get("event").get("type").text() + " at " + position + ": "
                + delta.get("words").text() + " words, "
                + delta.get("invalidations").text() + " invalidations, break before make: "
                + delta.get("breakBeforeMake").text());
    }

    private static String level(String level) {
        return level.equals(SOFTWARE_LEVEL) ? "software" : "L" + level;
    }

    private static String maintenance(JsonTree change) {
        JsonTree range = change.get("invalidated");
        if (!range.isObject()) {
            return "all of space " + change.get("invalidatedAll").text();
        }
        long start = Hex.parse(range.get("start").text());
        AddressRange covered = range.get("size").isMissing()
                ? new AddressRange(start, Hex.parse(range.get("last").text()))
                : AddressRange.ofSize(start, Hex.parse(range.get("size").text()));
        return covered + " of space " + range.get("space").text()
                + (range.get("leafOnly").text().equals("true") ? ", last level only" : "");
    }
}
