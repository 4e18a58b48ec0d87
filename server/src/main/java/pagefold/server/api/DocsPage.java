package pagefold.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** The contract as a page: no script, nothing from elsewhere. */
final class DocsPage {
    private static final String CONTENT_TYPE = "text/html; charset=utf-8";
    private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'";
    private static final String STYLE = """
            body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
            @media(prefers-color-scheme:dark){body{background:#181a1b;color:#ddd}a{color:#8cf}pre,code{background:#26292b}}
            pre{background:#f4f4f4;padding:.7rem;overflow-x:auto}code,pre{font-family:ui-monospace,monospace;font-size:90%}
            table{border-collapse:collapse}td,th{text-align:left;padding:.15rem 1rem .15rem 0;vertical-align:top}
            summary{cursor:pointer;padding:.2rem 0}.m{display:inline-block;width:5rem;font-weight:bold}.a{float:right;opacity:.7}
            """;
    private static final ObjectWriter PRETTY = new ObjectMapper().writerWithDefaultPrettyPrinter();

    private final StringBuilder html = new StringBuilder(1 << 16);
    private final byte[] page;

    private DocsPage(JsonNode document) {
        write(document);
        page = html.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The page of a document. */
    static DocsPage of(byte[] yaml) throws IOException {
        return new DocsPage(new YAMLMapper().readTree(yaml));
    }

    void get(RoutingContext routing) {
        routing.response().putHeader("Content-Security-Policy", POLICY);
        new Exchange(routing).send(200, CONTENT_TYPE, page);
    }

    private void write(JsonNode document) {
        JsonNode info = document.path("info");
        html.append("<!doctype html><html lang=en><meta charset=utf-8><title>")
                .append(escaped(info.path("title").asText()))
                .append("</title><meta name=viewport content='width=device-width'><style>")
                .append(STYLE)
                .append("</style><h1>")
                .append(escaped(
                        info.path("title").asText() + " " + info.path("version").asText()))
                .append("</h1>");
        text(info.path("description").asText());
        html.append("<p>As files: <a href=/openapi.yaml>openapi.yaml</a>, <a href=/asyncapi.yaml>asyncapi.yaml</a>.")
                .append("<h2>Operations</h2>");
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                if (method.getValue().has("operationId")) {
                    operation(document, path.getKey(), path.getValue().path("parameters"), method);
                }
            }
        }
        html.append("<h2>Schemas</h2>");
        for (Map.Entry<String, JsonNode> schema :
                document.path("components").path("schemas").properties()) {
            html.append("<details id='").append(escaped(schema.getKey())).append("'><summary><code>");
            html.append(escaped(schema.getKey())).append("</code></summary>");
            json(schema.getValue());
            html.append("</details>");
        }
    }

    private void operation(JsonNode document, String path, JsonNode shared, Map.Entry<String, JsonNode> method) {
        JsonNode operation = method.getValue();
        html.append("<details id='")
                .append(escaped(operation.path("operationId").asText()))
                .append("'><summary>");
        html.append("<span class=a>")
                .append(escaped(operation.path(Need.FIELD).asText()))
                .append("</span><span class=m>");
        html.append(escaped(method.getKey().toUpperCase(Locale.ROOT)))
                .append("</span><code>")
                .append(escaped(path));
        html.append("</code> &ensp;")
                .append(escaped(operation.path("summary").asText()))
                .append("</summary>");
        text(operation.path("description").asText());
        html.append("<table>");
        shared.forEach(parameter -> parameter(resolved(document, parameter)));
        operation.path("parameters").forEach(parameter -> parameter(resolved(document, parameter)));
        html.append("</table>");
        operation.path("requestBody").path("content").properties().forEach(content -> {
            html.append("<p>Body: <code>").append(escaped(content.getKey())).append("</code>");
            for (Map.Entry<String, JsonNode> example :
                    content.getValue().path("examples").properties()) {
                html.append("<p>").append(escaped(example.getKey()));
                json(example.getValue().path("value"));
            }
        });
        html.append("<table>");
        operation.path("responses").properties().forEach(response -> {
            JsonNode body = resolved(document, response.getValue());
            html.append("<tr><td><code>").append(escaped(response.getKey())).append("</code><td>");
            html.append(escaped(body.path("description").asText())).append("<td>");
            body.path("content").properties().forEach(this::content);
        });
        html.append("</table></details>");
    }

    private void content(Map.Entry<String, JsonNode> content) {
        html.append("<code>").append(escaped(content.getKey())).append("</code> ");
        String schema = content.getValue().path("schema").path("$ref").asText();
        if (!schema.isEmpty()) {
            String name = escaped(schema.substring(schema.lastIndexOf('/') + 1));
            html.append("<a href='#").append(name).append("'>").append(name).append("</a> ");
        }
    }

    private void parameter(JsonNode parameter) {
        html.append("<tr><td><code>")
                .append(escaped(parameter.path("name").asText()))
                .append("</code><td>");
        html.append(escaped(parameter.path("in").asText()));
        html.append(parameter.path("required").asBoolean() ? ", required" : "").append("<td>");
        html.append(escaped(parameter.path("description").asText()));
        if (parameter.has("example")) {
            html.append(" <code>")
                    .append(escaped(parameter.path("example").asText()))
                    .append("</code>");
        }
    }

    private static JsonNode resolved(JsonNode document, JsonNode node) {
        String reference = node.path("$ref").asText();
        return reference.startsWith("#") ? document.at(reference.substring(1)) : node;
    }

    private void text(String description) {
        for (String paragraph : description.split("\n\n")) {
            if (!paragraph.isBlank()) {
                html.append("<p>").append(escaped(paragraph).replaceAll("`([^`]+)`", "<code>$1</code>"));
            }
        }
    }

    private void json(JsonNode node) {
        try {
            String shown = node.isTextual() ? node.asText() : PRETTY.writeValueAsString(node);
            html.append("<pre>").append(escaped(shown)).append("</pre>");
        } catch (IOException e) {
            throw new IllegalStateException("expected to write JSON to memory, but it failed", e);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;");
    }
}
