package pagefold.server.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.model.Names;
import pagefold.model.PluginBinding;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.server.access.Role;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.log.RecordedEvent;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Trouble;
import pagefold.server.space.Creation;
import pagefold.server.space.NewSimulation;
import pagefold.server.space.Simulations;
import pagefold.server.stream.EventFeeds;
import pagefold.server.wire.MalformedJson;
import pagefold.server.wire.WireJson;
import pagefold.server.wire.WireText;

/** What there is: simulations, their events, plugins. */
final class Catalogue {
    private static final Logger LOG = LoggerFactory.getLogger(Catalogue.class);
    private static final int MAX_BODY_BYTES = WireJson.MAX_DOCUMENT_BYTES;
    private static final int MAX_EVENTS = 10_000;
    private static final int DEFAULT_EVENTS = 1000;
    private static final int MAX_SIMULATIONS = 10_000;
    private static final int DEFAULT_SIMULATIONS = 1000;
    private static final Set<String> FIELDS = Set.of("name", "plugin", "version", "profile", "coarsening");

    private final Simulations simulations;
    private final Admission admission;
    private final EventFeeds feeds;
    private final Forwarder forwarder;

    Catalogue(PagefoldServer.Parts parts) {
        this.simulations = parts.simulations();
        this.admission = parts.admission();
        this.feeds = parts.feeds();
        this.forwarder = parts.forwarder();
    }

    void list(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        int limit = (int) exchange.number("limit", 1, MAX_SIMULATIONS, DEFAULT_SIMULATIONS);
        String after = SimulationPage.after(exchange);
        exchange.then(SimulationPage.read(simulations, exchange.caller(), after, limit), page -> {
            String next = page.next();
            if (next != null) {
                exchange.routing()
                        .response()
                        .putHeader("Link", "</v1/simulations?after=" + next + "&limit=" + limit + ">; rel=\"next\"");
            }
            exchange.send(200, Json.CONTENT_TYPE, Json.line(json -> {
                json.writeStartObject();
                json.writeArrayFieldStart("simulations");
                for (LoggedSimulation simulation : page.rows()) {
                    json.writeStartObject();
                    json.writeStringField("name", simulation.name());
                    json.writeNumberField("position", simulation.head());
                    json.writeStringField(
                            "created",
                            Instant.ofEpochMilli(simulation.createdMillis()).toString());
                    if (simulation.creator() != null) {
                        json.writeStringField("creator", simulation.creator());
                    }
                    json.writeEndObject();
                }
                json.writeEndArray();
                if (next != null) {
                    json.writeStringField("next", next);
                }
                json.writeEndObject();
            }));
        });
    }

    void create(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        if (!BodyReader.mediaType(exchange).equals(Json.CONTENT_TYPE)) {
            throw new Problem.Exception(
                    Problems.ofStatus(415, routing.request().path()).with("accepted", List.of(Json.CONTENT_TYPE)));
        }
        BodyReader.read(exchange, MAX_BODY_BYTES, body -> create(exchange, body));
    }

    private void create(Exchange exchange, Buffer body) {
        Map<String, String> fields;
        try {
            fields = WireJson.decode(body.getBytes(), Catalogue::strings);
        } catch (MalformedJson e) {
            throw new Problem.Exception(Problems.of(e));
        }
        String name = required(fields, "name");
        Coarsening coarsening = coarsening(fields);
        @Nullable String version = fields.containsKey("version") ? required(fields, "version") : null;
        NewSimulation wanted = new NewSimulation(
                name,
                required(fields, "plugin"),
                version,
                required(fields, "profile"),
                coarsening,
                exchange.caller().name());
        if (!exchange.caller().has(Role.OWNER, name)) {
            throw new Problem.Exception(Guard.forbidden(Role.OWNER.word(), name));
        }
        forwarder.handle(
                exchange.routing(),
                name,
                here -> exchange.then(
                        admission.create(exchange.caller(), wanted), creation -> created(exchange, name, creation)));
    }

    static Coarsening coarsening(Map<String, String> fields) {
        String word = fields.getOrDefault("coarsening", WireText.text(Coarsening.REJECT));
        Coarsening coarsening = WireText.COARSENINGS.of(word);
        if (coarsening == null) {
            throw new Problem.Exception(
                    Problems.of(new MalformedJson("coarsening", WireText.COARSENINGS.choices(), "'" + word + "'")));
        }
        return coarsening;
    }

