package pagefold.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding;
import pagefold.model.Privilege;
import pagefold.model.Region;
import pagefold.server.history.Bisection;
import pagefold.server.history.Bisection.Search;
import pagefold.server.history.Bisections;
import pagefold.server.history.Condition;
import pagefold.server.history.Origin;
import pagefold.server.history.Origins;
import pagefold.server.log.RecordedEvent;
import pagefold.server.watch.PluginThreads;
import pagefold.server.watch.Watchdog;
import pagefold.server.wire.WireText;
import pagefold.table.Walk;

/** Questions to whole histories. */
final class Tracing {
    private static final WireText.Words<Search> SEARCHES = WireText.words(Search.values());

    private final Origins origins;
    private final Bisections bisections;
    private final Views views;
    private final Background background;

    Tracing(Watchdog watchdog, Origins origins, Bisections bisections, Views views) {
        this.origins = origins;
        this.bisections = bisections;
        this.views = views;
        // One at a time: each takes a processor and the memory of two models.
        this.background = new Background(new PluginThreads(
                watchdog, "pagefold-history", 1, "questions to whole histories", Origins.MAX_WAITING));
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

    void bisect(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        Long at = exchange.at();
        long from = exchange.number("from", 1, at == null ? Long.MAX_VALUE : at, 1);
        Bisections.Stretch stretch = new Bisections.Stretch(exchange.simulation(), from, at, views.asked(exchange));
        Condition condition = condition(exchange);
        Search search = Reads.word(exchange, "search", SEARCHES, Search.FIRST);
        background.answer(
                exchange,
                () -> bisections.find(stretch, condition, search),
                bisection -> json -> write(json, bisection));
    }

    private static Condition condition(Exchange exchange) {
        String holds = String.valueOf(exchange.query("holds"));
        String space = Comparing.space(exchange);
        return switch (holds) {
            case "granted" -> new Condition.Granted(target(exchange, space), output(exchange), permissions(exchange));
            case "changed" -> new Condition.Changed(target(exchange, space));
            case "wx" -> new Condition.WritableExecutable(space);
            case "region" -> region(exchange, space);
            default ->
                throw new Problem.Exception(
                        Problems.invalid("holds", "Expected \"granted\", \"changed\", \"wx\" or \"region\"."));
        };
    }

    private static Condition.Target target(Exchange exchange, @Nullable String space) {
        if (space == null) {
            throw new Problem.Exception(Problems.invalid("space", "Expected the space of the address."));
        }
        return new Condition.Target(
                space,
                Reads.virtualAddress(exchange),
                Reads.word(exchange, "access", WireText.ACCESSES, Access.READ),
                Reads.word(exchange, "privilege", WireText.PRIVILEGES, Privilege.PRIVILEGED));
    }

    private static @Nullable Long output(Exchange exchange) {
        return exchange.query("output") == null ? null : exchange.address("output", 0);
    }

    private static @Nullable Permissions permissions(Exchange exchange) {
        String text = exchange.query("permissions");
        try {
            return text == null ? null : Permissions.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Problem.Exception(Problems.invalid("permissions", Problems.sentence(e)));
        }
    }

    private static Condition region(Exchange exchange, @Nullable String space) {
        String type = exchange.query("memoryType");
        MemoryType memoryType = type == null ? null : WireText.MEMORY_TYPES.of(type);
        if (type != null && memoryType == null) {
            throw new Problem.Exception(
                    Problems.invalid("memoryType", "Expected " + WireText.MEMORY_TYPES.choices() + "."));
        }
        Permissions permissions = permissions(exchange);
        if (permissions == null && memoryType == null) {
            throw new Problem.Exception(Problems.invalid("permissions", "Expected permissions, memoryType, or both."));
        }
        return new Condition.WithAttributes(space, permissions, memoryType);
    }

    private static void write(JsonGenerator json, Bisection bisection) throws IOException {
        StateWriter state = new StateWriter(json);
        json.writeStartObject();
        json.writeNumberField("from", bisection.from());
        json.writeNumberField("position", bisection.position());
        json.writeObjectFieldStart("binding");
        state.binding(bisection.binding());
        json.writeEndObject();
        json.writeNumberField("examined", bisection.examined());
        Bisection.Found found = bisection.found();
        json.writeBooleanField("found", found != null);
        if (found != null) {
            json.writeNumberField("first", found.event().position());
            event(json, "event", found.event());
            switch (found.evidence()) {
                case Bisection.OfRegion(String space, Region region) -> {
                    json.writeStringField("space", space);
                    json.writeFieldName("region");
                    state.region(region);
                }
                case Bisection.OfWalk(Walk walk) -> {
                    if (walk != null) {
                        json.writeObjectFieldStart("walk");
                        json.writeNumberField("position", found.event().position());
                        state.walk(walk);
                        json.writeEndObject();
                    }
                }
            }
        }
        json.writeEndObject();
    }

    private static void event(JsonGenerator json, String name, @Nullable RecordedEvent event) throws IOException {
        if (event != null) {
            json.writeFieldName(name);
            new StateWriter(json).event(event);
        }
    }
}
