package pagefold.server.api;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.Names;
import pagefold.server.access.Caller;
import pagefold.server.access.Grant;
import pagefold.server.access.Role;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.space.Simulations;

/**
 * Some of the simulations that a caller may see, by name.
 *
 * @param rows their head rows
 * @param next the name behind which the next page begins, or {@code null} when this is the last one
 */
record SimulationPage(List<LoggedSimulation> rows, @Nullable String next) {

    /** The name in {@code after} among the query parameters; empty when there is none. */
    static String after(Exchange exchange) {
        String after = exchange.query("after");
        if (after != null && !Names.isValid(after)) {
            throw new Problem.Exception(Problems.invalid("after", "Expected the name of a simulation."));
        }
        return after == null ? "" : after;
    }

    /**
     * The page behind a name.
     *
     * @param limit most simulations in it; with 0 there is no next page
     */
    static Future<SimulationPage> read(Simulations simulations, Caller caller, String after, int limit) {
        if (limit == 0) {
            return Future.succeededFuture(new SimulationPage(List.of(), null));
        }
        return simulations.heads().list(visible(caller), after, limit + 1).map(rows -> {
            boolean more = rows.size() > limit;
            List<LoggedSimulation> page = more ? rows.subList(0, limit) : rows;
            return new SimulationPage(page, more ? page.getLast().name() : null);
        });
    }

    /** The names that a caller may see, in order; those of one grant may be among those of another. */
    static List<LoggedSimulation.NameRange> visible(Caller caller) {
        List<LoggedSimulation.NameRange> all = caller.grants().stream()
                .filter(grant -> grant.role().compareTo(Role.VIEWER) >= 0)
                .map(SimulationPage::range)
                .sorted(Comparator.comparing(LoggedSimulation.NameRange::from)
                        .thenComparing(LoggedSimulation.NameRange::below, Comparator.reverseOrder()))
                .toList();
        List<LoggedSimulation.NameRange> apart = new ArrayList<>();
        for (LoggedSimulation.NameRange range : all) {
            // Two of them are apart, or one is in the other.
            if (apart.isEmpty() || apart.getLast().below().compareTo(range.from()) <= 0) {
                apart.add(range);
            }
        }
        return apart;
    }

    private static LoggedSimulation.NameRange range(Grant grant) {
        String pattern = grant.pattern();
        return pattern.endsWith("*")
                ? LoggedSimulation.NameRange.beginningWith(pattern.substring(0, pattern.length() - 1))
                : LoggedSimulation.NameRange.only(pattern);
    }
}
