package pagefold.server.space;

import org.jspecify.annotations.Nullable;
import pagefold.model.PluginBinding;
import pagefold.model.PluginBinding.Coarsening;

/**
 * The wish for a simulation.
 *
 * @param name its name
 * @param plugin that is to show it
 * @param version of the plugin, or {@code null} for the newest
 * @param profile of the plugin
 * @param coarsening what becomes of what the profile cannot hold exactly
 * @param creator who asks for it, or {@code null} when that is not known
 */
public record NewSimulation(
        String name,
        String plugin,
        @Nullable String version,
        String profile,
        Coarsening coarsening,
        @Nullable String creator) {

    /** What its first event selects, with a plugin in a version. */
    PluginBinding binding(String found) {
        return new PluginBinding(plugin, found, profile, coarsening);
    }
}
