package pagefold.server.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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
final class ApplyVerb extends SimulationVerb {

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            required = true,
            description = "The commands; - is standard input.")
    private String file = "";

    @Override
    int run(ApiClient api) {
        byte[] bytes = InputFile.bytes(file, InputFile.MAX_BYTES);
        long[] position = {0};
        long[] sent = {0};
        Progress.during("applying", lines(bytes), progress -> {
            BulkSender sender = new BulkSender(api, simulation(), progress);
            send(bytes, sender);
            sender.finish();
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

    private static long lines(byte[] bytes) {
        long count = 0;
        for (byte each : bytes) {
            count += each == '\n' ? 1 : 0;
        }
        return count;
    }

    private static void send(byte[] bytes, BulkSender sender) {
        long number = 0;
        int start = 0;
        while (start < bytes.length) {
            int end = start;
            boolean blank = true;
            while (end < bytes.length && bytes[end] != '\n') {
                blank &= bytes[end] == ' ' || bytes[end] == '\t' || bytes[end] == '\r';
                end++;
            }
            number++;
            if (!blank) {
                sender.add(number, bytes, start, end);
            }
            start = end + 1;
        }
    }
}
