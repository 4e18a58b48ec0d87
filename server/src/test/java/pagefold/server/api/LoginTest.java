package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static pagefold.server.api.TestServer.remark;
import static pagefold.server.api.TestTokens.bearer;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.server.access.Keys;
import pagefold.server.access.UserLimits;
import pagefold.server.api.TestServer.Reply;

/** Tokens, what they are believed, and what one user may take. */
class LoginTest {
    @TempDir
    private Path data;

    @Test
    void a_server_that_others_can_reach_does_not_start_without_a_login() {
        assertThatThrownBy(() -> PagefoldServer.start(new ServerOptions("0.0.0.0", 0, data)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no login");
    }

    @Test
    void a_server_that_others_can_reach_starts_with_a_login() throws IOException {
        TestTokens keys = new TestTokens(Keys.EDDSA);
        try (PagefoldServer server = PagefoldServer.start(new ServerOptions("0.0.0.0", 0, data, keys.access()))) {
            assertThat(server.port()).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {Keys.ES256, Keys.EDDSA})
    void a_token_is_believed_when_it_is_signed_with_the_key_and_nothing_in_it_was_changed(String algorithm)
            throws IOException {
        TestTokens keys = new TestTokens(algorithm);
        try (TestServer server = TestServer.start(data, keys.access())) {
            String token = keys.token("ann", "viewer:*");
            String[] parts = token.split("\\.");
            String changed = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
                    .replace("viewer", "owner");
            String forged = parts[0] + "."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(changed.getBytes(StandardCharsets.UTF_8))
                    + "." + parts[2];
            String unsigned = Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString("{\"typ\":\"JWT\",\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8))
                    + "." + parts[1] + ".";

            assertThat(server.get("/v1/simulations", bearer(token)).status()).isEqualTo(200);
            for (String bad : List.of(
                    forged,
                    unsigned,
                    new TestTokens(algorithm).token("ann", "viewer:*"),
                    token + "A",
                    token + "=",
                    token + "!",
                    parts[0] + ".=" + parts[1] + "." + parts[2],
                    parts[0] + "." + parts[1],
                    "nonsense",
                    "a.b.c",
                    "",
                    "x".repeat(9000))) {
                Reply reply = server.get("/v1/simulations", bearer(bad));
                assertThat(reply.status()).as(bad).isIn(401, 431);
            }
            assertThat(server.get("/v1/simulations", "Authorization", "Basic YTpi")
                            .status())
                    .isEqualTo(401);
        }
    }

    @Test
    void a_token_with_extensions_that_must_be_known_is_not_believed() throws IOException {
        TestTokens keys = new TestTokens(Keys.ES256);
        try (TestServer server = TestServer.start(data, keys.access())) {
            String known = keys.tokenWithHeader("kid", "1", "ann", "viewer:*");
            String critical = keys.tokenWithHeader("crit", new JsonArray(List.of("b64")), "ann", "viewer:*");

            assertThat(server.get("/v1/simulations", bearer(known)).status()).isEqualTo(200);
            assertThat(server.get("/v1/simulations", bearer(critical)).status()).isEqualTo(401);
        }
    }

    @Test
    void of_two_headers_with_tokens_none_is_believed() throws IOException {
        TestTokens keys = new TestTokens(Keys.ES256);
        try (TestServer server = TestServer.start(data, keys.access())) {
            String good = "Bearer " + keys.token("ann", "viewer:*");

            Reply reply = server.get("/v1/simulations", "Authorization", good, "Authorization", "Bearer nonsense");

            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.json().path("detail").asText()).contains("2 Authorization headers");
        }
    }

    @Test
    void who_may_not_ask_does_not_learn_what_was_wrong_with_the_question() throws IOException {
        TestTokens keys = new TestTokens(Keys.ES256);
        try (TestServer server = TestServer.start(data, keys.access())) {
            String malformed = "/v1/simulations/s/events?from=x";

            assertThat(server.get(malformed).status()).isEqualTo(401);
            assertThat(server.get(malformed, bearer(keys.token("ann", "viewer:other")))
                            .status())
                    .isEqualTo(403);
            assertThat(server.get(malformed, bearer(keys.token("ann", "viewer:s")))
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void a_token_ends_and_a_stream_with_it() throws IOException {
        TestTokens keys = new TestTokens(Keys.EDDSA);
        try (TestServer server = TestServer.start(data, keys.access());
                SseClient clients = new SseClient()) {
            server.create("s", "arm64", "4k-48", bearer(keys.token("ann", "owner:*")));
            String token = keys.token(3, "ann", "owner:*");
            SseClient.Stream stream = clients.behind(server.uri("/v1/simulations/s/events/stream"), 0, bearer(token));
            await().atMost(Duration.ofMinutes(1)).until(() -> stream.position() == 1);

            await().atMost(Duration.ofMinutes(1)).until(stream::hasEnded);

            assertThat(server.get("/v1/simulations", bearer(token)).status()).isEqualTo(401);
        }
    }

    @Test
    void the_log_says_who_has_sent_what_also_over_a_socket_and_after_a_restart() throws IOException {
        TestTokens keys = new TestTokens(Keys.ES256);
        try (TestServer server = TestServer.start(data, keys.access())) {
            server.create("s", "arm64", "4k-48", bearer(keys.token("ann", "owner:*")));
            server.command("s", remark("one"), bearer(keys.token("bob", "operator:s")));
            server.stream("s", remark("two") + "\n", bearer(keys.token("cleo", "operator:*")));
            try (SocketClient socket =
                    new SocketClient(server.uri("/v1/simulations/s/socket"), bearer(keys.token("dan", "operator:*")))) {
                socket.send("{\"type\":\"commands\",\"commands\":" + remark("three") + "}");
                assertThat(socket.text()).contains("accepted");
            }
        }
        try (TestServer server = TestServer.start(data, keys.access())) {
            String[] viewer = bearer(keys.token("eve", "viewer:*"));
            JsonNode events =
                    server.get("/v1/simulations/s/events", viewer).json().path("events");

            assertThat(events.findValuesAsText("actor")).containsExactly("ann", "bob", "cleo", "dan");
            assertThat(server.get("/v1/simulations", viewer)
                            .json()
                            .path("simulations")
                            .path(0)
                            .path("creator")
                            .asText())
                    .isEqualTo("ann");
        }
    }

    @Test
    void a_list_has_what_its_reader_may_see() throws IOException {
        TestTokens keys = new TestTokens(Keys.ES256);
        try (TestServer server = TestServer.start(data, keys.access())) {
            String[] owner = bearer(keys.token("ann", "owner:*"));
            for (String name : List.of("a1", "a2", "b1")) {
                server.create(name, "arm64", "4k-48", owner);
            }

            Reply seen = server.get("/v1/simulations", bearer(keys.token("bob", "viewer:a*", "operator:none")));

            assertThat(seen.json().findValuesAsText("name")).containsExactly("a1", "a2");
            assertThat(server.post(
                                    "/v1/simulations",
                                    TestServer.JSON,
                                    "{\"name\":\"b2\",\"plugin\":\"arm64\",\"profile\":\"4k-48\"}",
                                    bearer(keys.token("bob", "owner:a*")))
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void a_viewer_may_listen_on_a_socket_and_not_command() throws IOException {
        TestTokens keys = new TestTokens(Keys.ES256);
        try (TestServer server = TestServer.start(data, keys.access())) {
            server.create("s", "arm64", "4k-48", bearer(keys.token("ann", "owner:*")));
            try (SocketClient socket =
                    new SocketClient(server.uri("/v1/simulations/s/socket"), bearer(keys.token("bob", "viewer:s")))) {
                socket.send("{\"type\":\"subscribe\"}");
                socket.send("{\"type\":\"commands\",\"id\":\"x\",\"commands\":" + remark("no") + "}");

                assertThat(List.of(socket.text(), socket.text()))
                        .anyMatch(text -> text.contains("subscribed"))
                        .anyMatch(text -> text.contains("urn:pagefold:problem:forbidden"));
            }
        }
    }

    @Test
    void more_requests_than_a_user_may_send_are_refused_and_those_of_others_are_not() throws IOException {
        TestTokens keys = new TestTokens(Keys.ES256);
        try (TestServer server = TestServer.start(data, keys.access(new UserLimits(5, 0, 0, 0, 0)))) {
            String[] greedy = bearer(keys.token("ann", "viewer:*"));
            Reply reply = server.get("/v1/simulations", greedy);
            for (int i = 0; i < 10_000 && reply.status() == 200; i++) {
                reply = server.get("/v1/simulations", greedy);
            }

            assertThat(reply.status()).isEqualTo(429);
            assertThat(reply.problem()).isEqualTo("too-many-requests");
            assertThat(reply.header("Retry-After")).isEqualTo("1");
            assertThat(server.get("/v1/simulations", bearer(keys.token("bob", "viewer:*")))
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void more_commands_than_a_user_may_send_are_refused_whole_and_in_a_stream_from_there_on() throws IOException {
        TestTokens keys = new TestTokens(Keys.ES256);
        try (TestServer server = TestServer.start(data, keys.access(new UserLimits(0, 10, 0, 0, 0)))) {
            server.create("s", "arm64", "4k-48", bearer(keys.token("maker", "owner:*")));
            String[] ann = bearer(keys.token("ann", "operator:*"));

            Reply first = server.stream("s", (remark("x") + "\n").repeat(5000), ann);
            Reply second = server.command("s", remark("y"), ann);

            // The first chunk has 4,096 commands; it may be more than a second's worth, and has to be made up for.
            assertThat(first.lines().getFirst().path("commands").asLong()).isEqualTo(4096);
            assertThat(first.lines().getLast().path("type").asText())
                    .isEqualTo("urn:pagefold:problem:too-many-requests");
            assertThat(second.status()).isEqualTo(429);
            assertThat(server.get("/v1/simulations/s", ann).header("ETag")).isEqualTo("\"4097\"");
        }
    }

    @Test
    void quotas_hold_to_the_last_event_and_simulation() throws IOException {
        TestTokens keys = new TestTokens(Keys.ES256);
        try (TestServer server = TestServer.start(data, keys.access(new UserLimits(0, 0, 2, 4, 0)))) {
            String[] ann = bearer(keys.token("ann", "owner:*"));
            server.create("s", "arm64", "4k-48", ann);
            server.create("t", "arm64", "4k-48", ann);

            Reply third = server.post(
                    "/v1/simulations",
                    TestServer.JSON,
                    "{\"name\":\"u\",\"plugin\":\"arm64\",\"profile\":\"4k-48\"}",
                    ann);
            Reply two = server.command("s", "[" + remark("a") + "," + remark("b") + "]", ann);
            Reply beyond = server.command("s", "[" + remark("c") + "," + remark("d") + "]", ann);
            Reply refused = server.command("s", TestServer.unmap("none", 0, 0x1000), ann);
            Reply last = server.command("s", remark("c"), ann);
            Reply over = server.command("s", remark("d"), ann);

            assertThat(third.status()).isEqualTo(403);
            assertThat(third.problem()).isEqualTo("quota-exceeded");
            assertThat(two.status()).isEqualTo(201);
            assertThat(beyond.problem()).isEqualTo("quota-exceeded");
            assertThat(beyond.text()).contains("\"limit\":4", "\"used\":3");
            assertThat(refused.status()).isEqualTo(422);
            assertThat(last.status()).isEqualTo(201);
            assertThat(over.problem()).isEqualTo("quota-exceeded");
            server.send("DELETE", "/v1/simulations/s", java.net.http.HttpRequest.BodyPublishers.noBody(), ann);
            server.create("s", "arm64", "4k-48", ann);
            assertThat(server.command("s", remark("a"), ann).status()).isEqualTo(201);
        }
    }

    @Test
    void a_simulation_whose_tables_take_too_much_may_only_shrink() throws IOException {
        TestTokens keys = new TestTokens(Keys.ES256);
        try (TestServer server = TestServer.start(data, keys.access(new UserLimits(0, 0, 0, 0, 8192)))) {
            String[] ann = bearer(keys.token("ann", "owner:*"));
            server.create("s", "arm64", "4k-48", ann);
            server.command("s", TestServer.createSpace("u"), ann);
            server.command("s", TestServer.map("u", 0x1000, 0x1000), ann);
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> server.command("s", remark("may I?"), ann).status() == 403);

            Reply shrinks = server.command("s", TestServer.unmap("u", 0x1000, 0x1000), ann);

            assertThat(shrinks.status()).isEqualTo(201);
        }
    }
}
