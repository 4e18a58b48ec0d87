package pagefold.server.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.model.PluginBinding;
import pagefold.server.wire.CommandCodec;
import pagefold.server.wire.HistoryFile;
import pagefold.server.wire.WireJson;
import pagefold.server.wire.WireText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verbs for whole histories. */
final class HistoryVerbs {
    private static final int PAGE = 5_000;

    private HistoryVerbs() {}

    /** Lines of events up to a position. */
    private static byte[] page(ApiClient api, String path, long from, long position) {
        Map<String, String> query = ClientVerb.at(position);
        query.put("from", Long.toString(from));
        query.put("limit", Integer.toString(PAGE));
        return api.get(path + "/events", query, "application/x-ndjson").body();
    }

    /** A simulation in which those events happen again, each decided and checked; answers its position. */
    private static long make(ApiClient api, String simulation, List<MemoryEvent> events) {
        if (events.isEmpty() || !(events.getFirst() instanceof MemoryEvent.PluginSelected selected)) {
            throw CliFailure.usage("expected a history that begins with the selection of a plugin");
        }
        PluginBinding binding = selected.binding();
        byte[] body = WireJson.encode(generator -> {
            generator.writeStartObject();
            generator.writeStringField("name", simulation);
            generator.writeStringField("plugin", binding.plugin());
            generator.writeStringField("version", binding.version());
            generator.writeStringField("profile", binding.profile());
            generator.writeStringField("coarsening", WireText.text(binding.coarsening()));
            generator.writeEndObject();
        });
        var unused = api.create(simulation, body);
        long[] position = {1};
        Progress.during("copying", events.size(), progress -> {
            BulkSender sender = new BulkSender(api, simulation, progress);
            for (int i = 1; i < events.size(); i++) {
                // In a file, the line of the header is the first.
                sender.add(i + 2L, CommandCodec.encode(MemoryCommand.repeating(events.get(i))));
            }
            sender.finish();
            position[0] = Math.max(1, sender.position());
        });
        return position[0];
    }

    private static int print(ClientVerb verb, String simulation, long position) {
        verb.out()
                .println(
                        verb.wantsJson()
                                ? "{\"name\":\"" + simulation + "\",\"position\":" + position + "}"
                                : Long.toString(position));
        return ExitCodes.OK;
    }

    @Command(
            name = "fork",
            header = {
                "Makes a new simulation whose history is that of another up to a position.",
                "",
                "Example:",
                "  pagefold sim fork demo before-the-fault --at 100",
                ""
            })
    static final class Fork extends SimulationVerb {
        @Parameters(index = "1", paramLabel = "NAME", description = "The new simulation.")
        private String name = "";

        @Option(names = "--at", paramLabel = "POSITION", description = "The last event of the new history (the last).")
        private @Nullable Long at;

        @Override
        int run(ApiClient api) {
            String path = simulationPath(simulation());
            Long last = at;
            long position = last != null
                    ? last
                    : api.get(path, Map.of()).json().get("position").number();
            List<MemoryEvent> events = new ArrayList<>();
            for (long from = 1; from <= position; from += PAGE) {
                byte[] lines = page(api, path, from, position);
                for (String line : new String(lines, StandardCharsets.UTF_8).split("\n")) {
                    events.add(HistoryFile.event(line.getBytes(StandardCharsets.UTF_8), events.size() + 1L));
                }
            }
            return print(this, name, make(api, Texts.name("simulation", name), events));
        }
    }

    @Command(
            name = "export",
            header = {
                "Writes the history of a simulation as lines of JSON.",
                "",
                "Examples:",
                "  pagefold sim export demo > demo.ndjson",
                "  pagefold sim export demo --at 100 -f demo.ndjson",
                ""
            })
    static final class Export extends SimulationVerb {
        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "Where to; it must not be there yet (standard output).")
        private @Nullable Path file;

        @Option(names = "--at", paramLabel = "POSITION", description = "The last event wanted (the last).")
        private @Nullable Long at;

        @Override
        int run(ApiClient api) {
            Path target = file;
            if (target == null) {
                long unused = write(api, (bytes, length) -> {
                    out().print(new String(bytes, 0, length, StandardCharsets.UTF_8));
                    out().flush();
                });
                return ExitCodes.OK;
            }
            try (OutputStream to = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
                long count = write(api, (bytes, length) -> to.write(bytes, 0, length));
                talk("wrote " + count + " events to " + target);
                return ExitCodes.OK;
            } catch (FileAlreadyExistsException e) {
                throw CliFailure.usage("the file " + target + " is there already, and is not written over");
            } catch (IOException e) {
                throw CliFailure.usage("cannot write " + target + ": " + e.getMessage());
            }
        }

        private interface Lines {
            void write(byte[] bytes, int length) throws IOException;
        }

        private long write(ApiClient api, Lines lines) {
            try {
                String path = simulationPath(simulation());
                Long wanted = at;
                long position = wanted != null
                        ? wanted
                        : api.get(path, Map.of()).json().get("position").number();
                byte[] header = HistoryFile.encode(new HistoryFile.Header(simulation(), position));
                byte[] line = Arrays.copyOf(header, header.length + 1);
                line[header.length] = '\n';
                for (long from = 1; from <= position; from += PAGE) {
                    byte[] events = page(api, path, from, position);
                    if (from == 1) {
                        // Only now is it known that there are so many.
                        lines.write(line, line.length);
                    }
                    lines.write(events, events.length);
                }
                return position;
            } catch (IOException e) {
                throw CliFailure.usage("cannot write the history: " + e.getMessage());
            }
        }
    }

    @Command(
            name = "import",
            header = {
                "Makes a simulation from the history in a file that was exported.",
                "",
                "Examples:",
                "  pagefold sim import demo.ndjson",
                "  pagefold sim import demo.ndjson again",
                "",
                "Every event is decided and checked as a command is. The events are the same, at the same positions;",
                "their times are those of the import, and idempotency keys are not taken over.",
                ""
            })
    static final class Import extends ClientVerb {
        @Parameters(index = "0", paramLabel = "FILE", description = "The file; - is standard input.")
        private String file = "";

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "NAME",
                description = "The new simulation (as in the file).")
        private @Nullable String name;

        @Override
        int run(ApiClient api) {
            List<HistorySection> sections = HistorySection.of(file, InputFile.bytes(file, InputFile.MAX_BYTES));
            if (sections.size() != 1) {
                throw CliFailure.usage(
                        file + " has " + sections.size() + " histories; 'pagefold log import' takes them");
            }
            try {
                HistorySection.Parsed parsed = sections.getFirst().parsed();
                List<MemoryEvent> events = parsed.events().stream()
                        .map(HistoryFile.Recorded::event)
                        .toList();
                String given = name;
                String simulation = Texts.name("simulation", given == null ? parsed.simulation() : given);
                return print(this, simulation, make(api, simulation, events));
            } catch (HistorySection.Wrong e) {
                throw CliFailure.usage(String.valueOf(e.getMessage()));
            }
        }
    }
}