    /** An object of strings with known names. */
    static Map<String, String> strings(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new MalformedJson("", "an object", "something else");
        }
        Map<String, String> fields = new HashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            if (!FIELDS.contains(field)) {
                throw new MalformedJson(
                        field, "one of the fields " + FIELDS.stream().sorted().toList(), "another one");
            }
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw new MalformedJson(field, "a string", "something else");
            }
            if (fields.put(field, parser.getText()) != null) {
                throw new MalformedJson(field, "the field once", "it twice");
            }
        }
        return fields;
    }

    static String required(Map<String, String> fields, String field) {
        String value = fields.get(field);
        if (value == null || !Names.isValid(value)) {
            throw new Problem.Exception(Problems.of(new MalformedJson(
                    field,
                    "1 to " + Names.MAX_LENGTH + " letters, digits, dots, underscores or hyphens",
                    value == null ? "nothing" : "'" + value + "'")));
        }
        return value;
    }

    private static void created(Exchange exchange, String name, Creation creation) {
        switch (creation) {
            case Creation.Created(PluginBinding binding, long position) -> {
                exchange.routing()
                        .response()
                        .putHeader(HttpHeaders.LOCATION, "/v1/simulations/" + name)
                        .putHeader(HttpHeaders.ETAG, Exchange.etag(position));
                exchange.send(201, Json.CONTENT_TYPE, Json.line(json -> {
                    json.writeStartObject();
                    json.writeStringField("name", name);
                    json.writeNumberField("position", position);
                    new StateWriter(json).binding(binding);
                    json.writeEndObject();
                }));
            }
            case Creation.Exists exists ->
                exchange.send(Problem.of(
                        409, "simulation-exists", "There is a simulation '" + name + "' already.", "simulation", name));
            case Creation.LimitReached(long limit) ->
                exchange.send(Problem.of(
                        422,
                        "limit-exceeded",
                        "There may be at most " + limit + " simulations.",
                        "what",
                        "simulations",
                        "limit",
                        limit,
                        "requested",
                        limit + 1));
            case Creation.Rejected rejected -> exchange.send(Problems.of(rejected.rejection()));
            case Creation.Failed failed -> exchange.send(Problems.of(failed.trouble()));
        }
    }

    void delete(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        String name = exchange.simulation();
        exchange.then(simulations.delete(name, RequestHeaders.expected(exchange)), trouble -> {
            if (trouble == null) {
                feeds.removed(name);
                admission.removed(name);
                LOG.info("{} removed the simulation {}", exchange.caller().name(), name);
                routing.response().setStatusCode(204).end();
            } else {
                exchange.send(Problems.of(trouble));
            }
        });
    }

    void events(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        String name = exchange.simulation();
        long from = exchange.number("from", 1, Long.MAX_VALUE, 1);
        int limit = (int) exchange.number("limit", 1, MAX_EVENTS, DEFAULT_EVENTS);
        Long at = exchange.at();
        exchange.then(simulations.events(name, from, limit), reading -> {
            switch (reading) {
                case Reading.Failed<List<RecordedEvent>> failed -> exchange.send(Problems.of(failed.trouble()));
                case Reading.Answered<List<RecordedEvent>>(long head, List<RecordedEvent> events) -> {
                    if (at != null && at > head) {
                        exchange.send(Problems.of(new Trouble.BeyondHead(at, head)));
                    } else {
                        sendEvents(exchange, name, at == null ? head : at, limit, events);
                    }
                }
            }
        });
    }

    private static void sendEvents(Exchange exchange, String name, long position, int limit, List<RecordedEvent> read) {
        List<RecordedEvent> events =
                read.stream().filter(event -> event.position() <= position).toList();
        long next = events.isEmpty() ? position + 1 : events.getLast().position() + 1;
        boolean more = next <= position;
        boolean lines = exchange.accepts(Json.LINES_CONTENT_TYPE);
        exchange.routing().response().putHeader(HttpHeaders.ETAG, Exchange.etag(position));
        if (more) {
            exchange.routing()
                    .response()
                    .putHeader(
                            "Link",
                            "</v1/simulations/" + name + "/events?from=" + next + "&limit=" + limit
                                    + ">; rel=\"next\"");
        }
        Callable<byte[]> encoded = () -> lines ? eventLines(events) : eventPage(events, position, more ? next : null);
        exchange.then(
                exchange.routing().vertx().executeBlocking(encoded, false),
                bytes -> exchange.send(200, lines ? Json.LINES_CONTENT_TYPE : Json.CONTENT_TYPE, bytes));
    }

    private static byte[] eventLines(List<RecordedEvent> events) {
        Buffer lines = Buffer.buffer();
        for (RecordedEvent event : events) {
            lines.appendBytes(Json.line(json -> new StateWriter(json).event(event)));
        }
        return lines.getBytes();
    }

    private static byte[] eventPage(List<RecordedEvent> events, long position, @Nullable Long next) {
        return Json.line(json -> {
            json.writeStartObject();
            json.writeNumberField("position", position);
            json.writeArrayFieldStart("events");
            for (RecordedEvent event : events) {
                new StateWriter(json).event(event);
            }
            json.writeEndArray();
            if (next != null) {
                json.writeNumberField("next", next);
            }
            json.writeEndObject();
        });
    }
}
