package pagefold.server.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pagefold.table.TableReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What a captured machine's kernel says of its tables. */
final class ImageKernelVerbs {
    private ImageKernelVerbs() {}

    /** The lines of a fault. */
    @Command(
            name = "show-pte",
            mixinStandardHelpOptions = true,
            header = {
                "Prints the entries for an address as the captured machine's kernel would when it faults.",
                "",
                "Example:",
                "  pagefold image show-pte captures/linux-6.12 0xffff800080000000",
                ""
            })
    static final class ShowPte implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "DIR", description = "The capture.")
        private Path directory = Path.of(".");

        @Parameters(index = "1", paramLabel = "VA", converter = Texts.Address.class, description = "The address, 0x….")
        private long address;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            try (CaptureReader reader = CaptureReader.open()) {
                if (!reader.read(directory).showPte(address, out)) {
                    throw CliFailure.usage("the machine in " + directory + " has no tables of a kernel or process");
                }
            } catch (IOException e) {
                throw CliFailure.usage("cannot write the lines: " + e.getMessage());
            } catch (IllegalArgumentException e) {
                throw CliFailure.usage(directory + ": " + e.getMessage());
            }
            out.flush();
            return ExitCodes.OK;
        }
    }

    /** The check for memory that may be written and executed. */
    @Command(
            name = "check-wx",
            mixinStandardHelpOptions = true,
            header = {
                "Looks for writable and executable pages of a captured kernel; exit code 1 when there are any.",
                "",
                "Example:",
                "  pagefold image check-wx captures/linux-6.12",
                ""
            })
    static final class CheckWx implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "DIR", description = "The capture.")
        private Path directory = Path.of(".");

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            try (CaptureReader reader = CaptureReader.open()) {
                TableReader.@Nullable WxReport report = reader.read(directory).checkWx();
                if (report == null) {
                    throw CliFailure.usage("the machine in " + directory + " has no tables of a kernel");
                }
                out.print(report.text());
                out.flush();
                return report.passed() ? ExitCodes.OK : ExitCodes.NO;
            } catch (IllegalArgumentException e) {
                throw CliFailure.usage(directory + ": " + e.getMessage());
            }
        }
    }
}
