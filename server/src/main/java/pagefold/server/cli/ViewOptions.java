package pagefold.server.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Through which plugin a read looks. */
final class ViewOptions {
    @Option(
            names = "--plugin",
            paramLabel = "ID",
            description = "Looks through this plugin, with --profile, and changes nothing (what was selected then).")
    private @Nullable String plugin;

    @Option(names = "--profile", paramLabel = "NAME", description = "The profile to look through, with --plugin.")
    private @Nullable String profile;

    @Option(names = "--plugin-version", paramLabel = "VERSION", description = "The plugin's version (the newest).")
    private @Nullable String version;

    @Option(names = "--coarsen", paramLabel = "HOW", description = "With --plugin: reject or widen (reject).")
    private @Nullable String coarsening;

    /** Adds to a query what was asked for. */
    Map<String, String> in(Map<String, String> query) {
        if ((plugin == null) != (profile == null) || plugin == null && (version != null || coarsening != null)) {
            throw CliFailure.usage("expected --plugin and --profile together");
        }
        put(query, "plugin", plugin);
        put(query, "profile", profile);
        put(query, "version", version);
        put(query, "coarsening", coarsening);
        return query;
    }

    private static void put(Map<String, String> query, String name, @Nullable String value) {
        if (value != null) {
            query.put(name, value);
        }
    }
}
