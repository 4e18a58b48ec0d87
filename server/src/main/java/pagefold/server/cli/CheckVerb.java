package pagefold.server.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The kernel's own checks of tables. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "VERB",
        header = {"Checks tables as the kernel does.", "", "Example:", "  pagefold check wx demo --space kernel", ""},
        subcommands = CheckVerb.WritableExecutable.class)
final class CheckVerb implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected wx");
    }

    /** The check for memory that may be written and executed. */
    @Command(
            name = "wx",
            header = {
                "Looks for writable and executable pages of a kernel; exit code 1 when there are any.",
                "",
                "Examples:",
                "  pagefold check wx demo --space kernel",
                "  pagefold check wx demo --space kernel --at 1284",
                ""
            })
    static final class WritableExecutable extends ClientVerb {

        @Parameters(index = "0", paramLabel = "SIMULATION", description = "The simulation.")
        private String simulation = "";

        @Option(
                names = {"-s", "--space"},
                paramLabel = "SPACE",
                description = "The kernel's space; may be left out when there is only one space.")
        private @Nullable String space;

        @Option(names = "--at", paramLabel = "POSITION", description = "As it was after that event (now).")
        private @Nullable Long at;

        @Override
        int run(ApiClient api) {
            String named = space(api, simulation, space, at);
            Map<String, String> query = at(at);
            ApiClient.Answer answer = api.get(spacePath(simulation, named) + "/check-wx", query);
            JsonTree check = answer.json();
            if (wantsJson()) {
                printJson(answer);
            } else {
                out().print(check.get("text").text());
            }
            return check.get("passed").text().equals("true") ? ExitCodes.OK : ExitCodes.NO;
        }
    }
}
