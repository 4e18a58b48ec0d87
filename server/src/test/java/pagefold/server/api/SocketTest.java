package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;
import static pagefold.server.api.TestServer.remark;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;

/** Two-way clients. */
class SocketTest {
    @TempDir
    private Path data;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(data);
        server.create("s", "arm64", "4k-48");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private SocketClient open() {
        return new SocketClient(server.uri("/v1/simulations/s/socket"));
    }

    private static String commands(String id, String... commands) {
        return "{\"type\":\"commands\",\"id\":\"" + id + "\",\"commands\":[" + String.join(",", commands) + "]}";
    }

    @Test
    void commands_are_answered_by_their_ids_in_order() throws IOException {
        try (SocketClient client = open()) {
            client.send(commands("a", createSpace("u")));
            client.send(commands("b", map("u", 0x1000, 0x1000), map("u", 0x4000, 0x1000)));
            client.send(commands("c", map("u", 0x1000, 0x1000)));
            client.send(commands("d", remark("still here")));

            assertThat(client.text())
                    .isEqualTo("{\"type\":\"accepted\",\"id\":\"a\",\"first\":2,\"position\":2,\"commands\":1}");
            assertThat(client.text())
                    .isEqualTo("{\"type\":\"accepted\",\"id\":\"b\",\"first\":3,\"position\":4,\"commands\":2}");
            JsonNode refused = client.next();
            assertThat(refused.path("type").asText()).isEqualTo("refused");
            assertThat(refused.path("id").asText()).isEqualTo("c");
            assertThat(refused.path("problem").path("type").asText()).isEqualTo("urn:pagefold:problem:overlaps");
            assertThat(client.next().path("position").asLong()).isEqualTo(5);
        }
    }

    @Test
    void many_commands_may_wait_and_none_is_lost() throws IOException {
        try (SocketClient client = open()) {
            List<Long> positions = new ArrayList<>();

            for (int i = 0; i < 3000; i++) {
                client.send(commands("n" + i, remark("number " + i)));
            }
            for (int i = 0; i < 3000; i++) {
                JsonNode answer = client.next();
                assertThat(answer.path("id").asText()).isEqualTo("n" + i);
                positions.add(answer.path("position").asLong());
            }

            assertThat(positions).isSorted().doesNotHaveDuplicates().endsWith(3001L);
        }
    }

    @Test
    void a_subscription_has_everything_from_its_position_on() throws IOException {
        server.command("s", remark("one"));
        try (SocketClient client = open()) {
            client.send("{\"type\":\"subscribe\",\"id\":\"x\",\"from\":2}");
            assertThat(client.text()).isEqualTo("{\"type\":\"subscribed\",\"id\":\"x\",\"position\":1}");
            server.command("s", remark("two"));
            server.stream("s", (remark("more") + "\n").repeat(2500));

            List<Long> positions = new ArrayList<>();
            while (positions.size() < 2502) {
                JsonNode message = client.next();
                assertThat(message.path("type").asText()).isEqualTo("events");
                message.path("events")
                        .forEach(event -> positions.add(
                                event.path("data").path("position").asLong()));
            }

            for (int i = 0; i < positions.size(); i++) {
                assertThat(positions.get(i)).isEqualTo(i + 2);
            }
            client.send("{\"type\":\"subscribe\"}");
            assertThat(client.next().path("problem").path("type").asText())
                    .isEqualTo("urn:pagefold:problem:subscribed-already");
            client.send("{\"type\":\"unsubscribe\",\"id\":\"y\"}");
            assertThat(client.text()).isEqualTo("{\"type\":\"unsubscribed\",\"id\":\"y\"}");
            server.command("s", remark("unheard"));
            client.send("{\"type\":\"subscribe\",\"from\":9999}");
            assertThat(client.next().path("problem").path("type").asText())
                    .isEqualTo("urn:pagefold:problem:no-such-position");
        }
    }

