package pagefold.server.api;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import pagefold.server.access.Role;

/** What an operation asks of its caller: the field {@code x-pagefold-access} of the contract. */
enum Need {
    /** Nothing, not even a token. */
    NONE,
    /** A token. */
    USER,
    /** A role on the simulation in the path; without one in the path, on any, and the handler looks closer. */
    VIEWER,
    OPERATOR,
    OWNER,
    /** The right to change plugins. */
    ADMIN;

    static final String FIELD = "x-pagefold-access";

    /** The need of a word; {@code null} when it is none. */
    static @Nullable Need of(@Nullable Object word) {
        for (Need need : values()) {
            if (need.word().equals(word)) {
                return need;
            }
        }
        return null;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role that is needed, if one is. */
    @Nullable
    Role role() {
        return switch (this) {
            case VIEWER -> Role.VIEWER;
            case OPERATOR -> Role.OPERATOR;
            case OWNER -> Role.OWNER;
            case NONE, USER, ADMIN -> null;
        };
    }
}
