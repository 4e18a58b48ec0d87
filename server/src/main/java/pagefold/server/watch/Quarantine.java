package pagefold.server.watch;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.PluginBinding;

/**
 * Bindings of simulations that are not used any more, because their plugin failed at an event or did not return.
 *
 * <p>A case ends when the binding is selected again and works, when the simulation is deleted, and with the server. Safe
 * for use by several threads.
 */
public final class Quarantine {
    /** Most threads that a plugin in one version may be held up in; then nobody calls it any more. */
    public static final int MAX_HELD_UP = 16;

    private final Map<Key, Case> cases = new HashMap<>();
    private final Map<Version, Integer> heldUp = new HashMap<>();

    private record Key(String simulation, PluginBinding binding) {}

    private record Version(String plugin, String version) {
        static Version of(PluginBinding binding) {
            return new Version(binding.plugin(), binding.version());
        }
    }

    /**
     * What happened.
     *
     * @param simulation in which
     * @param binding whose plugin it was
     * @param position of the event, or of the state, at which it failed; from there on the binding is not used
     * @param reason in words
     * @param since when
     */
    public record Case(String simulation, PluginBinding binding, long position, String reason, Instant since) {}

    /** Begins a case, unless there is one that begins earlier in the history. */
    public synchronized void begin(Case begun) {
        cases.merge(
                new Key(begun.simulation(), begun.binding()),
                begun,
                (old, now) -> old.position() <= now.position() ? old : now);
    }

    /** Ends a case, if there is one: the binding has been tried and works. */
    public synchronized void end(String simulation, PluginBinding binding) {
        cases.remove(new Key(simulation, binding));
    }

    /** Ends all cases of a simulation. */
    public synchronized void forget(String simulation) {
        cases.keySet().removeIf(key -> key.simulation().equals(simulation));
    }

    /** All cases, by plugin, version and simulation. */
    public synchronized List<Case> cases() {
        List<Case> all = new ArrayList<>(cases.values());
        all.sort(Comparator.comparing((Case each) -> each.binding().plugin())
                .thenComparing(each -> each.binding().version())
                .thenComparing(Case::simulation)
                .thenComparing(each -> each.binding().profile())
                .thenComparing(each -> each.binding().coarsening()));
        return all;
    }

    /** The case of a binding in a simulation. */
    synchronized @Nullable Case find(String simulation, PluginBinding binding) {
        return cases.get(new Key(simulation, binding));
    }

    /** One more thread does not come back from a plugin. */
    synchronized void hold(PluginBinding binding) {
        heldUp.merge(Version.of(binding), 1, Integer::sum);
    }

    /** One of those came back after all. */
    synchronized void release(PluginBinding binding) {
        heldUp.computeIfPresent(Version.of(binding), (version, threads) -> threads == 1 ? null : threads - 1);
    }

    /** How many threads do not come back from a plugin. */
    public synchronized int heldUp(PluginBinding binding) {
        return heldUp.getOrDefault(Version.of(binding), 0);
    }

    /** How many threads do not come back from any plugin. */
    public synchronized int heldUp() {
        return heldUp.values().stream().mapToInt(Integer::intValue).sum();
    }
}
