package pagefold.server.api;

import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import pagefold.host.LoadedPlugin;
import pagefold.host.PluginHost;
import pagefold.host.Trust;
import pagefold.model.Names;
import pagefold.model.PluginBinding;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.server.cluster.Cluster;
import pagefold.server.plugins.PluginAdmin;
import pagefold.server.plugins.PluginAdmin.Retirement;
import pagefold.server.plugins.PluginUsage;
import pagefold.server.plugins.PluginUsage.Entry;
import pagefold.server.plugins.PluginUsage.Query;
import pagefold.server.space.UseFailure;
import pagefold.server.watch.PluginCall;
import pagefold.server.watch.PluginFailure;
import pagefold.server.watch.PluginThreads;
import pagefold.server.watch.Quarantine;
import pagefold.server.watch.Watchdog;
import pagefold.server.wire.ModelWriter;
import pagefold.spi.Capability;

/** The plugins of the server: which there are, who uses them, how they come and go. */
final class Plugins {
    /** Media type of the bytes of a jar. */
    static final String JAR = "application/octet-stream";
    /** Most jars that are loaded, or wait for that, at one time. */
    static final int MAX_LOADING = 16;

    /** Stands for a plugin whose name nobody knows yet. */
    private static final PluginBinding UNKNOWN = new PluginBinding("new", "unknown", "unknown", Coarsening.REJECT);

    private final PluginHost host;
    private final Cluster cluster;
    private final PluginAdmin admin;
    private final PluginUsage usage;
    private final Watchdog watchdog;
    private final PluginThreads loading;
    private final WorkerExecutor worker;

    /** The plugins of a server, seen by its watchdog. */
    Plugins(Cluster cluster, PluginHost host, PluginAdmin admin, PluginUsage usage, Watchdog watchdog) {
        this.host = host;
        this.cluster = cluster;
        this.admin = admin;
        this.usage = usage;
        this.watchdog = watchdog;
        this.loading = new PluginThreads(watchdog, "pagefold-load", 1, "plugins that are loaded", MAX_LOADING);
        // One at a time: a plugin is not added while another one is retired.
        this.worker = cluster.vertx().createSharedWorkerExecutor("pagefold-plugins", 1, 1, TimeUnit.HOURS);
    }

    void list(RoutingContext routing) {
        send(new Exchange(routing), 200, host.plugins());
    }

