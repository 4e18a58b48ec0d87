package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The document of the streams, asyncapi.yaml, and the server. */
class AsyncApiTest {
    private static final JsonNode DOCUMENT = document("asyncapi.yaml");

    @TempDir
    private Path data;

    private static JsonNode document(String name) {
        try {
            return new YAMLMapper().readTree(Contract.resource(name));
        } catch (IOException e) {
            throw new IllegalStateException("expected YAML in " + name + ", but: " + e, e);
        }
    }

    /** A node with its references followed; there are no circles. */
    private static JsonNode resolved(JsonNode node) {
        if (node.has("$ref")) {
            String target = node.path("$ref").asText();
            JsonNode found = DOCUMENT.at(JsonPointer.compile(target.substring(1)));
            assertThat(found.isMissingNode()).as(target).isFalse();
            return resolved(found);
        }
        if (node instanceof ObjectNode object) {
            ObjectNode copy = object.objectNode();
            object.properties().forEach(field -> copy.set(field.getKey(), resolved(field.getValue())));
            return copy;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode copy = array.arrayNode();
            array.forEach(item -> copy.add(resolved(item)));
            return copy;
        }
        return node;
    }

    private static JsonNode message(String name) {
        return resolved(DOCUMENT.path("components").path("messages").path(name));
    }

    private static void check(JsonNode payload, String message) {
        Validator validator = Validator.create(
                JsonSchema.of(new JsonObject(message(message).path("payload").toString())),
                new JsonSchemaOptions().setDraft(Draft.DRAFT202012).setBaseUri("https://pagefold.example"));
        OutputUnit result = validator.validate(new JsonObject(payload.toString()));
        assertThat(result.getValid())
                .as("%s: %s %s", message, payload, result.getErrors())
                .isTrue();
    }

    @Test
    void every_part_is_there_and_every_example_fits_its_schema() {
        assertThat(DOCUMENT.path("asyncapi").asText()).isEqualTo("3.0.0");
        resolved(DOCUMENT);
        Set<String> used = new HashSet<>();
        DOCUMENT.path("operations").forEach(operation -> {
            assertThat(operation.path("action").asText()).isIn("send", "receive");
            String channel = operation.path("channel").path("$ref").asText();
            operation.path("messages").forEach(message -> {
                assertThat(message.path("$ref").asText()).startsWith(channel + "/messages/");
                used.add(message.path("$ref").asText().replaceFirst(".*/", ""));
            });
        });
        Set<String> all = new HashSet<>();
        DOCUMENT.path("components").path("messages").fieldNames().forEachRemaining(all::add);

        assertThat(used).isEqualTo(all);
        for (String name : all) {
            JsonNode examples = message(name).path("examples");
            assertThat(examples).as(name).isNotEmpty();
            examples.forEach(example -> check(example.path("payload"), name));
        }
    }

    @Test
    void its_addresses_are_operations_of_the_other_contract() {
        JsonNode paths = document("openapi.yaml").path("paths");
        List<String> operations = new ArrayList<>();

        DOCUMENT.path("channels")
                .forEach(channel ->
                        operations.add(paths.path(channel.path("address").asText())
                                .path("get")
                                .path("operationId")
                                .asText()));

        assertThat(operations).containsExactly("streamEvents", "openSocket");
    }

    @Test
    void its_examples_work_and_what_the_server_sends_is_in_it() throws IOException {
        try (TestServer server = TestServer.start(data)) {
            server.create("demo", "arm64", "4k-48");
            assertThat(server.get("/asyncapi.yaml").text()).startsWith("asyncapi: 3.0.0");
            Set<String> seen = new HashSet<>();
            try (SocketClient client = new SocketClient(server.uri("/v1/simulations/demo/socket"))) {
                for (String name : List.of("commands", "subscribe", "unsubscribe")) {
                    for (JsonNode example : message(name).path("examples")) {
                        client.send(example.path("payload").toString());
                        JsonNode answer = client.next();
                        while (answer.path("type").asText().equals("events")) {
                            check(answer, "events");
                            seen.add("events");
                            answer = client.next();
                        }
                        check(answer, answer.path("type").asText());
                        seen.add(answer.path("type").asText());
                        if (answer.path("type").asText().equals("subscribed") && !seen.contains("events")) {
                            // The first example asks for everything: what it is sent comes in its own time.
                            JsonNode events = client.next();
                            check(events, "events");
                            seen.add("events");
                        }
                    }
                }
            }

            assertThat(seen).containsExactlyInAnyOrder("accepted", "subscribed", "unsubscribed", "events", "refused");
        }
    }
}
