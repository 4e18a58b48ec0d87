package pagefold.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.concurrent.Callable;
import pagefold.server.replay.Delta;
import pagefold.server.replay.Reading;
import pagefold.server.space.Simulations;
import pagefold.server.wire.ModelWriter;

/** What single events did to the tables; made when it is asked for, from the log. */
final class Deltas {
    private final Simulations simulations;

    Deltas(Simulations simulations) {
        this.simulations = simulations;
    }

    void get(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        String name = exchange.simulation();
        long position = exchange.pathNumber("position");
        if (position == 0) {
            throw new Problem.Exception(Problem.of(
                    404,
                    "no-such-position",
                    "There is no event at position 0: the first one is at 1.",
                    "requested",
                    position));
        }
        exchange.then(simulations.delta(name, position), reading -> {
            switch (reading) {
                case Reading.Failed<Delta> failed -> exchange.send(Problems.of(failed.trouble()));
                case Reading.Answered<Delta>(long at, Delta delta) -> {
                    exchange.routing().response().putHeader(HttpHeaders.ETAG, Exchange.etag(at));
                    Callable<byte[]> encoded = () -> Json.line(json -> write(json, delta));
                    exchange.then(
                            routing.vertx().executeBlocking(encoded, false),
                            bytes -> exchange.send(200, Json.CONTENT_TYPE, bytes));
                }
            }
        });
    }

    private static void write(JsonGenerator json, Delta delta) throws IOException {
        json.writeStartObject();
        json.writeNumberField("position", delta.event().position());
        json.writeFieldName("event");
        new StateWriter(json).event(delta.event());
        json.writeNumberField("words", delta.words());
        json.writeNumberField("invalidations", delta.invalidations());
        json.writeStringField("breakBeforeMake", text(delta.order()));
        json.writeBooleanField("truncated", delta.truncated());
        json.writeArrayFieldStart("changes");
        for (Delta.Change change : delta.changes()) {
            json.writeStartObject();
            write(json, change);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static String text(Delta.Order order) {
        return switch (order) {
            case Delta.Kept kept -> "ok";
            case Delta.NotJudged unknown -> "not-judged";
            case Delta.Violated(String sentence) -> sentence;
        };
    }

    private static void write(JsonGenerator json, Delta.Change change) throws IOException {
        StateWriter state = new StateWriter(json);
        switch (change) {
            case Delta.Wrote wrote -> {
                json.writeObjectFieldStart("wrote");
                state.hex("address", wrote.address());
                json.writeNumberField("level", wrote.level());
                state.hex("old", wrote.oldWord());
                state.hex("new", wrote.newWord());
                json.writeEndObject();
            }
            case Delta.Invalidated invalidated -> {
                json.writeObjectFieldStart("invalidated");
                json.writeStringField("space", invalidated.space());
                ModelWriter.writeRangeFields(json, invalidated.range());
                json.writeBooleanField("leafOnly", invalidated.leafOnly());
                json.writeEndObject();
            }
            case Delta.InvalidatedAll(String space) -> json.writeStringField("invalidatedAll", space);
        }
    }
}
