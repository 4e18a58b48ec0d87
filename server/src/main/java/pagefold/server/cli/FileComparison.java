package pagefold.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pagefold.server.compare.Candidate;
import pagefold.server.compare.Comparer;
import pagefold.server.compare.Comparison;
import pagefold.server.compare.ComparisonWriter;
import pagefold.server.compare.Comparisons;
import pagefold.server.compare.FileHistory;
import pagefold.server.replay.NoSuchSpace;
import pagefold.server.wire.WireJson;

/** Compares what another tool has written, in this process. */
final class FileComparison {
    private final FileHistory history;

    private FileComparison(FileHistory history) {
        this.history = history;
    }

    /**
     * Reads a file.
     *
     * @param talk told of lines that are malformed
     */
    static FileComparison of(FileHistory.Format format, String file, Consumer<String> talk) {
        try {
            FileHistory history = FileHistory.read(format, InputFile.bytes(file, InputFile.MAX_BYTES));
            long malformed = history.report().malformedCount();
            if (malformed > 0) {
                talk.accept(malformed + " malformed lines were passed over");
            }
            return new FileComparison(history);
        } catch (FileHistory.Unreadable e) {
            throw CliFailure.usage(file + ", " + e.getMessage());
        }
    }

    /** The JSON that a server would answer to the same file. */
    byte[] compare(String with, @Nullable String space, int tlbEntries) {
        try (CaptureReader plugins = CaptureReader.open()) {
            Comparison comparison = Comparisons.compare(
                    plugins.host(), history, candidates(with), new Comparer.Scope(space, tlbEntries));
            return WireJson.encode(json -> new ComparisonWriter(json).write(comparison, history));
        } catch (NoSuchSpace e) {
            throw CliFailure.usage("there is no space '" + space + "' at the end of the file");
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
