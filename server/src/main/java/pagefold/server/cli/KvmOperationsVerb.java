package pagefold.server.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import pagefold.spi.OperationReplay;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Replays recorded operations of KVM's page-table library. */
@Command(
        name = KvmOperationsVerb.FORMAT,
        mixinStandardHelpOptions = true,
        header = {
            "Replays operations on KVM's tables as Linux 5.17 does, and prints the file with its own results.",
            "",
            "Example:",
            "  pagefold image kvm-operations sequences.ops | diff sequences.ops -",
            "",
            "Every sequence says its granule (page_shift). Results in the file are not read; a malformed line ends",
            "the replay.",
            ""
        })
final class KvmOperationsVerb implements Callable<Integer> {
    static final String FORMAT = "kvm-operations";

    private static final int MAX_BYTES = 64 << 20;

    @Parameters(index = "0", paramLabel = "FILE", description = "The sequences; - is standard input.")
    private String file = "";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<String> lines = InputFile.lines(file, MAX_BYTES);
        try (CaptureReader reader = CaptureReader.open()) {
            OperationReplay replay = reader.replay(FORMAT);
            replay.replay(lines, out);
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(file + ", " + e.getMessage());
        } catch (IOException e) {
            throw CliFailure.usage("cannot write the replay: " + e.getMessage());
        }
        out.flush();
        return ExitCodes.OK;
    }
}
