package pagefold.server.compare;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import pagefold.model.Names;
import pagefold.model.PluginBinding.Coarsening;

/**
 * A plugin and a profile that a history is tried with.
 *
 * @param version of the plugin, or {@code null} for the newest that has the profile
 * @param coarsening what happens to what does not fit, or {@code null}: exactly where that goes, widened where not
 */
public record Candidate(
        String plugin,
        @Nullable String version,
        String profile,
        @Nullable Coarsening coarsening) {

    /**
     * Reads {@code arm64:64k-48}, {@code arm64@1.1:64k-48} or {@code arm64:64k-48:widen}.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    public static Candidate parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length < 2 || parts.length > 3) {
            throw malformed(text);
        }
        int at = parts[0].indexOf('@');
        String plugin = at < 0 ? parts[0] : parts[0].substring(0, at);
        String version = at < 0 ? null : parts[0].substring(at + 1);
        boolean named = Names.isValid(plugin) && Names.isValid(parts[1]);
        if (!named || version != null && !Names.isValid(version)) {
            throw malformed(text);
        }
        return new Candidate(plugin, version, parts[1], parts.length == 2 ? null : coarsening(parts[2], text));
    }

    private static Coarsening coarsening(String word, String text) {
        for (Coarsening each : Coarsening.values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(word)) {
                return each;
            }
        }
        throw malformed(text);
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "expected a plugin and a profile as in arm64:64k-48, arm64@1.0:64k-48 or arm64:64k-48:widen, but found '"
                        + (text.length() <= 80 ? text : text.substring(0, 80) + "…") + "'");
    }
}
