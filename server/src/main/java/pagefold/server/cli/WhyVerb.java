package pagefold.server.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Tells which events wrote the words that a walk reads. */
@Command(
        name = "why",
        header = {
            "Walks the tables for an address and tells which event wrote each word; exit code 1 when it faults.",
            "",
            "Examples:",
            "  pagefold why demo 17406 0x7f8cf7faf000",
            "  pagefold why demo 17406 0x7f8cf7faf000 --access write --at 1284",
            "  pagefold why demo 17406 0x7f8cf7faf000 --plugin arm64 --profile 16k-47 --coarsen widen",
            ""
        },
        footer = {
            "",
            "POSITION and EVENT are the last event that wrote the word since its table was made. 'made by' marks a word",
            "that none has written: it is zero since that event made its table. Below are the events that made the",
            "region what it is, across moves and forks."
        })
final class WhyVerb extends SimulationVerb {
    @Parameters(index = "1", paramLabel = "SPACE", description = "The address space.")
    private String space = "";

    @Parameters(index = "2", paramLabel = "VA", converter = Texts.Address.class, description = "The address, 0x….")
    private long address;

    @Mixin
    private WalkOptions how = new WalkOptions();

    @Override
    int run(ApiClient api) {
        ApiClient.Answer answer = api.get(spacePath(simulation(), space) + "/why", how.query(address));
        JsonTree why = answer.json();
        JsonTree outcome = why.get("outcome");
        if (wantsJson()) {
            printJson(answer);
        } else {
            printWords(why);
            out().println(WalkVerb.outcome(address, outcome));
            printShaped(why);
        }
        return outcome.get("translated").text().equals("true") ? ExitCodes.OK : ExitCodes.NO;
    }

    private void printWords(JsonTree why) {
        TextTable table =
                new TextTable("STAGE", "LEVEL", "TABLE", "ENTRY", "WORD", "POSITION", "EVENT", "TIME", "ACTOR");
        for (JsonTree step : why.get("steps").items()) {
            if (step.get("folded").text().equals("true")) {
                continue;
            }
            JsonTree written = step.get("written");
            JsonTree event = written.isObject() ? written : step.get("made");
            table.row(
                    step.get("stage").text(),
                    "L" + step.get("level").text(),
                    step.get("table").text(),
                    step.get("entry").text(),
                    step.get("word").text(),
                    event.get("position").text(),
                    (written.isObject() ? "" : "made by ") + event.get("type").text(),
                    event.get("time").text(),
                    actor(event));
        }
        table.print(out());
    }

    private void printShaped(JsonTree why) {
        List<JsonTree> events = why.get("shaped").items();
        if (events.isEmpty()) {
            return;
        }
        out().println();
        TextTable table = new TextTable("POSITION", "EVENT", "SPACE", "TIME", "ACTOR");
        for (JsonTree event : events) {
            table.row(
                    event.get("position").text(),
                    event.get("type").text(),
                    event.get("space").text(),
                    event.get("time").text(),
                    actor(event));
        }
        table.print(out());
        if (why.get("count").number() > events.size()) {
            talk("only the first and the last " + (events.size() - 1) + " of "
                    + why.get("count").text() + " events that shaped the region are shown");
        }
    }

    private static String actor(JsonTree event) {
        return event.get("actor").isMissing() ? "-" : event.get("actor").text();
    }
}
