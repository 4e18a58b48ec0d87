package pagefold.server.compare;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.host.LoadedPlugin;
import pagefold.host.PluginHost;
import pagefold.model.PluginBinding;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Rejection;
import pagefold.server.compare.Comparison.Refusals;
import pagefold.server.compare.Comparison.Row;
import pagefold.server.replay.History;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Replayed;
import pagefold.server.replay.Replayer;
import pagefold.server.replay.Trouble;
import pagefold.server.watch.PluginFailure;

/** Tries one history with candidates, one after the other. Computes: not for event loops. */
public final class Comparer {
    /** Most candidates of one comparison. */
    public static final int MAX_CANDIDATES = 16;
    /** Entries of a TLB when none are named: those of a second-level TLB of many Cortex cores. */
    public static final int DEFAULT_TLB_ENTRIES = 1024;
    /** Most entries of a TLB. */
    public static final int MAX_TLB_ENTRIES = 1 << 20;

    private final PluginHost host;
    private final History history;
    private final long position;

    /** What came of a candidate: a row, and the projection behind it while it is needed. */
    record Tried(Row row, @Nullable Projection projection) {}

    /**
     * What is counted.
     *
     * @param space whose figures are wanted, or {@code null} for all spaces
     * @param tlbEntries entries of the TLB
     */
    public record Scope(@Nullable String space, int tlbEntries) {
        public Scope {
            if (tlbEntries < 1 || tlbEntries > MAX_TLB_ENTRIES) {
                throw new IllegalArgumentException(
                        "expected 1 to " + MAX_TLB_ENTRIES + " entries of a TLB, but it is " + tlbEntries);
            }
        }
    }

    /** No plugin, version or profile of that name is there. */
    public static final class NoSuchCandidate extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Rejection.NoSuchPlugin rejection;

        NoSuchCandidate(Rejection.NoSuchPlugin rejection) {
            super(rejection.sentence());
            this.rejection = rejection;
        }

