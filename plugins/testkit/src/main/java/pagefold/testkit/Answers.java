package pagefold.testkit;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pagefold.model.Rejection;
import pagefold.model.Step;
import pagefold.table.PageTableModel;

/** How often events of each kind passed a model's check, or were refused for their own sake. */
final class Answers {
    /** So many refusals and not one event that passed are no accident. */
    private static final int MANY = 20;

    private final Map<String, Count> counts = new TreeMap<>();

    /** The events of one kind; {@code example} is the last refusal. */
    private record Count(int passed, int refused, String example) {
        Count plus(Count other) {
            return new Count(
                    passed + other.passed, refused + other.refused, other.example.isEmpty() ? example : other.example);
        }
    }

    /** A check has been made. */
    void add(List<Step> batch, PageTableModel.@Nullable Refusal refusal) {
        int passed = refusal == null ? batch.size() : Math.clamp(refusal.index(), 0, batch.size());
        batch.subList(0, passed).forEach(step -> count(step, new Count(1, 0, "")));
        // What a profile does not have is looked at by its name.
        if (refusal != null && !(refusal.rejection() instanceof Rejection.MissingCapability) && passed < batch.size()) {
            count(batch.get(passed), new Count(0, 1, refusal.rejection().sentence()));
        }
    }

    private void count(Step step, Count one) {
        counts.merge(step.event().getClass().getSimpleName(), one, Count::plus);
    }

    /** Takes in what another run has counted. */
    void add(Answers other) {
        other.counts.forEach((kind, count) -> counts.merge(kind, count, Count::plus));
    }

    /** The kinds of event that were asked for often and never passed, with an example of why. */
    List<String> neverPassed() {
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue().passed == 0 && entry.getValue().refused >= MANY)
                .map(entry -> entry.getKey() + " was refused " + entry.getValue().refused + " times of as many: "
                        + entry.getValue().example)
                .toList();
    }
}
