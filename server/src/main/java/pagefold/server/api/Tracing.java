package pagefold.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.PluginBinding;
import pagefold.model.Privilege;
import pagefold.server.history.Origin;
import pagefold.server.history.Origins;
import pagefold.server.log.RecordedEvent;
import pagefold.server.watch.PluginThreads;
import pagefold.server.watch.Watchdog;
import pagefold.server.wire.WireText;

/** Questions to whole histories. */
final class Tracing {
    private final Origins origins;
    private final Views views;
    private final Background background;

    Tracing(Watchdog watchdog, Origins origins, Views views) {
        this.origins = origins;
        this.views = views;
        // One at a time: each takes a processor and the memory of two models.
        this.background = new Background(new PluginThreads(
                watchdog, "pagefold-history", 1, "questions about the origin of words", Origins.MAX_WAITING));
    }

    void why(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        String name = exchange.simulation();
        Long at = exchange.at();
        PluginBinding under = views.asked(exchange);
        Origins.Question question = new Origins.Question(
                exchange.space(),
                exchange.query("stage2"),
                Reads.virtualAddress(exchange),
                Reads.word(exchange, "access", WireText.ACCESSES, Access.READ),
                Reads.word(exchange, "privilege", WireText.PRIVILEGES, Privilege.PRIVILEGED));
        background.answer(
                exchange, () -> origins.find(name, at, under, question), origin -> json -> write(json, origin));
    }

    private static void write(JsonGenerator json, Origin origin) throws IOException {
        StateWriter state = new StateWriter(json);
        json.writeStartObject();
        json.writeNumberField("position", origin.position());
        json.writeObjectFieldStart("binding");
        state.binding(origin.binding());
        json.writeEndObject();
        state.walk(origin.walk(), step -> {
            Origin.Word word = origin.words().get(step);
            event(json, "written", word.written());
            event(json, "made", word.made());
        });
        json.writeNumberField("count", origin.count());
        json.writeArrayFieldStart("shaped");
        for (RecordedEvent event : origin.shaped()) {
            state.event(event);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void event(JsonGenerator json, String name, @Nullable RecordedEvent event) throws IOException {
        if (event != null) {
            json.writeFieldName(name);
            new StateWriter(json).event(event);
        }
    }
}
