package pagefold.server.cli;

import java.util.List;
import java.util.Map;
import pagefold.model.Hex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Walks the tables for one address. */
@Command(
        name = "walk",
        header = {
            "Walks the tables for an address and shows every level; exit code 1 when it faults.",
            "",
            "Examples:",
            "  pagefold walk demo 0x7f8cf7faf000 --space 17406",
            "  pagefold walk demo 0x7f8cf7faf000 --space 17406 --access write --privilege unprivileged --at 1284",
            "  pagefold walk demo 0xffff800080000000 --space guest --stage2 vm --registers",
            ""
        })
final class WalkVerb extends SimulationVerb {
    private static final List<String> REGISTERS = List.of("par", "esr", "far", "hpfar");

    @Parameters(index = "1", paramLabel = "VA", converter = Texts.Address.class, description = "The address, 0x….")
    private long address;

    @Mixin
    private SpaceOption space = new SpaceOption();

    @Mixin
    private WalkOptions how = new WalkOptions();

    @Option(names = "--fields", description = "Shows the fields of every word, too.")
    private boolean fields;

    @Option(
            names = "--registers",
            description = "Shows PAR, and after a fault the registers of the abort, too, where the plugin knows them.")
    private boolean registers;

    @Override
    int run(ApiClient api) {
        Map<String, String> query = how.query(address);
        String named = space.of(this, api, how.at());
        ApiClient.Answer answer = api.get(spacePath(simulation(), named) + "/walk", query);
        JsonTree walk = answer.json();
        JsonTree outcome = walk.get("outcome");
        boolean translated = outcome.get("translated").text().equals("true");
        if (wantsJson()) {
            printJson(answer);
        } else {
            print(walk);
            out().println(outcome(address, outcome));
            printRegisters(walk);
            printPin(walk.get("pin"));
        }
        return translated ? ExitCodes.OK : ExitCodes.NO;
    }

    private void print(JsonTree walk) {
        TextTable table = new TextTable("STAGE", "LEVEL", "NAME", "INDEX", "ENTRY", "WORD", "MEANING");
        for (JsonTree step : walk.get("steps").items()) {
            boolean folded = step.get("folded").text().equals("true");
            table.row(
                    step.get("stage").text(),
                    folded ? "-" : "L" + step.get("level").text(),
                    step.get("generic").text(),
                    folded ? "-" : step.get("index").text(),
                    folded ? "-" : step.get("entry").text(),
                    step.get("word").text(),
                    folded ? "folded" : step.get("meaning").text());
            if (fields && !folded) {
                for (JsonTree field : step.get("fields").items()) {
                    String bits = "[" + field.get("high").text() + ":"
                            + field.get("low").text() + "]";
                    table.row(
                            "",
                            "",
                            "",
                            "",
                            bits,
                            field.get("name").text() + "=" + field.get("value").text(),
                            field.get("meaning").text());
                }
            }
        }
        table.print(out());
    }

    /** Where a walk ended, on one line. */
    static String outcome(long address, JsonTree outcome) {
        String level = "level " + outcome.get("level").text();
        return outcome.get("translated").text().equals("true")
                ? Hex.address(address) + " -> " + outcome.get("output").text() + "  " + level + ", "
                        + Hex.size(Hex.parse(outcome.get("leafSize").text())) + ", "
                        + outcome.get("attributes").text()
                : Hex.address(address) + " -> " + outcome.get("fault").text() + " fault, " + level + ", stage "
                        + outcome.get("stage").text()
                        + (outcome.get("onStage1Walk").text().equals("true") ? ", on the stage-1 walk" : "");
    }

    private void printPin(JsonTree pin) {
        if (!pin.isMissing()) {
            boolean isPinned = pin.get("pinned").text().equals("true");
            out().println((isPinned ? "pinned for a copy to it: " : "not pinned for a copy to it: ")
                    + pin.get("reason").text());
        }
    }

    private void printRegisters(JsonTree walk) {
        for (String role : registers ? REGISTERS : List.<String>of()) {
            JsonTree register = walk.get(role);
            if (!register.isMissing()) {
                out().println(register.get("register").text() + "  "
                        + register.get("value").text());
            }
        }
    }
}
