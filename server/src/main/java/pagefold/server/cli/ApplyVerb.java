package pagefold.server.cli;

import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends commands from a file. */
@Command(
        name = "apply",
        header = {
            "Sends commands, one JSON object a line, and prints the position of the last event.",
            "",
            "Examples:",
            "  pagefold apply demo -f commands.ndjson",
            "  echo '{\"type\":\"create-space\",\"space\":\"u\",\"kind\":\"user\"}' | pagefold apply demo -f -",
            ""
        })
final class ApplyVerb extends ClientVerb {

    @Parameters(index = "0", paramLabel = "SIMULATION", description = "The simulation.")
    private String simulation = "";

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            required = true,
            description = "The commands; - is standard input.")
    private String file = "";

    @Override
    int run(ApiClient api) {
        List<String> lines = InputFile.lines(file);
        long[] position = {0};
        long[] sent = {0};
        Progress.during("applying", lines.size(), progress -> {
            BulkSender sender = new BulkSender(api, simulation, progress);
            long number = 0;
            for (String line : lines) {
                number++;
                if (!line.isBlank()) {
                    sender.add(number, line.getBytes(StandardCharsets.UTF_8));
                }
            }
            sender.flush();
            position[0] = sender.position();
            sent[0] = sender.acknowledged();
        });
        if (sent[0] == 0) {
            talk("there was nothing to send");
            return ExitCodes.OK;
        }
        if (wantsJson()) {
            out().println("{\"position\":" + position[0] + ",\"commands\":" + sent[0] + "}");
        } else {
            out().println(position[0]);
        }
        return ExitCodes.OK;
    }
}
