package pagefold.table;

import java.util.Map;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.SpaceKind;

/**
 * What a profile gives to {@link TableModel}.
 *
 * @param plugin id of the plugin, for messages
 * @param profile name of the profile, for messages
 * @param granuleBits log2 of a page and of a table
 * @param regimes how each kind of space is translated; a kind that is not here is not declared
 * @param tableBase lowest physical address of tables, a multiple of 64 KB
 * @param tableLimit most bytes of tables of one simulation
 * @param frameBase lowest physical address of frames for backing objects
 * @param frameBytes bytes of those frames
 * @param coarsening what happens to what does not fit
 */
public record ModelSetup(
        String plugin,
        String profile,
        int granuleBits,
        Map<SpaceKind, TranslationRegime> regimes,
        long tableBase,
        long tableLimit,
        long frameBase,
        long frameBytes,
        Coarsening coarsening) {

    public ModelSetup {
        regimes = Map.copyOf(regimes);
    }

    /** How a kind of space is translated that events have made: a check has let them pass. */
    TranslationRegime regime(SpaceKind kind) {
        TranslationRegime regime = regimes.get(kind);
        if (regime == null) {
            throw new IllegalStateException("expected a regime for " + kind + ", but " + profile
                    + " has none (a check before the event should have refused it)");
        }
        return regime;
    }

    /** The name of the capability without which a profile has no space of a kind. */
    public static String capability(SpaceKind kind) {
        return switch (kind) {
            case USER -> "USER_SPACE";
            case KERNEL -> "KERNEL_SPACE";
            case HYP -> "HYP";
            case STAGE2 -> "STAGE_2";
            case MONITOR -> "MONITOR";
            case IDMAP -> "IDENTITY_MAPS";
            case IDMAP_PAGE -> "IDENTITY_PAGES";
            case IDMAP_PAGE_52 -> "IDENTITY_MAPS_52";
        };
    }
}
