package pagefold.server.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pagefold.model.MemoryCommand;
import pagefold.model.PluginBinding;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.server.space.CommandUnit;
import pagefold.server.space.UnitAnswer;
import pagefold.server.wire.MalformedJson;
import pagefold.server.wire.WireJson;
import pagefold.server.wire.WireText;

/** The selection of another plugin, or what would become of it. */
final class Swapping {
    private final Admission admission;
    private final Views views;
    private final Comparing comparing;

    Swapping(PagefoldServer.Parts parts) {
        this.admission = parts.admission();
        this.views = parts.views();
        this.comparing = parts.comparing();
    }

    void post(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        String name = exchange.simulation();
        boolean dryRun = exchange.flag("dryRun");
        RequestHeaders headers = RequestHeaders.of(exchange);
        if (!BodyReader.mediaType(exchange).equals(Json.CONTENT_TYPE)) {
            throw new Problem.Exception(
                    Problems.ofStatus(415, routing.request().path()).with("accepted", List.of(Json.CONTENT_TYPE)));
        }
        BodyReader.read(exchange, WireJson.MAX_DOCUMENT_BYTES, body -> {
            PluginBinding to = binding(body);
            if (dryRun) {
                comparing.swapReport(exchange, name, to);
            } else {
                swap(
                        exchange,
                        name,
                        to,
                        new CommandUnit(
                                List.of(new MemoryCommand.SelectPlugin(to)),
                                headers.expected(),
                                headers.ids(RequestHeaders.sha256().digest(body.getBytes())),
                                null));
            }
        });
    }

    private PluginBinding binding(Buffer body) {
        Map<String, String> fields;
        try {
            fields = WireJson.decode(body.getBytes(), Catalogue::strings);
        } catch (MalformedJson e) {
            throw new Problem.Exception(Problems.of(e));
        }
        if (fields.containsKey("name")) {
            throw new Problem.Exception(
                    Problems.of(new MalformedJson("name", "no name, since it is in the path", "one")));
        }
        String plugin = Catalogue.required(fields, "plugin");
        String profile = Catalogue.required(fields, "profile");
        String version = fields.containsKey("version") ? Catalogue.required(fields, "version") : null;
        Coarsening coarsening = Catalogue.coarsening(fields);
        return views.binding(plugin, version, profile, coarsening);
    }

    private void swap(Exchange exchange, String name, PluginBinding to, CommandUnit unit) {
        exchange.then(admission.submit(exchange.caller(), name, unit), answer -> {
            if (answer instanceof UnitAnswer.Accepted(long first, long last, boolean repeated)) {
                accepted(exchange, name, to, last);
            } else if (answer instanceof UnitAnswer.SwapRefused) {
                exchange.then(
                        comparing.suggestions(name, to),
                        others -> exchange.send(problem(answer)
                                .with(
                                        "suggested",
                                        others.stream().map(Swapping::fields).toList())));
            } else {
                exchange.send(problem(answer));
            }
        });
    }

    private static void accepted(Exchange exchange, String name, PluginBinding to, long position) {
        exchange.routing()
                .response()
                .putHeader(HttpHeaders.ETAG, Exchange.etag(position))
                .putHeader(HttpHeaders.LOCATION, "/v1/simulations/" + name + "/events?from=" + position);
        exchange.send(201, Json.CONTENT_TYPE, Json.line(json -> {
            json.writeStartObject();
            json.writeNumberField("position", position);
            new StateWriter(json).binding(to);
            json.writeEndObject();
        }));
    }

    private static Problem problem(UnitAnswer answer) {
        Problem problem = Problems.of(answer, 1);
        if (problem == null) {
            throw new IllegalStateException("expected a unit that was not accepted, but it was: " + answer);
        }
        return problem;
    }

    private static Map<String, Object> fields(PluginBinding binding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("plugin", binding.plugin());
        fields.put("version", binding.version());
        fields.put("profile", binding.profile());
        fields.put("coarsening", WireText.text(binding.coarsening()));
        return fields;
    }
}
