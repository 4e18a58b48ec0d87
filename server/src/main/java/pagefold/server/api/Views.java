package pagefold.server.api;

import org.jspecify.annotations.Nullable;
import pagefold.host.PluginHost;
import pagefold.model.Names;
import pagefold.model.PluginBinding;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.server.wire.WireText;

/** What a request wants to look through instead of what is bound: {@code ?plugin=arm64&profile=64k-48}. */
final class Views {
    private final PluginHost host;

    Views(PluginHost host) {
        this.host = host;
    }

    /** What the request wants to look through; {@code null} for what is bound. */
    @Nullable
    PluginBinding asked(Exchange exchange) {
        String plugin = name(exchange, "plugin");
        String profile = name(exchange, "profile");
        String version = name(exchange, "version");
        String word = exchange.query("coarsening");
        if (plugin == null && profile == null && version == null && word == null) {
            return null;
        }
        if (plugin == null || profile == null) {
            throw new Problem.Exception(
                    Problems.invalid(plugin == null ? "plugin" : "profile", "Expected plugin and profile together."));
        }
        Coarsening coarsening = word == null ? Coarsening.REJECT : WireText.COARSENINGS.of(word);
        if (coarsening == null) {
            throw new Problem.Exception(
                    Problems.invalid("coarsening", "Expected " + WireText.COARSENINGS.choices() + "."));
        }
        return binding(plugin, version, profile, coarsening);
    }

    /** A binding to a plugin that is there, in the newest version unless one is named. */
    PluginBinding binding(String plugin, @Nullable String version, String profile, Coarsening coarsening) {
        return switch (host.find(plugin, version, profile)) {
            case PluginHost.Lookup.Found found ->
                new PluginBinding(plugin, found.plugin().version(), profile, coarsening);
            case PluginHost.Lookup.Missing missing -> throw new Problem.Exception(Problems.of(missing.rejection()));
        };
    }

    private static @Nullable String name(Exchange exchange, String parameter) {
        String text = exchange.query(parameter);
        if (text != null && !Names.isValid(text)) {
            throw new Problem.Exception(Problems.invalid(
                    parameter,
                    "Expected 1 to " + Names.MAX_LENGTH + " letters, digits, dots, underscores or hyphens."));
        }
        return text;
    }
}
