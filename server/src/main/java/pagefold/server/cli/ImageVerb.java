package pagefold.server.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pagefold.model.Hex;
import pagefold.spi.CapturedMachine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verbs for captured machines, which need no server. */
@Command(
        name = "image",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "VERB",
        header = {
            "Reads captured machines: registers.json and memory.elf.gz in a directory. No server is needed.",
            "",
            "Examples:",
            "  pagefold image ptdump captures/linux-6.12",
            "  pagefold image walk walks/*",
            "  pagefold image show-pte captures/linux-6.12 0xffff800080000000",
            "  pagefold image check-wx captures/linux-6.12",
            "  pagefold image access captures/linux-6.12 0x400000 --el 0 --access write",
            "  pagefold image kvm-operations sequences.ops",
            ""
        },
        subcommands = {
            ImageVerb.Walk.class,
            ImageVerb.Ptdump.class,
            ImageKernelVerbs.ShowPte.class,
            ImageKernelVerbs.CheckWx.class,
            ImageAccessVerb.class,
            KvmOperationsVerb.class
        })
final class ImageVerb implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "expected one of walk, ptdump, show-pte, check-wx, access, kvm-operations");
    }

    @Command(
            name = "walk",
            mixinStandardHelpOptions = true,
            header = {
                "Answers the queries of queries.csv (va,operation,...) with what PAR would hold.",
                "",
                "Example:",
                "  pagefold image walk walks/* > answers.csv      one line a query: directory,va,operation,par",
                ""
            })
    static final class Walk implements Callable<Integer> {
        private static final int MAX_QUERIES_BYTES = 64 << 20;

        @Parameters(arity = "1..*", paramLabel = "DIR", description = "The captures.")
        private List<Path> directories = List.of();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            try (CaptureReader reader = CaptureReader.open()) {
                for (Path directory : directories) {
                    CapturedMachine machine = reader.read(directory);
                    answer(directory, machine, out);
                }
            }
            out.flush();
            return ExitCodes.OK;
        }

        private static void answer(Path directory, CapturedMachine machine, PrintWriter out) {
            String name = CaptureReader.baseName(directory);
            String file = directory.resolve("queries.csv").toString();
            String text = new String(InputFile.bytes(file, MAX_QUERIES_BYTES), StandardCharsets.UTF_8);
            int number = 0;
            for (String line : text.lines().toList()) {
                number++;
                if (line.isBlank() || number == 1 && line.startsWith("va,")) {
                    continue;
                }
                String[] fields = line.split(",", -1);
                if (fields.length < 2) {
                    throw CliFailure.usage(file + ", line " + number + ": expected va,operation,…");
                }
                try {
                    long par = machine.addressTranslation(fields[1], Hex.parse(fields[0]));
                    out.println(name + "," + fields[0] + "," + fields[1] + ",0x" + Long.toHexString(par));
                } catch (IllegalArgumentException e) {
                    throw CliFailure.usage(file + ", line " + number + ": " + e.getMessage());
                }
            }
        }
    }

    @Command(
            name = "ptdump",
            mixinStandardHelpOptions = true,
            header = {
                "Prints a space of a captured machine in the format of the kernel's own dump.",
                "",
                "Examples:",
                "  pagefold image ptdump captures/linux-6.12",
                "  pagefold image ptdump captures/linux-6.12-kvm --space stage2",
                ""
            })
    static final class Ptdump implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "DIR", description = "The capture.")
        private Path directory = Path.of(".");

        @Option(
                names = {"-s", "--space"},
                paramLabel = "SPACE",
                description = "kernel, user or stage2 (the first that the machine has).")
        private @Nullable String space;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            try (CaptureReader reader = CaptureReader.open()) {
                CapturedMachine machine = reader.read(directory);
                List<String> spaces = machine.spaces();
                String wanted = space;
                if (spaces.isEmpty() || wanted != null && !spaces.contains(wanted)) {
                    throw CliFailure.usage("expected one of the spaces that the machine has: "
                            + (spaces.isEmpty() ? "none" : String.join(", ", spaces)));
                }
                machine.dump(wanted == null ? spaces.getFirst() : wanted, out);
            } catch (IOException e) {
                throw CliFailure.usage("cannot write the dump: " + e.getMessage());
            }
            out.flush();
            return ExitCodes.OK;
        }
    }
}
