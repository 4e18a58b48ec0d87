package pagefold.server.cli;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import pagefold.host.PluginHost;
import pagefold.server.log.EventLog;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.replay.Verifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verbs for a log that no server has open. */
@Command(
        name = "log",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "VERB",
        header = {
            "Checks a log that no server has open, or one in PostgreSQL; takes histories out, and puts them back.",
            "",
            "Examples:",
            "  pagefold log verify --data /var/lib/pagefold",
            "  pagefold log export all.ndjson --data /var/lib/pagefold",
            ""
        },
        subcommands = {LogVerb.Verify.class, LogFiles.Export.class, LogFiles.Import.class})
final class LogVerb implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected one of verify, export, import");
    }

    @Command(
            name = "verify",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            header = {
                "Reads every event, replays the histories, compares the snapshots, and says how fast that was.",
                "",
                "Examples:",
                "  pagefold log verify",
                "  pagefold log verify demo --data /var/lib/pagefold",
                "  pagefold log verify --database jdbc:postgresql://db.example/pagefold",
                "",
                "Exit code 1 when something is wrong; standard error then says where. 'pagefold log export' takes out",
                "what is before it.",
                ""
            })
    static final class Verify implements Callable<Integer> {
        private static final double NANOS = 1e9;

        @Parameters(index = "0..*", paramLabel = "SIMULATION", description = "Which ones (all).")
        private List<String> names = List.of();

        @Mixin
        private LogFiles.Place place = new LogFiles.Place();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            return place.with(this::verify);
        }

        private int verify(EventLog log, PluginHost host) {
            Verifier verifier = new Verifier(log, host);
            TextTable table = new TextTable("SIMULATION", "EVENTS", "REPLAY MS", "EVENTS/S", "OPEN MS", "SNAPSHOTS");
            boolean isWhole = true;
            for (LoggedSimulation simulation : LogFiles.chosen(log, names)) {
                Verifier.Verdict verdict = verifier.verify(simulation);
                double seconds = verdict.replayNanos() / NANOS;
                table.row(
                        simulation.name(),
                        verdict.events(),
                        millis(verdict.replayNanos()),
                        seconds == 0 ? "-" : String.format(Locale.ROOT, "%.0f", verdict.events() / seconds),
                        millis(verdict.openNanos()),
                        verdict.snapshots() - verdict.foreign());
                String problem = verdict.problem();
                if (problem != null) {
                    isWhole = false;
                    spec.commandLine().getErr().println(simulation.name() + ": " + problem);
                }
            }
            if (!isWhole) {
                spec.commandLine().getErr().println("'pagefold log export FILE' writes what can be read of them.");
            }
            table.print(spec.commandLine().getOut());
            spec.commandLine().getOut().flush();
            spec.commandLine().getErr().flush();
            return isWhole ? ExitCodes.OK : ExitCodes.NO;
        }

        private static String millis(long nanos) {
            return String.format(Locale.ROOT, "%.0f", nanos / (NANOS / 1000));
        }
    }
}
