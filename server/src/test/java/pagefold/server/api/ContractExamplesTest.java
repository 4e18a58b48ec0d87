package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.validation.ResponseValidator;
import io.vertx.openapi.validation.ValidatableResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;

/** Every example in openapi.yaml, sent to a server; what comes back must be what the document says. */
class ContractExamplesTest {
    /** What is made first and removed last; all others read. */
    private static final List<String> FIRST = List.of("createSimulation", "postCommands");

    private static final String LAST = "deleteSimulation";
    /** A document has no example of a jar: PluginsTest sends jars and takes them away. */
    private static final Set<String> OF_JARS = Set.of("addPlugin", "retirePlugin");

    @TempDir
    private Path data;

    private final Vertx vertx = Vertx.vertx();
    private TestServer server;
    private JsonNode document;
    private ResponseValidator validator;

    private record Call(String operation, String method, String path, String type, String body) {}

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(data);
        document = new YAMLMapper().readTree(Contract.resource(Contract.RESOURCE));
        OpenAPIContract contract = Contract.read()
                .forRouter(vertx)
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        validator = ResponseValidator.create(vertx, contract);
    }

    @AfterEach
    void stop() {
        vertx.close();
        server.close();
    }

    @Test
    void every_example_is_taken_and_answered_as_the_document_says() throws Exception {
        List<Call> calls = calls();
        List<String> done = new ArrayList<>();

        for (String operation : FIRST) {
            for (Call call : calls) {
                if (call.operation().equals(operation)) {
                    run(call);
                    done.add(operation);
                }
            }
        }
        for (Call call : calls) {
            if (!FIRST.contains(call.operation()) && !call.operation().equals(LAST)) {
                run(call);
                done.add(call.operation());
            }
        }
        run(calls.stream()
                .filter(call -> call.operation().equals(LAST))
                .findFirst()
                .orElseThrow());

        assertThat(done).contains("getWalk", "getStats", "postCommands", "createSimulation", "getDocs");
    }

    private void run(Call call) throws Exception {
        if (call.operation().equals("streamEvents")) {
            try (SseClient clients = new SseClient()) {
                SseClient.Stream stream = clients.behind(server.uri(call.path()), 0);
                await().atMost(Duration.ofMinutes(1)).until(() -> stream.position() > 0);
            }
            return;
        }
        Reply reply = call.body().isEmpty()
                ? server.send(call.method(), call.path(), BodyPublishers.noBody())
                : server.post(call.path(), call.type(), call.body());
        if (call.operation().equals("openSocket")) {
            assertThat(reply.status()).isEqualTo(426);
            return;
        }
        if (call.operation().equals("getCheckWx")) {
            // The space of the examples is a process's, and the kernel checks its own alone.
            assertThat(reply.status()).isEqualTo(409);
            return;
        }
        assertThat(reply.status()).as("%s: %s", call, reply.text()).isBetween(200, 299);
        if (reply.header("Content-Type").equals(TestServer.JSON)) {
            validator
                    .validate(
                            ValidatableResponse.create(
                                    reply.status(),
                                    Map.of("etag", reply.header("ETag"), "location", reply.header("Location")),
                                    Buffer.buffer(reply.response().body()),
                                    reply.header("Content-Type")),
                            call.operation())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private List<Call> calls() throws IOException {
        List<Call> calls = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                if (method.getValue().has("operationId")) {
                    add(calls, path.getKey(), path.getValue(), method);
                }
            }
        }
        return calls;
    }

    private void add(List<Call> calls, String path, JsonNode item, Map.Entry<String, JsonNode> method)
            throws IOException {
        JsonNode operation = method.getValue();
        String id = operation.path("operationId").asText();
        if (OF_JARS.contains(id)) {
            return;
        }
        String uri = path;
        char separator = '?';
        for (JsonNode parameter : parameters(item, operation)) {
            String name = parameter.path("name").asText();
            String example = parameter.path("example").asText();
            if (parameter.path("required").asBoolean()) {
                assertThat(example).as("an example of " + name + " of " + id).isNotEmpty();
            }
            if (parameter.path("in").asText().equals("path")) {
                uri = uri.replace("{" + name + "}", example);
            } else if (parameter.path("in").asText().equals("query") && !example.isEmpty()) {
                uri += separator + name + "=" + URLEncoder.encode(example, StandardCharsets.UTF_8);
                separator = '&';
            }
        }
        String verb = method.getKey().toUpperCase(java.util.Locale.ROOT);
        JsonNode bodies = operation.path("requestBody").path("content");
        if (bodies.isMissingNode()) {
            calls.add(new Call(id, verb, uri, "", ""));
        }
        for (Map.Entry<String, JsonNode> body : bodies.properties()) {
            assertThat(body.getValue().path("examples")).as("examples of " + id).isNotEmpty();
            for (JsonNode example : body.getValue().path("examples")) {
                JsonNode value = example.path("value");
                calls.add(
                        new Call(id, verb, uri, body.getKey(), value.isTextual() ? value.asText() : value.toString()));
            }
        }
    }

    private List<JsonNode> parameters(JsonNode item, JsonNode operation) {
        List<JsonNode> all = new ArrayList<>();
        for (JsonNode part : List.of(item.path("parameters"), operation.path("parameters"))) {
            part.forEach(parameter -> {
                String reference = parameter.path("$ref").asText();
                all.add(reference.isEmpty() ? parameter : document.at(reference.substring(1)));
            });
        }
        return all;
    }

    @Test
    void the_page_has_every_operation_and_nothing_from_elsewhere() throws IOException {
        Reply page = server.get("/docs");

        assertThat(page.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(page.header("Content-Security-Policy")).startsWith("default-src 'none'");
        for (Call call : calls()) {
            assertThat(page.text()).contains("id='" + call.operation() + "'");
        }
        assertThat(page.text()).doesNotContain("<script", "src=", "@import", "<link", "url(");
    }
}
