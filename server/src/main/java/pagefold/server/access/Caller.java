package pagefold.server.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who a request comes from.
 *
 * @param name the subject of the token, which the log keeps with the events; {@code null} when there is no login
 * @param grants on simulations
 * @param admin whether plugins may be loaded and removed
 * @param endMillis when the token ends, in milliseconds since 1970-01-01T00:00Z
 */
public record Caller(@Nullable String name, List<Grant> grants, boolean admin, long endMillis) {
    /** Anyone, on a server without login, which only this machine can reach. */
    public static final Caller LOCAL = new Caller(null, List.of(new Grant(Role.OWNER, "*")), true, Long.MAX_VALUE);
    /** Someone without a token, who may see what is for everybody. */
    public static final Caller NOBODY = new Caller(null, List.of(), false, Long.MAX_VALUE);

    public Caller {
        grants = List.copyOf(grants);
    }

    /** Whether the caller has a role, or a higher one, on a simulation. */
    public boolean has(Role role, String simulation) {
        return grants.stream().anyMatch(grant -> grant.covers(role, simulation));
    }

    /** Whether the caller has a role, or a higher one, on any simulation, be it there or not. */
    public boolean hasAny(Role role) {
        return grants.stream().anyMatch(grant -> grant.role().compareTo(role) >= 0);
    }
}
