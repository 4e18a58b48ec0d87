package pagefold.server.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.server.client.PatientClient.Answer;
import pagefold.server.client.PatientClient.GaveUp;
import pagefold.server.client.PatientClient.Request;
import pagefold.server.local.FreePort;

/** What is sent again, how often and where, by servers that answer as they are told. */
class PatientClientTest {
    private static final long LONG = TimeUnit.MINUTES.toMillis(5);
    private static final Request KEYED =
            new Request("POST", "/x", Map.of("Idempotency-Key", "k"), "{}".getBytes(StandardCharsets.UTF_8));
    private static final Request UNKEYED = new Request("POST", "/x", Map.of(), KEYED.body());

    private final List<String> said = new ArrayList<>();

    private PatientClient client(long patienceMillis) {
        return new PatientClient(new PatientClient.Settings(null, LONG, patienceMillis, said::add));
    }

    private static Route to(URI... servers) {
        return new Route(List.of(servers), 0);
    }

    private static URI nobody() throws IOException {
        return URI.create("http://127.0.0.1:" + FreePort.find());
    }

    @ParameterizedTest
    @CsvSource({
        "503,node-lost",
        "503,node-unreachable",
        "503,simulation-moved",
        "503,log-unavailable",
        "503,busy",
        "429,too-many-requests",
        "504,late"
    })
    void what_passes_is_sent_again_with_the_same_key_until_it_has_passed(int status, String code) throws Exception {
        try (FakeServer server = new FakeServer(
                        FakeServer.problem(status, code, "0"),
                        FakeServer.problem(status, code, "0"),
                        FakeServer.answer(201, "{}"));
                PatientClient client = client(LONG)) {
            Answer answer = client.send(to(server.uri()), KEYED);

            assertThat(answer.status()).isEqualTo(201);
            assertThat(answer.attempts()).isEqualTo(2);
            assertThat(server.seen())
                    .hasSize(3)
                    .allMatch(seen -> seen.key().equals("k") && seen.body().equals("{}"));
            assertThat(said).as("said once").singleElement().asString().contains("status " + status);
        }
    }

    @ParameterizedTest
    @CsvSource({"400", "401", "403", "404", "409", "412", "413", "422", "500", "302", "307"})
    void what_lasts_is_sent_once(int status) throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.answer(status, "no", "Retry-After", "0", "Location", "/x"));
                PatientClient client = client(LONG)) {
            assertThat(client.send(to(server.uri()), KEYED).status()).isEqualTo(status);
            assertThat(server.seen()).as("no redirect is followed").hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503, 504})
    void what_does_not_say_that_it_passes_lasts(int status) throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.problem(status, "plugin-not-loaded"));
                PatientClient client = client(LONG)) {
            assertThat(client.send(to(server.uri()), KEYED).status()).isEqualTo(status);
            assertThat(server.seen()).hasSize(1);
        }
    }

    @Test
    void a_lost_connection_is_no_answer_to_a_read_or_to_what_has_a_key() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.broken(), FakeServer.answer(200, "{}"));
                PatientClient client = client(LONG)) {
            Answer answer = client.send(to(server.uri()), KEYED);

            assertThat(answer.isUnsure()).isTrue();
            assertThat(server.seen()).hasSize(2);
        }
    }

    @Test
    void what_has_no_key_is_sent_again_only_when_it_was_surely_not_done() throws Exception {
        try (FakeServer lost = new FakeServer(FakeServer.broken());
                FakeServer unsure = new FakeServer(FakeServer.problem(503, "node-lost", "0"));
                FakeServer moved = new FakeServer(
                        FakeServer.answer(503, "", "Retry-After", "0", "Pagefold-Moved", "true"),
                        FakeServer.problem(429, "too-many-requests", "0"),
                        FakeServer.answer(201, "{}"));
                PatientClient client = client(LONG)) {
            GaveUp first = catchThrowableOfType(GaveUp.class, () -> client.send(to(lost.uri()), UNKEYED));
            GaveUp second = catchThrowableOfType(GaveUp.class, () -> client.send(to(unsure.uri()), UNKEYED));
            Answer third = client.send(to(nobody(), moved.uri()), UNKEYED);

            assertThat(List.of(first, second)).allMatch(e -> e.isUnsure() && e.attempts() == 1);
            assertThat(second.last()).extracting(Answer::status).isEqualTo(503);
            assertThat(lost.seen()).hasSize(1);
            assertThat(unsure.seen()).hasSize(1);
            assertThat(third.status()).isEqualTo(201);
            assertThat(third.isUnsure()).isFalse();
            assertThat(moved.seen()).hasSize(3);
        }
    }

    @Test
    void a_server_that_does_not_answer_is_left_for_the_next_one_and_not_asked_first_again() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.answer(200, "{}"));
                PatientClient client = client(LONG)) {
            Route route = to(nobody(), server.uri());

            assertThat(client.send(route, Request.get("/a")).attempts()).isEqualTo(1);
            assertThat(client.send(route, Request.get("/b")).attempts()).isZero();
        }
    }

    @Test
    void without_patience_there_is_one_attempt() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.problem(503, "busy", "0"));
                PatientClient client = client(0)) {
            assertThatThrownBy(() -> client.send(to(server.uri()), KEYED)).isInstanceOf(GaveUp.class);
            assertThat(server.seen()).hasSize(1);
            assertThat(said).isEmpty();
        }
    }

    @Test
    void a_server_that_always_says_later_is_given_up() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.problem(503, "log-unavailable", "0"));
                PatientClient client = client(300)) {
            GaveUp e = catchThrowableOfType(GaveUp.class, () -> client.send(to(server.uri()), KEYED));

            assertThat(e.attempts()).isEqualTo(server.seen().size()).isGreaterThan(1);
            assertThat(e.isUnsure()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1000",
        "10, 10000",
        "11, 10000",
        "999999999, 10000",
        "9999999999999999999999, 50",
        "-1, 50",
        "1.5, 50",
        "1e9, 50",
        "0x10, 50",
        "'Fri, 31 Dec 2999 23:59:59 GMT', 50",
        "'', 50"
    })
    void the_wait_that_a_server_asks_for_has_a_limit_and_nonsense_is_not_looked_at(String header, long millis) {
        assertThat(new Retries(LONG, 1).pause(Optional.of(header))).hasValue(millis);
    }

    @Test
    void without_a_wait_that_is_asked_for_all_servers_are_asked_and_then_the_pauses_grow() {
        Retries retries = new Retries(LONG, 3);
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            pauses.add(retries.pause(Optional.empty()).orElseThrow());
        }

        assertThat(pauses).startsWith(0L, 0L, 50L, 50L, 50L, 100L).isSorted().endsWith(1000L);
        assertThat(retries.attempts()).isEqualTo(30);
    }

    @Test
    void an_answer_that_is_larger_than_it_may_be_is_not_taken() throws Exception {
        try (FakeServer server = new FakeServer(FakeServer.answer(200, "12345"));
                HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(server.uri()).build();

            assertThat(http.send(request, LimitedBody.of(5)).body()).hasSize(5);
            assertThatThrownBy(() -> http.send(request, LimitedBody.of(4)))
                    .isInstanceOf(IOException.class)
                    .hasStackTraceContaining("more than 4 bytes");
        }
    }
}