    private static void send(Exchange exchange, int status, List<LoadedPlugin> plugins) {
        exchange.send(status, Json.CONTENT_TYPE, Json.line(json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("plugins");
            for (LoadedPlugin plugin : plugins) {
                new StateWriter(json).plugin(plugin);
            }
            json.writeEndArray();
            json.writeEndObject();
        }));
    }

    void add(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        if (!BodyReader.mediaType(exchange).equals(JAR)) {
            throw new Problem.Exception(
                    Problems.ofStatus(415, routing.request().path()).with("accepted", List.of(JAR)));
        }
        byte[] signature = signature(exchange);
        BodyReader.read(
                exchange,
                PluginHost.MAX_JAR_BYTES,
                body -> exchange.then(
                        load(body.getBytes(), signature)
                                .compose(this::requireTheSame)
                                .compose(read -> worker.executeBlocking(() -> added(read), false)),
                        plugins -> send(exchange, 201, plugins)));
    }

    /** A jar whose plugins other nodes have in the same version is the same jar, or is refused. */
    private Future<PluginHost.ReadJar> requireTheSame(PluginHost.ReadJar read) {
        List<Future<Void>> asked = new ArrayList<>();
        for (LoadedPlugin plugin : read.plugins()) {
            asked.add(cluster.differing(plugin).map(nodes -> {
                if (!nodes.isEmpty()) {
                    throw new Problem.Exception(Problem.of(
                            409,
                            "plugin-differs",
                            "Other nodes have the plugin " + plugin.id() + " " + plugin.version()
                                    + " with other bytes: " + nodes + ". Give yours another version.",
                            "plugin",
                            plugin.id(),
                            "version",
                            plugin.version(),
                            "digest",
                            plugin.digest(),
                            "nodes",
                            nodes));
                }
                return null;
            }));
        }
        return Future.all(asked).map(done -> read);
    }

    /** Runs the first code of a plugin, of which nothing is known yet. */
    private Future<PluginHost.ReadJar> load(byte[] jar, byte @Nullable [] signature) {
        return Future.fromCompletionStage(loading.run("", () -> {
                    PluginCall call = PluginCall.current();
                    call.enter(UNKNOWN, 0, "the loading of a jar");
                    try {
                        return host.read(jar, signature);
                    } finally {
                        call.leave();
                    }
                }))
                .recover(e -> Future.failedFuture(
                        switch (e) {
                            case PluginFailure stuck ->
                                new Problem.Exception(Problem.of(
                                        422, "not-a-plugin", "The plugin does not come out of being loaded."));
                            case Trust.UntrustedJar untrusted ->
                                new Problem.Exception(
                                        Problem.of(403, "plugin-not-trusted", Problems.sentence(untrusted)));
                            case IllegalArgumentException no ->
                                new Problem.Exception(Problem.of(422, "not-a-plugin", Problems.sentence(no)));
                            default -> new Problem.Exception(Problems.of(UseFailure.trouble("", e)));
                        }));
    }

    private static byte @Nullable [] signature(Exchange exchange) {
        String text = exchange.header("Plugin-Signature");
        if (text == null) {
            return null;
        }
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new Problem.Exception(Problems.invalid("Plugin-Signature", "Expected the signature in Base64."));
        }
    }

    private List<LoadedPlugin> added(PluginHost.ReadJar read) {
        try {
            return admin.add(read);
        } catch (IllegalArgumentException e) {
            throw new Problem.Exception(Problem.of(422, "not-a-plugin", Problems.sentence(e)));
        } catch (IOException e) {
            throw new Problem.Exception(
                    Problem.of(503, "plugin-not-kept", "The plugin cannot be kept for the next start: " + e + "."));
        }
    }

    void retire(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        String id = exchange.name("plugin");
        String version = exchange.name("version");
        exchange.then(worker.executeBlocking(() -> admin.retire(id, version), false), retirement -> {
            switch (retirement) {
                case Retirement.Retired retired ->
                    routing.response().setStatusCode(204).end();
                case Retirement.InUse(List<Entry> simulations) -> exchange.send(inUse(id, version, simulations));
                case Retirement.Busy busy ->
                    exchange.send(Problem.of(
                            503, "busy", "A selection of the plugin " + id + " " + version + " does not end."));
                case Retirement.Missing missing ->
                    exchange.send(Problem.of(
                            404,
                            "no-such-plugin",
                            "There is no plugin " + id + " " + version + ".",
                            "plugin",
                            id,
                            "version",
                            version));
            }
        });
    }

    private static Problem inUse(String id, String version, List<Entry> simulations) {
        List<Map<String, Object>> users = new ArrayList<>();
        for (Entry each : simulations) {
            Map<String, Object> user = new LinkedHashMap<>();
            user.put("simulation", each.simulation());
            user.put("position", each.position());
            users.add(user);
        }
        return Problem.of(
                409,
                "plugin-in-use",
                "The plugin " + id + " " + version + " is selected in " + users.size()
                        + " simulations; nothing has changed.",
                "plugin",
                id,
                "version",
                version,
                "simulations",
                users);
    }

    void quarantine(RoutingContext routing) {
        Quarantine quarantine = watchdog.quarantine();
        new Exchange(routing).send(200, Json.CONTENT_TYPE, Json.line(json -> {
            json.writeStartObject();
            json.writeNumberField("heldUpThreads", quarantine.heldUp());
            json.writeArrayFieldStart("cases");
            for (Quarantine.Case each : quarantine.cases()) {
                json.writeStartObject();
                json.writeStringField("simulation", each.simulation());
                ModelWriter.writeBindingFields(json, each.binding());
                json.writeNumberField("position", each.position());
                json.writeStringField("reason", each.reason());
                json.writeStringField("since", each.since().toString());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }));
    }

    void usage(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        Query query = new Query(
                named(exchange, "plugin"), named(exchange, "version"), capability(exchange.query("capability")));
        exchange.then(worker.executeBlocking(() -> usage.of(query), false), entries -> send(exchange, query, entries));
    }

    private static @Nullable String named(Exchange exchange, String parameter) {
        String text = exchange.query(parameter);
        if (text != null && !Names.isValid(text)) {
            throw new Problem.Exception(Problems.invalid(
                    parameter,
                    "Expected 1 to " + Names.MAX_LENGTH + " letters, digits, dots, underscores or hyphens."));
        }
        return text;
    }

    private static @Nullable Capability capability(@Nullable String text) {
        if (text == null) {
            return null;
        }
        for (Capability each : Capability.values()) {
            if (each.name().equals(text)) {
                return each;
            }
        }
        throw new Problem.Exception(
                Problems.invalid("capability", "Expected one of " + List.of(Capability.values()) + "."));
    }

    private static void send(Exchange exchange, Query query, List<Entry> entries) {
        exchange.send(200, Json.CONTENT_TYPE, Json.line(json -> {
            json.writeStartObject();
            if (query.plugin() != null) {
                json.writeStringField("plugin", query.plugin());
            }
            if (query.version() != null) {
                json.writeStringField("version", query.version());
            }
            if (query.capability() != null) {
                json.writeStringField("capability", query.capability().name());
            }
            json.writeNumberField(
                    "selected", entries.stream().filter(Entry::selected).count());
            json.writeNumberField(
                    "events", entries.stream().mapToLong(Entry::events).sum());
            json.writeArrayFieldStart("simulations");
            for (Entry each : entries) {
                json.writeStartObject();
                json.writeStringField("simulation", each.simulation());
                json.writeNumberField("position", each.position());
                json.writeBooleanField("selected", each.selected());
                json.writeNumberField("events", each.events());
                json.writeNumberField("first", each.first());
                json.writeNumberField("last", each.last());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }));
    }
}
