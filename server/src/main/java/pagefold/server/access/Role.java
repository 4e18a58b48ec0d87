package pagefold.server.access;

import java.util.Locale;

/** What a caller may do with a simulation; each role may do what those before it may. */
public enum Role {
    /** Reads it. */
    VIEWER,
    /** Sends it commands, too. */
    OPERATOR,
    /** Makes and removes it, too. */
    OWNER;

    /** The word in grants and contracts. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
