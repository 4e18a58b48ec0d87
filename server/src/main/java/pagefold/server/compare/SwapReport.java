package pagefold.server.compare;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.PluginBinding;
import pagefold.server.compare.Comparison.Row;

/**
 * What would become of a simulation if another plugin were selected now.
 *
 * @param position at which it was looked at
 * @param from what is selected; {@code null} when nothing is
 * @param row what the other one costs, and in {@code leftOut} all that it cannot hold
 * @param suggested others that hold all of it, when this one does not
 */
public record SwapReport(long position, @Nullable PluginBinding from, Row row, List<PluginBinding> suggested) {
    /** Most others that are suggested. */
    public static final int MAX_SUGGESTED = 3;

    /** Whether the selection would be accepted. */
    public boolean isPossible() {
        return row.failure() == null && row.leftOut().count() == 0;
    }
}
