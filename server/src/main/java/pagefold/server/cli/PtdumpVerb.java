package pagefold.server.cli;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints the tables as the kernel would. */
@Command(
        name = "ptdump",
        header = {
            "Prints the tables of a space in the format of the kernel's own dump.",
            "",
            "Examples:",
            "  pagefold ptdump demo --space 17406",
            "  pagefold ptdump demo --space 17406 --at 1284 | grep -w x",
            ""
        })
final class PtdumpVerb extends SimulationVerb {

    @Mixin
    private SpaceOption space = new SpaceOption();

    @Option(names = "--at", paramLabel = "POSITION", description = "As it was after that event (now).")
    private @Nullable Long at;

    @Mixin
    private ViewOptions view = new ViewOptions();

    @Override
    int run(ApiClient api) {
        if (wantsJson()) {
            throw CliFailure.usage("a dump is text; 'pagefold tables -o json' has the words as JSON");
        }
        String named = space.of(this, api, at);
        Map<String, String> query = view.in(at(at));
        ApiClient.Answer answer = api.get(spacePath(simulation(), named) + "/ptdump", query, "text/plain");
        out().print(new String(answer.body(), StandardCharsets.UTF_8));
        return ExitCodes.OK;
    }
}
