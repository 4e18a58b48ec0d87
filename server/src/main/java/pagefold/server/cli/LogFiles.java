package pagefold.server.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pagefold.host.PluginHost;
import pagefold.server.api.ServerOptions;
import pagefold.server.log.CorruptBatch;
import pagefold.server.log.EventLog;
import pagefold.server.log.LogException;
import pagefold.server.log.LogLocation;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.stream.EventJson;
import pagefold.server.wire.HistoryFile;
import pagefold.server.wire.WireJson;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verbs that take histories out of a log that no server has open, and put them into one. */
final class LogFiles {
    private LogFiles() {}

    /** Where a log is. */
    static final class Place {
        @Option(
                names = "--config",
                paramLabel = "FILE",
                description = "A file of settings, as config/pagefold.yaml; where the log is.")
        private @Nullable String config;

        @Option(names = "--data", paramLabel = "DIRECTORY", description = "The log's directory (./data).")
        private @Nullable Path data;

        @Option(
                names = DatabaseOption.NAME,
                paramLabel = DatabaseOption.LABEL,
                description = DatabaseOption.DESCRIPTION)
        private @Nullable String database;

        private ServerOptions options() {
            ServerSettings settings = ServerSettings.of(config, System.getenv());
            settings.set("data", data);
            settings.set("database", database);
            return settings.options();
        }

        /** Works with a log that is there. */
        int with(Work work) {
            ServerOptions options = options();
            LogLocation location = options.log();
            if (location.database() == null && !Files.isDirectory(location.directory())) {
                throw CliFailure.usage("there is no directory " + location.directory());
            }
            return opened(options, work);
        }

        /** Works with a log that is made if it is not there. */
        int withNew(Work work) {
            return opened(options(), work);
        }

        private static int opened(ServerOptions options, Work work) {
            try (PluginHost host = options.openPlugins();
                    EventLog log = EventLog.open(options.log(), Clock.systemUTC())) {
                return work.with(log, host);
            } catch (LogException e) {
                throw new CliFailure(ExitCodes.UNREACHABLE, String.valueOf(e.getMessage()));
            } catch (IOException e) {
                throw new CliFailure(ExitCodes.BUG, "cannot read the plugins: " + e.getMessage());
            }
        }
    }

    /** What is done with an open log; answers the exit code. */
    @FunctionalInterface
    interface Work {
        int with(EventLog log, PluginHost host);
    }

    /** The simulations of those names, or all. */
    static List<LoggedSimulation> chosen(EventLog log, List<String> names) {
        if (names.isEmpty()) {
            List<LoggedSimulation> all = new ArrayList<>();
            log.forEach(all::add);
            return all;
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

    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            header = {
                "Writes the histories of simulations to a file, as lines of JSON.",
                "",
                "Examples:",
                "  pagefold log export all.ndjson",
                "  pagefold log export demo.ndjson demo --data /var/lib/pagefold",
                "",
                "A damaged history is written up to its damage; exit code 1 then, and standard error says where.",
                ""
            })
    static final class Export implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "FILE", description = "Where to; it must not be there yet.")
        private Path file = Path.of("");

        @Parameters(index = "1..*", paramLabel = "SIMULATION", description = "Which ones (all).")
        private List<String> names = List.of();

