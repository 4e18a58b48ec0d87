package pagefold.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pagefold.host.PluginHost;
import pagefold.server.log.EventLog;
import pagefold.server.log.LogException;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.replay.Verifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verbs for a log that no server has open. */
@Command(
        name = "log",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "VERB",
        header = {
            "Checks the log in a directory while no server has it open.",
            "",
            "Example:",
            "  pagefold log verify --data /var/lib/pagefold",
            ""
        },
        subcommands = {LogVerb.Verify.class})
final class LogVerb implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected verify");
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
                "",
                "Exit code 1 when something is wrong; standard error then says where.",
                ""
            })
    static final class Verify implements Callable<Integer> {
        private static final double NANOS = 1e9;

        @Parameters(index = "0..*", paramLabel = "SIMULATION", description = "Which ones (all).")
        private List<String> names = List.of();

        @Option(
                names = "--config",
                paramLabel = "FILE",
                description = "A file of settings, as config/pagefold.yaml; where the log is.")
        private @Nullable String config;

        @Option(names = "--data", paramLabel = "DIRECTORY", description = "The log's directory (./data).")
        private @Nullable Path data;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            ServerSettings settings = ServerSettings.of(config, System.getenv());
            settings.set("data", data);
            Path directory = settings.options().dataDirectory();
            if (!Files.isDirectory(directory)) {
                throw CliFailure.usage("there is no directory " + directory);
            }
            try (PluginHost host = PluginHost.withBuiltIn(LogVerb.class.getClassLoader());
                    EventLog log = EventLog.open(directory, Clock.systemUTC())) {
                return verify(log, host);
            } catch (LogException e) {
                throw new CliFailure(ExitCodes.UNREACHABLE, String.valueOf(e.getMessage()));
            } catch (IOException e) {
                throw new CliFailure(ExitCodes.BUG, "cannot read the plugins that came with it: " + e.getMessage());
            }
        }

        private int verify(EventLog log, PluginHost host) {
            Verifier verifier = new Verifier(log, host);
            TextTable table = new TextTable("SIMULATION", "EVENTS", "REPLAY MS", "EVENTS/S", "OPEN MS", "SNAPSHOTS");
            boolean isWhole = true;
            for (LoggedSimulation simulation : chosen(log)) {
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
            table.print(spec.commandLine().getOut());
            spec.commandLine().getOut().flush();
            spec.commandLine().getErr().flush();
            return isWhole ? ExitCodes.OK : ExitCodes.NO;
        }

        private static String millis(long nanos) {
            return String.format(Locale.ROOT, "%.0f", nanos / (NANOS / 1000));
        }

        private List<LoggedSimulation> chosen(EventLog log) {
            if (names.isEmpty()) {
                return log.list();
            }
            return names.stream()
                    .map(name -> {
                        LoggedSimulation found = log.find(Texts.name("simulation", name));
                        if (found == null) {
                            throw CliFailure.usage("there is no simulation '" + name + "' in this log");
                        }
                        return found;
                    })
                    .toList();
        }
    }
}
