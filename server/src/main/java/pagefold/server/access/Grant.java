package pagefold.server.access;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import pagefold.model.Names;

/**
 * A role on some simulations, in a token as {@code operator:team-*}.
 *
 * @param role what may be done
 * @param pattern the name of one simulation, or the beginning of names and a {@code *}
 */
public record Grant(Role role, String pattern) {
    /** The grant that is for plugins and for no simulation. */
    public static final String ADMIN = "admin";

    /** Reads a grant; {@code null} when the text is something else. */
    public static @Nullable Grant parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return null;
        }
        String pattern = text.substring(colon + 1);
        String name = pattern.endsWith("*") ? pattern.substring(0, pattern.length() - 1) : pattern;
        boolean isPattern = name.length() < pattern.length() && name.isEmpty() || Names.isValid(name);
        for (Role role : Role.values()) {
            if (isPattern && text.substring(0, colon).toLowerCase(Locale.ROOT).equals(role.word())) {
                return new Grant(role, pattern);
            }
        }
        return null;
    }

    /** Whether a role on a simulation is in it. */
    boolean covers(Role wanted, String simulation) {
        boolean named = pattern.endsWith("*")
                ? simulation.startsWith(pattern.substring(0, pattern.length() - 1))
                : simulation.equals(pattern);
        return named && role.compareTo(wanted) >= 0;
    }
}
