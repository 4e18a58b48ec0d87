package pagefold.server.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The root of the command line. */
@Command(
        name = "pagefold",
        mixinStandardHelpOptions = true,
        versionProvider = Pagefold.Version.class,
        synopsisSubcommandLabel = "VERB",
        header = {
            "Simulates Arm address spaces: mapping events in, bit-exact translation tables out.",
            "",
            "Examples:",
            "  pagefold demo                                        a real trace, imported and counted, and the server",
            "  pagefold serve                                       an empty server on http://127.0.0.1:8080",
            "  strace -f -e trace=%%memory,%%process -o t PROGRAM     a trace of your own, then:",
            "  pagefold import strace t --simulation mine",
            "  pagefold ptdump mine --space 17406",
            "  pagefold walk mine 0x7f8cf7faf000 --space 17406 --at 100",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 no (a fault), 2 usage, 3 rejected by the server, 4 unreachable.",
            "Environment: PAGEFOLD_SERVER (URL), PAGEFOLD_TOKEN, NO_COLOR, PAGEFOLD_DEBUG=1 (stack trace of a bug)."
        },
        subcommands = {
            DemoVerb.class,
            ServeVerb.class,
            SimVerb.class,
            SpaceVerb.class,
            PluginVerb.class,
            LogVerb.class,
            ImportVerb.class,
            MapVerb.class,
            RangeVerbs.Unmap.class,
            RangeVerbs.Protect.class,
            RangeVerbs.Move.class,
            RangeVerbs.Touch.class,
            RangeVerbs.Age.class,
            RangeVerbs.WriteProtect.class,
            RangeVerbs.Relax.class,
            RangeVerbs.Split.class,
            KernelVerbs.Change.class,
            KernelVerbs.SetMemoryVerb.class,
            KernelVerbs.Copy.class,
            KernelVerbs.Attach.class,
            KernelVerbs.CopyEntries.class,
            KernelVerbs.ProtectEntries.class,
            VmemmapVerb.class,
            SpaceVerbs.Fork.class,
            SpaceVerbs.AnnotateVerb.class,
            ApplyVerb.class,
            EventsVerb.class,
            DeltaVerb.class,
            WalkVerb.class,
            WhyVerb.class,
            BisectVerb.class,
            ShowPteVerb.class,
            PtdumpVerb.class,
            CheckVerb.class,
            TablesVerb.class,
            StatsVerb.class,
            CompareVerb.class,
            SwapVerb.class,
            DiffVerb.class,
            LoadVerb.class,
            ClusterVerb.class,
            StressVerb.class,
            TokenVerb.class,
            ImageVerb.class,
        })
public final class Pagefold implements Runnable {
    private static final int HELP_WIDTH = 100;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected a verb");
    }

    /** The version in the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Pagefold.class.getPackage().getImplementationVersion();
            return new String[] {"pagefold " + (version == null ? "(from sources)" : version)};
        }
    }

    /** The command line, for a program or a test. */
    static CommandLine commandLine() {
        CommandLine root = new CommandLine(new Pagefold());
        root.addSubcommand("completion", new AutoComplete.GenerateCompletion());
        root.getSubcommands()
                .get("completion")
                .getCommandSpec()
                .usageMessage()
                .description("Prints a completion script: source <(pagefold completion)");
        root.setCaseInsensitiveEnumValuesAllowed(true);
        root.setUsageHelpWidth(HELP_WIDTH);
        root.setParameterExceptionHandler(Pagefold::usage);
        root.setExecutionExceptionHandler(Pagefold::failed);
        return root;
    }

    private static int usage(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("pagefold: " + oneLine(e.getMessage()));
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        return ExitCodes.USAGE;
    }

    private static int failed(Exception e, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        command.getOut().flush();
        if (e instanceof CliFailure failure) {
            err.println("pagefold: " + failure.line());
            if (failure.exitCode() == ExitCodes.USAGE) {
                err.println("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
            }
            err.flush();
            return failure.exitCode();
        }
        err.println("pagefold: this is a bug: " + e.getClass().getSimpleName() + ": " + oneLine(e.getMessage())
                + " (PAGEFOLD_DEBUG=1 shows where)");
        if (System.getenv("PAGEFOLD_DEBUG") != null) {
            e.printStackTrace(err);
        }
        err.flush();
        return ExitCodes.BUG;
    }

    private static String oneLine(String text) {
        return String.valueOf(text).replaceAll("\\s+", " ");
    }

    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8));
    }

    public static void main(String[] args) {
        PrintWriter out = writer(FileDescriptor.out);
        PrintWriter err = writer(FileDescriptor.err);
        int exitCode = commandLine().setOut(out).setErr(err).execute(args);
        out.flush();
        err.flush();
        System.exit(exitCode);
    }
}
