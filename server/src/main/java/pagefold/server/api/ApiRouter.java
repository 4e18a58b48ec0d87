package pagefold.server.api;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import io.vertx.ext.web.openapi.router.OpenAPIRoute;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.validation.ValidatorException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import pagefold.server.space.Simulations;

/** The routes of the contract, each with its handler; a test keeps both the same. */
final class ApiRouter {
    private static final List<Integer> STATUSES = List.of(400, 404, 405, 406, 413, 414, 415, 431, 500);

    private static final String SOCKET = "openSocket";
    /** Reads of states and events alone, which any node can answer. */
    private static final Set<String> ANYWHERE = Set.of(
            "getSimulation",
            "getSpaces",
            "getRegions",
            "getWalk",
            "getPtdump",
            "getShowPte",
            "getCheckWx",
            "getTables",
            "getTable",
            "getStats",
            "getEvents");

    private static final Pattern HALF_ESCAPE = Pattern.compile("%(?![0-9a-fA-F]{2})");

    private final Contract contract;
    private final Map<String, Need> needs;
    private final Guard guard;
    private final Forwarder forwarder;
    private final RequestObserver observer;
    private final Map<String, Handler<RoutingContext>> handlers;
    private final WebPage page;
    private final AllowedMethods methods = new AllowedMethods();

    ApiRouter(PagefoldServer.Parts parts) throws IOException {
        Simulations simulations = parts.simulations();
        Catalogue catalogue = new Catalogue(parts);
        Reads reads = new Reads(simulations, parts.views());
        observer = new RequestObserver(parts.metrics());
        contract = Contract.read();
        needs = contract.needs();
        guard = parts.guard();
        forwarder = parts.forwarder();
        page = WebPage.read();
        byte[] yaml = contract.yaml();
        byte[] streams = Contract.resource("asyncapi.yaml");
        handlers = Map.ofEntries(
                Map.entry("listSimulations", catalogue::list),
                Map.entry("createSimulation", catalogue::create),
                Map.entry("getSimulation", reads::simulation),
                Map.entry("deleteSimulation", catalogue::delete),
                Map.entry("postCommands", new Commands(simulations, parts.admission())::post),
                Map.entry("getEvents", catalogue::events),
                Map.entry("streamEvents", new EventStreams(parts.feeds())::get),
                Map.entry(SOCKET, parts.sockets()::get),
                Map.entry("getDelta", new Deltas(simulations)::get),
                Map.entry("getSpaces", reads::spaces),
                Map.entry("getRegions", reads::regions),
                Map.entry("getWalk", reads::walk),
                Map.entry("getWhy", parts.tracing()::why),
                Map.entry("getPtdump", reads::ptdump),
                Map.entry("getShowPte", reads::showPte),
                Map.entry("getCheckWx", reads::checkWx),
                Map.entry("getTables", reads::tables),
                Map.entry("getTable", reads::table),
                Map.entry("getStats", reads::stats),
                Map.entry("postSwap", new Swapping(parts)::post),
                Map.entry("getComparison", parts.comparing()::compare),
                Map.entry("compareFile", parts.comparing()::compareFile),
                Map.entry("getDifferences", parts.comparing()::diff),
                Map.entry("getChanges", parts.comparing()::changes),
                Map.entry("getBisection", parts.tracing()::bisect),
                Map.entry("getCluster", new ClusterStatus(simulations, parts.cluster())::get),
                Map.entry("listPlugins", parts.plugins()::list),
                Map.entry("addPlugin", parts.plugins()::add),
                Map.entry("getPluginUsage", parts.plugins()::usage),
                Map.entry("getQuarantine", parts.plugins()::quarantine),
                Map.entry("retirePlugin", parts.plugins()::retire),
                Map.entry("getLive", parts.health()::live),
                Map.entry("getReady", parts.health()::ready),
                Map.entry("getMetrics", parts.metrics()::scrape),
                Map.entry("getDocs", DocsPage.of(yaml)::get),
                Map.entry("getContract", routing -> new Exchange(routing).send(200, "application/yaml", yaml)),
                Map.entry(
                        "getStreamContract", routing -> new Exchange(routing).send(200, "application/yaml", streams)));
    }

