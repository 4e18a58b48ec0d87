package pagefold.server.cli;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.Hex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what the kernel prints of an address that faulted. */
@Command(
        name = "show-pte",
        header = {
            "Prints the entries for an address as the kernel prints them when an access faults.",
            "",
            "Examples:",
            "  pagefold show-pte demo 0x564716ec8000 --space 17406",
            "  pagefold show-pte demo 0x564716ec8000 --space 17406 --at 1284",
            ""
        })
final class ShowPteVerb extends SimulationVerb {

    @Parameters(index = "1", paramLabel = "VA", converter = Texts.Address.class, description = "The address, 0x….")
    private long address;

    @Mixin
    private SpaceOption space = new SpaceOption();

    @Option(names = "--at", paramLabel = "POSITION", description = "As it was after that event (now).")
    private @Nullable Long at;

    @Override
    int run(ApiClient api) {
        if (wantsJson()) {
            throw CliFailure.usage("the kernel's lines are text; 'pagefold walk -o json' has the entries as JSON");
        }
        String named = space.of(this, api, at);
        Map<String, String> query = at(at);
        query.put("va", Hex.address(address));
        ApiClient.Answer answer = api.get(spacePath(simulation(), named) + "/show-pte", query, "text/plain");
        out().print(new String(answer.body(), StandardCharsets.UTF_8));
        return ExitCodes.OK;
    }
}
