package pagefold.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pagefold.model.Decision;
import pagefold.model.MemoryEvent;
import pagefold.model.Rejection;
import pagefold.model.Simulation;
import pagefold.server.compare.Candidate;
import pagefold.server.compare.Comparer;
import pagefold.server.compare.Comparison;
import pagefold.server.compare.ComparisonWriter;
import pagefold.server.importer.ImportOutcome;
import pagefold.server.importer.ImportReport;
import pagefold.server.importer.ImportedCommand;
import pagefold.server.importer.MalformedLine;
import pagefold.server.importer.MapsImporter;
import pagefold.server.importer.OnExit;
import pagefold.server.importer.StraceImporter;
import pagefold.server.importer.StraceOptions;
import pagefold.server.replay.History;
import pagefold.server.wire.WireJson;

/** Compares what another tool has written, in this process. */
final class FileComparison {
    private static final int PAGE_SIZE = 4096;
    private static final String SPACE = "process";

    private final List<MemoryEvent> events = new ArrayList<>();
    private Simulation state = Simulation.EMPTY;

    private FileComparison() {}

    /**
     * Reads one of the files.
     *
     * @param talk told of lines that are malformed
     */
    static FileComparison of(@Nullable String strace, @Nullable String maps, Consumer<String> talk) {
        String file = strace != null ? strace : String.valueOf(maps);
        List<String> lines = InputFile.lines(file);
        ImportOutcome outcome = strace != null
                ? StraceImporter.read(lines, new StraceOptions(true, OnExit.KEEP_ROOT, PAGE_SIZE, SPACE))
                : MapsImporter.read(lines, SPACE, true);
        return switch (outcome) {
            case ImportOutcome.Refused(MalformedLine line, ImportReport report) ->
                throw CliFailure.usage(file + ": " + line);
            case ImportOutcome.Completed(List<ImportedCommand> commands, ImportReport report) -> {
                if (report.malformedCount() > 0) {
                    talk.accept(report.malformedCount() + " malformed lines were passed over");
                }
                FileComparison comparison = new FileComparison();
                commands.forEach(command -> comparison.take(file, command));
                yield comparison;
            }
        };
    }

    private void take(String file, ImportedCommand command) {
        switch (state.decide(command.command())) {
            case Decision.Accepted(MemoryEvent event) -> {
                events.add(event);
                state = state.evolve(event);
            }
            case Decision.Rejected(Rejection rejection) ->
                throw CliFailure.usage(file + ", line " + command.lineNumber() + ": " + rejection.sentence());
        }
    }

    /** The JSON that a server would answer, but for what a simulation has selected. */
    byte[] compare(String with, @Nullable String space, int tlbEntries) {
        if (space != null && state.space(space) == null) {
            throw CliFailure.usage("there is no space '" + space + "' at the end of the file");
        }
        try (CaptureReader plugins = CaptureReader.open()) {
            Comparison comparison = new Comparer(plugins.host(), History.of(List.copyOf(events)), events.size())
                    .compare(candidates(with), new Comparer.Scope(space, tlbEntries));
            return WireJson.encode(json -> new ComparisonWriter(json).write(comparison));
        } catch (Comparer.NoSuchCandidate e) {
            throw CliFailure.usage(String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    private static List<Candidate> candidates(String with) {
        List<Candidate> candidates = new ArrayList<>();
        for (String each : with.split(",", -1)) {
            candidates.add(Candidate.parse(each));
        }
        if (candidates.size() > Comparer.MAX_CANDIDATES) {
            throw CliFailure.usage(
                    "expected at most " + Comparer.MAX_CANDIDATES + " candidates, but there are " + candidates.size());
        }
        return candidates;
    }
}