    Future<Router> build(Vertx vertx) {
        return contract.forRouter(vertx).map(document -> {
            RouterBuilder builder = RouterBuilder.create(vertx, document);
            for (OpenAPIRoute route : builder.getRoutes()) {
                String operation = route.getOperation().getOperationId();
                Handler<RoutingContext> handler = handlers.get(operation);
                if (handler == null) {
                    throw new IllegalStateException(
                            "expected a handler for the operation " + operation + ", but there is none");
                }
                // Bodies are read within limits, and streams not at all: by the handlers, in the contract's forms. A
                // request that becomes a socket must not be read before.
                boolean unread = route.getOperation().getRequestBody() != null || operation.equals(SOCKET);
                route.setDoValidation(!unread)
                        .addHandler(observed(operation, handler))
                        .addFailureHandler(guarded(operation));
                methods.add(
                        route.getOperation().getAbsoluteOpenAPIPath(),
                        route.getOperation().getHttpMethod().name());
            }
            Router router = builder.createRouter();
            router.route().order(-1).handler(this::admit);
            page.addTo(router, observer);
            for (int status : STATUSES) {
                router.errorHandler(status, this::failed);
            }
            return router;
        });
    }

    /** Before all else, also the page: requests for another host, and those that are answered like GET, without a body. */
    private void admit(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        Problem refusal = guard.foreignHost(request);
        if (refusal != null) {
            observer.begin(routing, "none");
            new Exchange(routing).send(refusal);
        } else if (request.method().equals(HttpMethod.HEAD) && AllowedMethods.hasHead(routing.normalizedPath())) {
            // The response knows that it has no body.
            routing.reroute(HttpMethod.GET, request.uri());
        } else {
            routing.next();
        }
    }

    private Handler<RoutingContext> observed(String operation, Handler<RoutingContext> handler) {
        Need need = needs.getOrDefault(operation, Need.ADMIN);
        return routing -> {
            observer.begin(routing, operation);
            Problem refusal = guard.refusal(routing, need);
            if (refusal == null && operation.equals(SOCKET)) {
                refusal = Sockets.refusal(routing);
            }
            String simulation = routing.pathParam("simulation");
            if (refusal == null && simulation != null) {
                forwarder.handle(routing, simulation, handler, ANYWHERE.contains(operation));
            } else if (refusal == null) {
                handler.handle(routing);
            } else {
                new Exchange(routing).send(refusal);
            }
        };
    }

    /** Parameters are checked before the handlers run; who may not ask does not learn what was wrong with them. */
    private Handler<RoutingContext> guarded(String operation) {
        Need need = needs.getOrDefault(operation, Need.ADMIN);
        return routing -> {
            Problem refusal = Guard.hasCaller(routing) ? null : guard.refusal(routing, need);
            if (refusal == null) {
                failed(routing);
            } else {
                observer.begin(routing, operation);
                new Exchange(routing).send(refusal);
            }
        };
    }

    private void failed(RoutingContext routing) {
        observer.begin(routing, "none");
        Exchange exchange = new Exchange(routing);
        Throwable failure = routing.failure();
        String path = String.valueOf(routing.request().path());
        if (HALF_ESCAPE.matcher(String.valueOf(routing.request().uri())).find()) {
            // The router stumbles over it here and there, and calls that a failure of its own.
            send(exchange, 400, path);
            return;
        }
        switch (failure) {
            case null -> send(exchange, routing.statusCode(), path);
            case HttpException http
            when http.getCause() instanceof ValidatorException invalid ->
                exchange.send(Problem.of(400, "invalid-parameter", sentence(String.valueOf(invalid.getMessage()))));
            case HttpException http -> send(exchange, http.getStatusCode(), path);
            case Problem.Exception expected -> exchange.failed(expected);
            case Throwable unreadable
            when routing.statusCode() >= 400 && routing.statusCode() < 500 ->
                // The router's own, of a request without a host for one.
                send(exchange, routing.statusCode(), path);
            default -> exchange.failed(failure);
        }
    }

    private void send(Exchange exchange, int status, String path) {
        if (status == 405) {
            exchange.routing().response().putHeader(HttpHeaders.ALLOW, methods.of(path));
        }
        exchange.send(Problems.ofStatus(status, path));
    }

    private static String sentence(String message) {
        return message.endsWith(".") ? message : message + ".";
    }
}