    @Test
    void a_repeated_message_gets_the_first_answer_and_another_with_its_key_is_refused() throws IOException {
        String keyed =
                "{\"type\":\"commands\",\"idempotencyKey\":\"k\",\"expected\":1,\"commands\":" + remark("a") + "}";
        try (SocketClient client = open()) {
            client.send(keyed);
            client.send(keyed);
            client.send(keyed.replace("\"a\"", "\"b\""));
            client.send("{\"type\":\"commands\",\"expected\":1,\"commands\":" + remark("c") + "}");

            assertThat(client.text()).isEqualTo("{\"type\":\"accepted\",\"first\":2,\"position\":2,\"commands\":1}");
            assertThat(client.text())
                    .isEqualTo("{\"type\":\"accepted\",\"first\":2,\"position\":2,\"commands\":1,\"repeated\":true}");
            assertThat(client.text()).contains("idempotency-key-reused");
            assertThat(client.text()).contains("urn:pagefold:problem:stale", "\"position\":2");
        }
    }

    @Test
    void what_is_no_message_is_refused_and_the_socket_stays_open() throws IOException {
        try (SocketClient client = open()) {
            for (String bad : List.of(
                    "",
                    "nothing",
                    "[]",
                    "{}",
                    "{\"type\":\"commands\"}",
                    "{\"type\":\"commands\",\"commands\":[]}",
                    "{\"type\":\"commands\",\"commands\":[{}]}",
                    "{\"type\":\"commands\",\"commands\":7}",
                    "{\"type\":\"commands\",\"from\":1,\"commands\":" + remark("x") + "}",
                    "{\"type\":\"commands\",\"commands\":" + remark("x") + ",\"unknown\":1}",
                    "{\"type\":\"subscribe\",\"from\":0}",
                    "{\"type\":\"subscribe\",\"from\":1.5}",
                    "{\"type\":\"subscribe\",\"from\":99999999999999999999}",
                    "{\"type\":\"subscribe\",\"expected\":1}",
                    "{\"type\":\"unsubscribe\",\"from\":1}",
                    "{\"type\":\"unsubscribe\"} {}",
                    "{\"type\":\"unsubscribe\",\"type\":\"unsubscribe\"}",
                    "{\"type\":\"unsubscribe\",\"id\":\"\u00e4\"}",
                    "[".repeat(1000))) {
                client.send(bad);
                JsonNode answer = client.next();
                assertThat(answer.path("type").asText()).as(bad).isEqualTo("refused");
                assertThat(answer.path("problem").path("status").asInt())
                        .as(bad)
                        .isEqualTo(400);
            }
            client.send(commands("z", remark("fine")));
            assertThat(client.next().path("position").asLong()).isEqualTo(2);
        }
    }

    @Test
    void bytes_and_messages_that_are_too_large_close_the_socket() {
        try (SocketClient client = open();
                SocketClient other = open()) {
            client.sendBinary(new byte[] {1, 2, 3});
            other.sendWhole("x".repeat(SocketSession.MAX_MESSAGE_BYTES + 1));

            await().atMost(Duration.ofMinutes(1)).until(() -> client.closeCode() == 1003);
            await().atMost(Duration.ofMinutes(1)).until(() -> other.closeCode() != 0);
        }
    }

    @Test
    void a_server_that_stops_answers_what_it_was_sent_and_closes() throws IOException {
        try (SocketClient client = open()) {
            for (int i = 0; i < 100; i++) {
                client.send(commands("n" + i, remark("number " + i)));
            }
            client.text();

            server.close();

            await().atMost(Duration.ofMinutes(1)).until(() -> client.closeCode() == 1001);
        }
    }

    @Test
    void a_request_without_an_upgrade_is_a_problem() throws IOException {
        Reply plain = server.get("/v1/simulations/s/socket");

        assertThat(plain.status()).isEqualTo(426);
        assertThat(plain.problem()).isEqualTo("upgrade-required");
        assertThat(server.get("/v1/simulations/t/socket").status()).isEqualTo(426);
    }
}