        @Mixin
        private Place place = new Place();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            return place.with((log, host) -> {
                List<LoggedSimulation> chosen = chosen(log, names);
                boolean isDone = false;
                try (OutputStream out =
                        new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW))) {
                    boolean isWhole = true;
                    for (LoggedSimulation simulation : chosen) {
                        isWhole &= write(log, simulation, out);
                    }
                    out.flush();
                    isDone = true;
                    return isWhole ? ExitCodes.OK : ExitCodes.NO;
                } catch (FileAlreadyExistsException e) {
                    isDone = true;
                    throw CliFailure.usage("the file " + file + " is there already, and is not written over");
                } catch (IOException e) {
                    throw CliFailure.usage("cannot write " + file + ": " + e.getMessage());
                } finally {
                    if (!isDone) {
                        remove();
                    }
                }
            });
        }

        private void remove() {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                spec.commandLine()
                        .getErr()
                        .println("cannot remove what was written of " + file + ": " + e.getMessage());
            }
        }

        /** Writes one history; answers whether all of it. The header comes first, so it is read twice. */
        private boolean write(EventLog log, LoggedSimulation simulation, OutputStream out) throws IOException {
            long[] readable = new long[1];
            CorruptBatch damage = log.salvage(simulation.name(), event -> {
                readable[0] = event.position();
                return true;
            });
            if (readable[0] > 0) {
                line(out, HistoryFile.encode(new HistoryFile.Header(simulation.name(), readable[0])));
                IOException[] failure = new IOException[1];
                CorruptBatch again = log.salvage(simulation.name(), event -> {
                    try {
                        line(out, WireJson.encode(json -> EventJson.write(json, event)));
                        return event.position() < readable[0];
                    } catch (IOException e) {
                        failure[0] = e;
                        return false;
                    }
                });
                if (failure[0] != null) {
                    throw failure[0];
                }
                if (again != null && damage == null) {
                    throw again;
                }
            }
            say(simulation.name() + ": " + readable[0] + " of " + simulation.head() + " events");
            if (damage != null) {
                say(damage.getMessage() + " What is before that is in the file.");
            }
            return damage == null;
        }

        private static void line(OutputStream out, byte[] line) throws IOException {
            byte[] ended = Arrays.copyOf(line, line.length + 1);
            ended[line.length] = '\n';
            out.write(ended);
        }

        private void say(String line) {
            spec.commandLine().getErr().println(line);
            spec.commandLine().getErr().flush();
        }
    }

    @Command(
            name = "import",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            header = {
                "Makes simulations from the histories in a file that was exported, each as a whole or not at all.",
                "",
                "Examples:",
                "  pagefold log import all.ndjson",
                "  pagefold log import demo.ndjson --as again --data /var/lib/pagefold",
                "",
                "Every event is decided and checked as a command is. Times and senders stay; idempotency keys are not",
                "taken over. A simulation that is there already is left as it is. Exit code 1 when a history is cut or",
                "wrong, or when another one of its name is there; standard error says which and why.",
                ""
            })
    static final class Import implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "FILE", description = "The file; - is standard input.")
        private String file = "";

        @Option(names = "--as", paramLabel = "NAME", description = "Another name, for a file with one history.")
        private @Nullable String name;

        @Mixin
        private Place place = new Place();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            List<HistorySection> sections = HistorySection.of(file, InputFile.bytes(file, InputFile.MAX_BYTES));
            if (name != null && sections.size() != 1) {
                throw CliFailure.usage("expected one history for --as, but " + file + " has " + sections.size());
            }
            return place.withNew((log, host) -> {
                boolean isWhole = true;
                for (HistorySection section : sections) {
                    isWhole &= restore(log, host, section);
                }
                return isWhole ? ExitCodes.OK : ExitCodes.NO;
            });
        }

        private boolean restore(EventLog log, PluginHost host, HistorySection section) {
            try {
                HistorySection.History history = section.read(host);
                String given = name;
                String simulation = Texts.name("simulation", given == null ? history.simulation() : given);
                String outcome = switch (log.restore(simulation, history.rows())) {
                    case CREATED -> "made, with " + history.events().size() + " events";
                    case EXISTS -> isSame(log, simulation, history) ? "there already, with the same events" : null;
                    case LIMIT_REACHED ->
                        throw CliFailure.usage(
                                "there may be at most " + EventLog.MAX_SIMULATIONS + " simulations in a log");
                };
                say(simulation + ": "
                        + (outcome == null ? "there already, with another history; nothing is changed" : outcome));
                return outcome != null;
            } catch (HistorySection.Wrong e) {
                say(e.getMessage() + " Nothing of this history is taken.");
                return false;
            }
        }

        private static boolean isSame(EventLog log, String simulation, HistorySection.History history) {
            LoggedSimulation there = log.find(simulation);
            if (there == null || there.head() != history.events().size()) {
                return false;
            }
            boolean[] isSame = {true};
            CorruptBatch damage = log.salvage(simulation, event -> {
                isSame[0] = event.event().equals(history.events().get((int) event.position() - 1));
                return isSame[0];
            });
            return damage == null && isSame[0];
        }

        private void say(String line) {
            spec.commandLine().getErr().println(line);
            spec.commandLine().getErr().flush();
        }
    }
}
