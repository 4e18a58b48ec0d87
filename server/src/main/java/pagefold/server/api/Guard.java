package pagefold.server.api;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.server.access.Allowance;
import pagefold.server.access.Caller;
import pagefold.server.access.Role;
import pagefold.server.access.Tokens;
import pagefold.server.replay.Trouble;

/** Lets a request through when its caller may do what it asks for. */
final class Guard {
    private static final String CALLER = "pagefold.caller";
    private static final String SCHEME = "Bearer ";

    private final @Nullable Tokens tokens;
    private final Allowance requests;
    private final AllowedHosts hosts;

    /** Without tokens, everybody may do everything at the hosts that are allowed. */
    Guard(@Nullable Tokens tokens, Allowance requests, AllowedHosts hosts) {
        this.tokens = tokens;
        this.requests = requests;
        this.hosts = hosts;
    }

    /** Why a request to this host is not answered; {@code null} when it is, as always with a login. */
    @Nullable
    Problem foreignHost(HttpServerRequest request) {
        return tokens == null ? hosts.refusal(request) : null;
    }

    /** Whose request it is, once it was let through. */
    static Caller caller(RoutingContext routing) {
        Caller caller = routing.get(CALLER);
        if (caller == null) {
            throw new IllegalStateException("expected a request that was let through, but nobody asked the guard");
        }
        return caller;
    }

    /** Whether a request was let through already. */
    static boolean hasCaller(RoutingContext routing) {
        return routing.get(CALLER) != null;
    }

    /** Why a request is not let through; {@code null} when it is. */
    @Nullable
    Problem refusal(RoutingContext routing, Need need) {
        Tokens known = tokens;
        if (known == null || need == Need.NONE) {
            routing.put(CALLER, known == null ? Caller.LOCAL : Caller.NOBODY);
            return null;
        }
        List<String> headers = routing.request().headers().getAll(HttpHeaders.AUTHORIZATION);
        if (headers.size() > 1) {
            return unauthenticated("The request has " + headers.size() + " Authorization headers, and needs one.");
        }
        String header = headers.isEmpty() ? null : headers.getFirst();
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return unauthenticated("The request needs a token, as in \"Authorization: Bearer TOKEN\".");
        }
        Caller caller = known.caller(header.substring(SCHEME.length()).strip());
        if (caller == null || caller.name() == null) {
            return unauthenticated(
                    "The token is not believed: it has ended, or is not signed with a key that is known.");
        }
        routing.put(CALLER, caller);
        Problem refusal = refusal(caller, need, routing.pathParam("simulation"));
        if (refusal != null) {
            return refusal;
        }
        long wait = requests.take(caller.name(), 1);
        return wait == 0 ? null : Problems.of(new Trouble.OverRate("requests", requests.perSecond(), wait));
    }

    private static @Nullable Problem refusal(Caller caller, Need need, @Nullable String simulation) {
        Role role = need.role();
        if (role == null) {
            return need == Need.ADMIN && !caller.admin() ? forbidden(Need.ADMIN.word(), null) : null;
        }
        boolean may = simulation == null ? caller.hasAny(role) : caller.has(role, simulation);
        return may ? null : forbidden(role.word(), simulation);
    }

    /** That a role on a simulation is missing. */
    static Problem forbidden(String role, @Nullable String simulation) {
        Problem problem = Problem.of(
                403,
                "forbidden",
                "This needs the role " + role + (simulation == null ? "." : " on the simulation '" + simulation + "'."),
                "role",
                role);
        return simulation == null ? problem : problem.with("simulation", simulation);
    }

    private static Problem unauthenticated(String sentence) {
        return Problem.of(401, "unauthenticated", sentence);
    }
}
