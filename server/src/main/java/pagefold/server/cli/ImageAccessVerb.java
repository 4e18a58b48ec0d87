package pagefold.server.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pagefold.model.Hex;
import pagefold.spi.CapturedMachine;
import pagefold.spi.CapturedMachine.Accessed;
import pagefold.spi.CapturedMachine.CpuAccess;
import pagefold.spi.CapturedMachine.Written;
import pagefold.table.Walk;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What hardware does for an access to a captured machine. */
@Command(
        name = "access",
        mixinStandardHelpOptions = true,
        header = {
            "Makes accesses to a captured machine and shows the descriptors that its hardware writes.",
            "",
            "Examples:",
            "  pagefold image access captures/linux-6.12 0x400000 --el 0 --access write",
            "  pagefold image access captures/linux-6.12 0xffff800080000000 0xffff800080001000",
            "",
            "One after the other, on a copy: an access finds what those before it wrote. Exit code 1 when one faults.",
            ""
        })
final class ImageAccessVerb implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "DIR", description = "The capture.")
    private Path directory = Path.of(".");

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "VA",
            converter = Texts.Address.class,
            description = "The addresses, 0x….")
    private List<Long> addresses = List.of();

    @Option(
            names = "--el",
            paramLabel = "LEVEL",
            defaultValue = "1",
            description = "Exception level, 0 to 3 (${DEFAULT-VALUE}).")
    private int exceptionLevel = 1;

    @Mixin
    private AccessOption access = new AccessOption();

    @Option(names = "--pan", description = "PSTATE.PAN is 1.")
    private boolean accessNever;

    @Option(names = "--non-fault", description = "A non-fault or first-fault load (FEAT_SVE); for a read.")
    private boolean nonFault;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        boolean faulted = false;
        try (CaptureReader reader = CaptureReader.open()) {
            CpuAccess asked = new CpuAccess(exceptionLevel, access.access(), accessNever, nonFault);
            CapturedMachine machine = reader.read(directory);
            for (long address : addresses) {
                @Nullable Accessed answer = machine.access(asked, address);
                if (answer == null) {
                    throw CliFailure.usage("no hardware of the architecture of " + directory + " writes descriptors");
                }
                print(out, answer);
                faulted |= answer.walk().outcome() instanceof Walk.Faulted;
            }
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(directory + ": " + e.getMessage());
        }
        out.flush();
        return faulted ? ExitCodes.NO : ExitCodes.OK;
    }

    private static void print(PrintWriter out, Accessed accessed) {
        Walk walk = accessed.walk();
        out.println(Hex.address(walk.input()) + " -> " + outcome(walk.outcome()));
        if (walk.outcome() instanceof Walk.Faulted) {
            for (Walk.Register register : walk.registers()) {
                out.println("  " + register.name() + "  " + Hex.address(register.value()));
            }
        }
        for (Written written : accessed.written()) {
            out.println("  " + Hex.address(written.entry()) + "  " + Hex.address(written.before()) + " -> "
                    + Hex.address(written.after()));
        }
    }

    private static String outcome(Walk.Outcome outcome) {
        return switch (outcome) {
            case Walk.Translated translated -> Hex.address(translated.output()) + "  level " + translated.level();
            case Walk.Faulted fault ->
                fault.kind().text() + " fault, level " + fault.level() + ", stage " + fault.stage()
                        + (fault.onStage1Walk() ? ", on the stage-1 walk" : "");
        };
    }
}
