package pagefold.server.load;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came out of a load run.
 *
 * @param reports what was measured, at least once
 * @param errors answers that were not expected, by what they were, in the whole run
 * @param retries how often a request or message was sent again, in the whole run
 * @param balance what the simulations have of what was acknowledged, or {@code null} when they could not be asked
 * @param failure why the run did not come to its end, or {@code null} when it did
 */
public record LoadOutcome(
        List<LoadReport> reports,
        Map<String, Long> errors,
        long retries,
        @Nullable Balance balance,
        @Nullable String failure) {

    /**
     * The events of the simulations, held against those that were acknowledged.
     *
     * @param lost acknowledged events that the simulations do not have; must be 0
     * @param duplicated events of the simulations that nobody was told of; must be 0. With errors it is not counted: what
     *     became of those requests is not known
     */
    public record Balance(long lost, long duplicated) {}

    public LoadOutcome {
        if (reports.isEmpty()) {
            throw new IllegalArgumentException("expected what was measured, but there is nothing");
        }
        reports = List.copyOf(reports);
    }

    /** Whether all was as it must be. */
    public boolean passes() {
        return failure == null
                && errors.isEmpty()
                && balance != null
                && balance.lost() == 0
                && balance.duplicated() == 0;
    }
}