        /** Why. */
        public Rejection.NoSuchPlugin rejection() {
            return rejection;
        }
    }

    /**
     * A comparer.
     *
     * @param position of the history's last event
     */
    public Comparer(PluginHost host, History history, long position) {
        this.host = host;
        this.history = history;
        this.position = position;
    }

    /**
     * Compares candidates.
     *
     * @throws NoSuchCandidate when a plugin or profile is not there
     */
    public Comparison compare(List<Candidate> candidates, Scope scope) {
        List<PluginBinding> found = candidates.stream().map(this::find).toList();
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            rows.add(tried(found.get(i), candidates.get(i).coarsening() == null, scope)
                    .row());
        }
        return new Comparison(position, rows);
    }

    /**
     * Compares two of them range by range.
     *
     * @throws NoSuchCandidate when a plugin or profile is not there
     */
    public Reading<Comparison.Diff> diff(Candidate left, Candidate right, Scope scope) {
        PluginBinding first = find(left);
        PluginBinding second = find(right);
        Tried a = tried(first, left.coarsening() == null, scope);
        Tried b = tried(second, right.coarsening() == null, scope);
        Projection one = a.projection();
        Projection other = b.projection();
        if (one == null || other == null) {
            Row failed = one == null ? a.row() : b.row();
            return new Reading.Failed<>(
                    new Trouble.ModelFailed(position, failed.binding(), String.valueOf(failed.failure())));
        }
        try {
            Differences differences = new Differences(one, other, Differences.Scope.LEAVES);
            differences.find(scope.space());
            return new Reading.Answered<>(
                    position,
                    new Comparison.Diff(
                            position,
                            a.row(),
                            b.row(),
                            differences.listed(),
                            differences.count(),
                            differences.bytes()));
        } catch (PluginFailure e) {
            return new Reading.Failed<>(Trouble.ModelFailed.of(e));
        } catch (Differences.TooManyRuns e) {
            return new Reading.Failed<>(e.trouble());
        }
    }

    /** Tries one binding as it is, and looks for others that hold the history where it does not. */
    SwapReport report(@Nullable PluginBinding from, PluginBinding to) {
        Row row = tried(to, false, new Scope(null, DEFAULT_TLB_ENTRIES)).row();
        List<PluginBinding> suggested = row.leftOut().count() == 0 ? List.of() : suggestions(to);
        return new SwapReport(position, from, row, suggested);
    }

    /**
     * What holds the history, near to a binding that does not: rounded outwards, with another profile of the plugin, or
     * with another plugin.
     */
    List<PluginBinding> suggestions(PluginBinding refused) {
        List<PluginBinding> tries = new ArrayList<>();
        if (refused.coarsening() == Coarsening.REJECT) {
            tries.add(new PluginBinding(refused.plugin(), refused.version(), refused.profile(), Coarsening.WIDEN));
        }
        for (boolean same : new boolean[] {true, false}) {
            for (LoadedPlugin plugin : host.plugins()) {
                boolean isSame =
                        plugin.id().equals(refused.plugin()) && plugin.version().equals(refused.version());
                if (isSame == same && (isSame || !plugin.id().equals(refused.plugin()))) {
                    plugin.profiles()
                            .forEach(profile -> tries.add(new PluginBinding(
                                    plugin.id(), plugin.version(), profile.name(), Coarsening.REJECT)));
                }
            }
        }
        List<PluginBinding> found = new ArrayList<>();
        for (PluginBinding each : tries) {
            if (found.size() < SwapReport.MAX_SUGGESTED
                    && !each.equals(refused)
                    && Replayer.holds(host, each, history)) {
                found.add(each);
            }
        }
        return found;
    }

    private PluginBinding find(Candidate candidate) {
        Coarsening first = candidate.coarsening() == null ? Coarsening.REJECT : candidate.coarsening();
        return switch (host.find(candidate.plugin(), candidate.version(), candidate.profile())) {
            case PluginHost.Lookup.Found found ->
                new PluginBinding(candidate.plugin(), found.plugin().version(), candidate.profile(), first);
            case PluginHost.Lookup.Missing missing -> throw new NoSuchCandidate(missing.rejection());
        };
    }

    /** Exactly; where that does not go and nothing else was asked for, widened. */
    private Tried tried(PluginBinding binding, boolean mayWiden, Scope scope) {
        Replayed exactly = Replayer.tried(host, binding, history);
        if (exactly instanceof Replayed.Refused refused && mayWiden) {
            PluginBinding wide =
                    new PluginBinding(binding.plugin(), binding.version(), binding.profile(), Coarsening.WIDEN);
            return finished(wide, Replayer.tried(host, wide, history), refusals(refused), scope);
        }
        Refusals inexact = exactly instanceof Replayed.Refused refused && binding.coarsening() == Coarsening.REJECT
                ? refusals(refused)
                : Refusals.NONE;
        return finished(binding, exactly, inexact, scope);
    }

    private static Refusals refusals(Replayed.Refused refused) {
        return new Refusals(refused.count(), refused.events());
    }

    /** The row of what the history itself has selected. */
    static Row bound(Projection projection, Scope scope) {
        Row row = counted(projection.binding(), projection, Refusals.NONE, Refusals.NONE, scope)
                .row();
        return new Row(row.binding(), true, row.figures(), row.failure(), row.inexact(), row.leftOut());
    }

    private static Tried finished(PluginBinding binding, Replayed replayed, Refusals inexact, Scope scope) {
        return switch (replayed) {
            case Replayed.Complete(Projection projection) ->
                counted(binding, projection, inexact, Refusals.NONE, scope);
            case Replayed.Refused refused -> counted(binding, refused.rest(), inexact, refusals(refused), scope);
            case Replayed.WithoutModel(var state, Trouble trouble) ->
                new Tried(failed(binding, trouble, inexact), null);
        };
    }

    private static Row failed(PluginBinding binding, Trouble trouble, Refusals inexact) {
        String failure = trouble instanceof Trouble.ModelFailed(long at, PluginBinding of, String reason)
                ? reason + " at position " + at
                : trouble.toString();
        return new Row(binding, false, null, failure, inexact, Refusals.NONE);
    }

    private static Tried counted(
            PluginBinding binding, Projection projection, Refusals inexact, Refusals leftOut, Scope scope) {
        try {
            Figures figures = projection.inPlugin("showing its tables", () -> Figures.of(projection, scope));
            return new Tried(new Row(binding, false, figures, null, inexact, leftOut), projection);
        } catch (PluginFailure e) {
            return new Tried(new Row(binding, false, null, e.reason(), inexact, leftOut), null);
        }
    }
}
