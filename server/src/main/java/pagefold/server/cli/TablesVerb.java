package pagefold.server.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.Hex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists tables, or the words of one. */
@Command(
        name = "tables",
        header = {
            "Lists the tables of a space, or the words of one table.",
            "",
            "Examples:",
            "  pagefold tables demo --space 17406",
            "  pagefold tables demo 0x40001000 --at 1284",
            ""
        })
final class TablesVerb extends SimulationVerb {

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PA",
            converter = Texts.Address.class,
            description = "The physical address of one table, 0x….")
    private @Nullable Long table;

    @Mixin
    private SpaceOption space = new SpaceOption();

    @Option(names = "--at", paramLabel = "POSITION", description = "As it was after that event (now).")
    private @Nullable Long at;

    @Mixin
    private ViewOptions view = new ViewOptions();

    @Override
    int run(ApiClient api) {
        Long one = table;
        String path = one == null
                ? spacePath(simulation(), space.of(this, api, at)) + "/tables"
                : simulationPath(simulation()) + "/tables/" + Hex.address(one);
        ApiClient.Answer answer = api.get(path, view.in(at(at)));
        if (wantsJson()) {
            printJson(answer);
        } else if (one == null) {
            printTables(answer.json().get("tables").items());
        } else {
            printWords(answer.json());
        }
        return ExitCodes.OK;
    }

    private void printTables(List<JsonTree> tables) {
        TextTable text = new TextTable("TABLE", "LEVEL", "NAME", "FIRST", "LAST", "USED");
        for (JsonTree each : tables) {
            text.row(
                    each.get("address").text(),
                    "L" + each.get("level").text(),
                    each.get("generic").text(),
                    each.get("start").text(),
                    each.get("last").text(),
                    each.get("used").text());
        }
        text.print(out());
    }

    /** The words that are not zero. */
    private void printWords(JsonTree view) {
        talk("space " + view.get("space").text() + ", L" + view.get("level").text() + " "
                + view.get("generic").text() + ", " + view.get("start").text() + " to "
                + view.get("last").text() + ", "
                + view.get("used").text() + " words that are not zero");
        TextTable text = new TextTable("INDEX", "WORD");
        int index = 0;
        for (JsonTree word : view.get("words").items()) {
            if (Hex.parse(word.text()) != 0) {
                text.row(index, word.text());
            }
            index++;
        }
        text.print(out());
    }
}
