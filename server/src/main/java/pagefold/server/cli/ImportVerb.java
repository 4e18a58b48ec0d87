package pagefold.server.cli;

import java.util.List;
import java.util.Map;
import pagefold.model.Hex;
import pagefold.server.importer.ImportOutcome;
import pagefold.server.importer.ImportReport;
import pagefold.server.importer.ImportedCommand;
import pagefold.server.importer.MalformedLine;
import pagefold.server.importer.MapsImporter;
import pagefold.server.importer.OnExit;
import pagefold.server.importer.StraceImporter;
import pagefold.server.importer.StraceOptions;
import pagefold.server.wire.CommandCodec;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verbs that read what other tools have written. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "VERB",
        header = {
            "Reads what other tools have written.",
            "",
            "Examples:",
            "  strace -f -e trace=%%memory,%%process -o trace.txt ls",
            "  pagefold import strace trace.txt --simulation demo",
            "  pagefold import maps /proc/self/maps --simulation demo --space shell",
            ""
        },
        subcommands = {ImportVerb.Strace.class, ImportVerb.Maps.class})
final class ImportVerb implements Runnable {
    private static final int SHOWN_LINES = 10;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected one of strace, maps");
    }

    /** What every import has in common. */
    abstract static class FileImport extends ClientVerb {
        @Parameters(index = "0", paramLabel = "FILE", description = "The file; - is standard input.")
        private String file = "";

        @Option(
                names = "--simulation",
                paramLabel = "SIMULATION",
                required = true,
                description = "Where to; it is made when it is not there.")
        private String simulation = "";

        @Mixin
        private SimVerb.PluginOptions plugin = new SimVerb.PluginOptions();

        @Option(names = "--lenient", description = "Malformed lines are counted and passed over, not an error.")
        private boolean lenient;

        abstract ImportOutcome read(List<String> lines, boolean lenient);

        @Override
        final int run(ApiClient api) {
            ImportOutcome outcome = read(InputFile.lines(file), lenient);
            switch (outcome) {
                case ImportOutcome.Refused(MalformedLine line, ImportReport report) ->
                    throw CliFailure.usage(
                            file + ": " + line + "; nothing was sent (--lenient passes such lines over)");
                case ImportOutcome.Completed(List<ImportedCommand> commands, ImportReport report) -> {
                    JsonTree there = api.find(simulationPath(simulation));
                    if (there != null) {
                        plugin.check(there);
                    } else {
                        var unused = SimVerb.create(api, simulation, plugin);
                    }
                    long position = send(api, simulation, commands);
                    show(report, position);
                }
            }
            return ExitCodes.OK;
        }

        private void show(ImportReport report, long position) {
            report.malformed().stream().limit(SHOWN_LINES).forEach(line -> talk("malformed: " + line));
            if (report.malformedCount() > SHOWN_LINES) {
                talk("malformed: " + (report.malformedCount() - SHOWN_LINES) + " lines more");
            }
            if (wantsJson()) {
                out().println(ReportJson.of(report, position));
                return;
            }
            TextTable table = new TextTable("IMPORTED", "COUNT");
            table.row("position", position);
            table.row("lines", report.lines());
            table.row("commands", report.commands());
            table.row("spaces", report.spaces());
            table.row("malformed", report.malformedCount());
            report.skipped().forEach((what, count) -> table.row("skipped: " + what, count));
            report.reconstructed().forEach((what, count) -> table.row("reconstructed: " + what, count));
            table.print(out());
        }
    }

    /** Sends commands and answers the position of the last event. */
    static long send(ApiClient api, String simulation, List<ImportedCommand> commands) {
        long[] position = {0};
        Progress.during("importing", commands.size(), progress -> {
            BulkSender sender = new BulkSender(api, simulation, progress);
            for (ImportedCommand each : commands) {
                sender.add(each.lineNumber(), CommandCodec.encode(each.command()));
            }
            sender.finish();
            position[0] = sender.position();
        });
        return position[0];
    }

    @Command(
            name = "strace",
            header = {
                "Imports a trace of strace: every process becomes a space, named by its pid.",
                "",
                "Examples:",
                "  strace -f -y -e trace=%%memory,%%process -o trace.txt make",
                "  pagefold import strace trace.txt --simulation build --profile 4k-48",
                "  pagefold ptdump build --space 17406",
                ""
            },
            footer = {
                "",
                "What changes no mapping is counted by name. What the trace does not show being mapped (the loader,",
                "the stack) appears where a call proves that it is there, and is counted as reconstructed."
            })
    static final class Strace extends FileImport {
        private static final Map<String, OnExit> CHOICES =
                Map.of("keep", OnExit.KEEP, "destroy", OnExit.DESTROY, "keep-root", OnExit.KEEP_ROOT);

        @Option(
                names = "--on-exit",
                paramLabel = "WHAT",
                defaultValue = "keep-root",
                description = "The space of a process that exits: keep, destroy, or keep-root, which keeps only the"
                        + " first process's (${DEFAULT-VALUE}).")
        private String onExit = "keep-root";

        @Option(
                names = "--page-size",
                paramLabel = "SIZE",
                defaultValue = "4K",
                converter = Texts.Size.class,
                description = "Page of the traced machine (${DEFAULT-VALUE}).")
        private long pageSize;

        @Option(
                names = "--space",
                paramLabel = "SPACE",
                defaultValue = "process",
                description = "The first process's space in a trace without pids (${DEFAULT-VALUE}).")
        private String space = "process";

        @Override
        ImportOutcome read(List<String> lines, boolean lenient) {
            OnExit chosen = CHOICES.get(onExit);
            if (chosen == null) {
                throw CliFailure.usage("expected keep, destroy or keep-root for --on-exit, but found '" + onExit + "'");
            }
            if (pageSize > 65_536) {
                throw CliFailure.usage("expected a page of at most 64K, but it is " + Hex.size(pageSize));
            }
            try {
                return StraceImporter.read(lines, new StraceOptions(lenient, chosen, (int) pageSize, space));
            } catch (IllegalArgumentException e) {
                throw CliFailure.usage(String.valueOf(e.getMessage()));
            }
        }
    }

    @Command(
            name = "maps",
            header = {
                "Imports /proc/PID/maps as one space.",
                "",
                "Example:",
                "  pagefold import maps /proc/self/maps --simulation demo --space shell",
                ""
            })
    static final class Maps extends FileImport {
        @Option(
                names = "--space",
                paramLabel = "SPACE",
                defaultValue = "process",
                description = "Name of the space that is made (${DEFAULT-VALUE}).")
        private String space = "process";

        @Override
        ImportOutcome read(List<String> lines, boolean lenient) {
            return MapsImporter.read(lines, Texts.name("space", space), lenient);
        }
    }
}
