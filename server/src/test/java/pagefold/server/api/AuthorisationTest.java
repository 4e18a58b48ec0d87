package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestTokens.bearer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.access.Keys;
import pagefold.server.api.TestServer.Reply;

/** Every operation of the contract for every kind of caller. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuthorisationTest {
    /** What callers have, from nothing to the most; each may do what is listed here, and nothing else. */
    private static final Map<String, Set<String>> MAY = Map.of(
            "nobody", Set.of("none"),
            "other's owner", Set.of("none", "user"),
            "admin", Set.of("none", "user", "admin"),
            "viewer", Set.of("none", "user", "viewer"),
            "operator", Set.of("none", "user", "viewer", "operator"),
            "owner", Set.of("none", "user", "viewer", "operator", "owner"));

    private static final Map<String, List<String>> GRANTS = Map.of(
            "other's owner", List.of("owner:other", "owner:s2*"),
            "admin", List.of("admin"),
            "viewer", List.of("viewer:s"),
            "operator", List.of("operator:s"),
            "owner", List.of("owner:s*"));

    private final TestTokens keys = new TestTokens(Keys.ES256);
    private TestServer server;

    @BeforeAll
    void start(@TempDir Path data) throws IOException {
        server = TestServer.start(data, keys.access());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private record Operation(String id, String method, String path, String need) {}

    private static List<Operation> operations() throws IOException {
        List<Operation> operations = new ArrayList<>();
        JsonNode paths =
                new YAMLMapper().readTree(Contract.resource(Contract.RESOURCE)).path("paths");
        paths.properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    if (method.getValue().has("operationId")) {
                        operations.add(new Operation(
                                method.getValue().path("operationId").asText(),
                                method.getKey().toUpperCase(java.util.Locale.ROOT),
                                path.getKey(),
                                method.getValue().path("x-pagefold-access").asText()));
                    }
                }));
        assertThat(operations).hasSizeGreaterThan(20);
        return operations;
    }

    /** Required parameters of the operations that have some. */
    private static String query(String operation) {
        return switch (operation) {
            case "getWalk", "getShowPte" -> "?va=0x1000";
            case "getComparison", "compareFile" -> "?with=arm64:16k-47";
            case "getDifferences" -> "?right=arm64:16k-47";
            // Nothing of that kind is there; an event stream would not end.
            case "streamEvents" -> "?from=999";
            default -> "";
        };
    }

    @TestFactory
    List<DynamicTest> an_operation_is_for_those_who_may_and_nobody_else() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        Map<String, String> tokens = new LinkedHashMap<>();
        GRANTS.forEach((who, grants) -> tokens.put(who, keys.token(who, grants.toArray(String[]::new))));
        for (Operation operation : operations()) {
            MAY.forEach((who, may) -> tests.add(DynamicTest.dynamicTest(operation.id() + " for " + who, () -> {
                makeSimulation();
                Reply reply = send(operation, tokens.get(who));

                assertThat(operation.need()).isIn("none", "user", "viewer", "operator", "owner", "admin");
                if (may.contains(operation.need())) {
                    assertThat(reply.status()).as(reply.text()).isNotIn(401, 403, 500);
                } else if (who.equals("nobody")) {
                    assertThat(reply.status()).isEqualTo(401);
                    assertThat(reply.problem()).isEqualTo("unauthenticated");
                    assertThat(reply.header("WWW-Authenticate")).startsWith("Bearer");
                } else {
                    assertThat(reply.status()).as(reply.text()).isEqualTo(403);
                    assertThat(reply.problem()).isEqualTo("forbidden");
                }
            })));
        }
        return tests;
    }

    private void makeSimulation() throws IOException {
        Reply made = server.post(
                "/v1/simulations",
                TestServer.JSON,
                "{\"name\":\"s\",\"plugin\":\"arm64\",\"profile\":\"4k-48\"}",
                bearer(keys.token("maker", "owner:*")));
        assertThat(made.status()).isIn(201, 409);
    }

    private Reply send(Operation operation, String token) throws IOException {
        String path = operation
                .path()
                .replace("{simulation}", "s")
                .replace("{space}", "u")
                .replace("{position}", "1")
                .replace("{address}", "0x40000000")
                .replaceAll("\\{[a-z]+}", "x");
        BodyPublisher body = BodyPublishers.noBody();
        List<String> headers = new ArrayList<>();
        if (token != null) {
            headers.addAll(List.of(bearer(token)));
        }
        if (operation.method().equals("POST")) {
            headers.addAll(List.of("Content-Type", TestServer.JSON));
            body = BodyPublishers.ofString(
                    switch (operation.id()) {
                        case "createSimulation" -> "{\"name\":\"s1\",\"plugin\":\"arm64\",\"profile\":\"4k-48\"}";
                        case "postSwap" -> "{\"plugin\":\"arm64\",\"profile\":\"4k-39\"}";
                        default -> "{\"type\":\"annotate\",\"text\":\"x\"}";
                    });
        }
        return server.send(operation.method(), path + query(operation.id()), body, headers.toArray(String[]::new));
    }
}
