package pagefold.server.api;

import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagefold.model.Names;
import pagefold.model.PluginBinding;
import pagefold.server.compare.Candidate;
import pagefold.server.compare.Comparer;
import pagefold.server.compare.Comparer.Scope;
import pagefold.server.compare.Comparison;
import pagefold.server.compare.ComparisonWriter;
import pagefold.server.compare.Comparisons;
import pagefold.server.compare.FileHistory;
import pagefold.server.replay.Reading;
import pagefold.server.watch.PluginThreads;
import pagefold.server.watch.Watchdog;
import pagefold.server.wire.WireText;

/** One history under several plugins and profiles. */
final class Comparing {
    /** Most characters in the list of candidates. */
    private static final int MAX_LIST_LENGTH = 4096;

    /** Most files that are compared, or wait for it, at one time. */
    static final int MAX_FILES = 4;

    private static final Set<String> FILE_TYPES = Set.of("text/plain", "application/x-ndjson");
    private static final WireText.Words<FileHistory.Format> FORMATS = WireText.words(FileHistory.Format.values());

    private final Comparisons comparisons;
    private final Views views;
    private final Background background;
    private final Background files;

    Comparing(Watchdog watchdog, Comparisons comparisons, Views views) {
        this.comparisons = comparisons;
        this.views = views;
        // One at a time: each takes a processor and the memory of two models.
        this.background = new Background(
                new PluginThreads(watchdog, "pagefold-compare", 1, "comparisons", Comparisons.MAX_WAITING));
        this.files =
                new Background(new PluginThreads(watchdog, "pagefold-files", 1, "comparisons of files", MAX_FILES));
    }

    void compare(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        String name = exchange.simulation();
        Long at = exchange.at();
        List<Candidate> candidates = candidates(exchange);
        Scope scope = scope(exchange);
        background.answer(
                exchange,
                () -> comparisons.compare(name, at, candidates, scope),
                comparison -> json -> new ComparisonWriter(json).write(comparison));
    }

    /** Compares what another tool has written. The history lives as long as the request. */
    void compareFile(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        if (!FILE_TYPES.contains(BodyReader.mediaType(exchange))) {
            throw new Problem.Exception(Problems.ofStatus(415, routing.request().path())
                    .with("accepted", FILE_TYPES.stream().sorted().toList()));
        }
        List<Candidate> candidates = candidates(exchange);
        Scope scope = scope(exchange);
        FileHistory.Format named = exchange.query("format") == null
                ? null
                : Reads.word(exchange, "format", FORMATS, FileHistory.Format.MAPS);
        BodyReader.read(exchange, FileHistory.MAX_BYTES, body -> {
            byte[] bytes = body.getBytes();
            files.answerTrial(exchange, () -> {
                FileHistory file = FileHistory.read(named == null ? FileHistory.formatOf(bytes) : named, bytes);
                Comparison comparison = comparisons.compare(file, candidates, scope);
                return json -> new ComparisonWriter(json).write(comparison, file);
            });
        });
    }

    void diff(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        String name = exchange.simulation();
        Long at = exchange.at();
        Candidate left = candidate(exchange, "left");
        Candidate right = candidate(exchange, "right");
        if (right == null) {
            throw new Problem.Exception(
                    Problems.invalid("right", "Expected a plugin and a profile as in right=arm64:64k-48."));
        }
        Scope scope = scope(exchange);
        background.answer(
                exchange,
                () -> comparisons.diff(name, at, left, right, scope),
                diff -> json -> new ComparisonWriter(json).write(diff));
    }

    void changes(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        String name = exchange.simulation();
        Long at = exchange.at();
        long from = exchange.number("from", 1, at == null ? Long.MAX_VALUE : at, 1);
        PluginBinding under = views.asked(exchange);
        String space = space(exchange);
        background.answer(
                exchange,
                () -> comparisons.changes(name, from, at, under, space),
                changes -> json -> new ComparisonWriter(json).write(changes));
    }

    private static List<Candidate> candidates(Exchange exchange) {
        String text = exchange.query("with");
        if (text == null || text.isEmpty() || text.length() > MAX_LIST_LENGTH) {
            throw new Problem.Exception(Problems.invalid(
                    "with",
                    "Expected 1 to " + Comparer.MAX_CANDIDATES
                            + " candidates as in with=arm64:16k-47,arm64:64k-48,arm32:lpae."));
        }
        List<Candidate> candidates = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            candidates.add(parsed("with", each));
        }
        if (candidates.size() > Comparer.MAX_CANDIDATES) {
            throw new Problem.Exception(Problems.invalid(
                    "with",
                    "Expected at most " + Comparer.MAX_CANDIDATES + " candidates, but there are " + candidates.size()
                            + "."));
        }
        return candidates;
    }

    private static @Nullable Candidate candidate(Exchange exchange, String parameter) {
        String text = exchange.query(parameter);
        return text == null ? null : parsed(parameter, text);
    }

    private static Candidate parsed(String parameter, String text) {
        try {
            return Candidate.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Problem.Exception(Problems.invalid(parameter, Problems.sentence(e)));
        }
    }

    private static Scope scope(Exchange exchange) {
        int entries = (int) exchange.number("tlb", 1, Comparer.MAX_TLB_ENTRIES, Comparer.DEFAULT_TLB_ENTRIES);
        return new Scope(space(exchange), entries);
    }

    /** The only space to look at, if one is named. */
    static @Nullable String space(Exchange exchange) {
        String space = exchange.query("space");
        if (space != null && !Names.isValid(space)) {
            throw new Problem.Exception(Problems.invalid(
                    "space",
                    "Expected the name of a space of 1 to " + Names.MAX_LENGTH
                            + " letters, digits, dots, underscores or hyphens."));
        }
        return space;
    }

    /** What would become of a simulation if a plugin were selected. */
    void swapReport(Exchange exchange, String simulation, PluginBinding to) {
        background.answer(
                exchange,
                () -> comparisons.swap(simulation, to),
                report -> json -> new ComparisonWriter(json).write(report));
    }

    /** What holds a history instead of a binding that does not; nothing when that cannot be found out now. */
    Future<List<PluginBinding>> suggestions(String simulation, PluginBinding refused) {
        return background
                .run(simulation, () -> comparisons.suggestions(simulation, refused))
                .map(reading ->
                        reading instanceof Reading.Answered<List<PluginBinding>>(long at, List<PluginBinding> found)
                                ? found
                                : List.<PluginBinding>of())
                .otherwise(List.of());
    }
}
