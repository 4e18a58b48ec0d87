package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;
import static pagefold.server.api.TestServer.remark;
import static pagefold.server.api.TestServer.select;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;
import pagefold.server.space.Limits;

class ConcurrencyTest {
    private static final int CLIENTS = 12;
    private static final int REQUESTS = 60;

    @TempDir
    private Path data;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(data);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private interface Client {
        void run(int number) throws IOException;
    }

    private static void inParallel(Client client) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                running.add(threads.submit(() -> {
                    client.run(number);
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
    }

    @Test
    void what_the_tables_cannot_hold_is_refused_to_the_client_that_asked_for_it() throws Exception {
        server.create("s", "flat", "narrow");
        server.command("s", createSpace("u"));
        Queue<Long> positions = new ConcurrentLinkedQueue<>();

        inParallel(client -> {
            for (int i = 0; i < REQUESTS; i++) {
                long address = 0x1000L + 0x2000L * (client * REQUESTS + i);
                boolean good = i % 3 != client % 3;
                Reply reply = server.command("s", map("u", good ? address : address + (1L << 32), 0x1000));
                assertThat(reply.status()).as(reply.text()).isEqualTo(good ? 201 : 422);
                if (good) {
                    positions.add(reply.json().path("position").asLong());
                } else {
                    assertThat(reply.json().path("range").asText())
                            .startsWith("0x%016x".formatted(address + (1L << 32)));
                }
            }
        });

        int accepted = CLIENTS * REQUESTS * 2 / 3;
        assertThat(positions)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.range(3, 3 + accepted).boxed().toList());
        assertThat(server.get("/v1/simulations/s/spaces/u/regions").json().path("regions"))
                .hasSize(accepted);
    }

    @Test
    void what_has_no_room_beside_others_is_tried_behind_them() throws Exception {
        server.create("s", "flat", "crowded");

        inParallel(client -> {
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(server.command("s", remark("r" + i)).status()).isEqualTo(201);
            }
        });
        Reply tooMuch = server.command("s", "[" + String.join(",", Collections.nCopies(4, remark("r"))) + "]");

        assertThat(tooMuch.status()).isEqualTo(422);
        assertThat(tooMuch.problem()).isEqualTo("limit-exceeded");
        assertThat(server.get("/v1/simulations/s").header("ETag")).isEqualTo("\"" + (1 + CLIENTS * REQUESTS) + "\"");
    }

    @Test
    void a_key_that_is_used_by_many_at_once_leads_to_one_event() throws Exception {
        server.create("s", "flat", "wide");
        Queue<String> answers = new ConcurrentLinkedQueue<>();

        inParallel(client -> {
            for (int i = 0; i < REQUESTS; i++) {
                Reply reply = server.command("s", remark("r" + i), "Idempotency-Key", "key-" + i);
                assertThat(reply.status()).isEqualTo(201);
                answers.add(reply.text());
            }
        });

        assertThat(answers).hasSize(CLIENTS * REQUESTS);
        assertThat(answers.stream().distinct()).hasSize(REQUESTS);
        assertThat(server.get("/v1/simulations/s").header("ETag")).isEqualTo("\"" + (1 + REQUESTS) + "\"");
    }

    @Test
    void one_of_those_that_expect_the_same_position_wins() throws Exception {
        server.create("s", "flat", "wide");
        Queue<Integer> statuses = new ConcurrentLinkedQueue<>();

        inParallel(client -> statuses.add(
                server.command("s", remark("r" + client), "If-Match", "\"1\"").status()));

        assertThat(statuses.stream().filter(status -> status == 201)).hasSize(1);
        assertThat(statuses.stream().filter(status -> status == 412)).hasSize(CLIENTS - 1);
    }

    @Test
    void creates_deletes_and_commands_of_one_name_are_all_answered() throws Exception {
        Queue<String> unexpected = new ConcurrentLinkedQueue<>();
        String create = "{\"name\":\"s\",\"plugin\":\"flat\",\"profile\":\"wide\"}";

        inParallel(client -> {
            for (int i = 0; i < REQUESTS; i++) {
                Reply created = server.post("/v1/simulations", TestServer.JSON, create);
                Reply commanded = server.command("s", remark("r" + i));
                Reply read = server.get("/v1/simulations/s/spaces");
                Reply deleted = server.send("DELETE", "/v1/simulations/s", BodyPublishers.noBody());
                note(unexpected, created, 201, 409);
                // 409: it is made, and its plugin about to be selected.
                note(unexpected, commanded, 201, 404, 409);
                note(unexpected, read, 200, 404, 409);
                note(unexpected, deleted, 204, 404);
            }
        });

        assertThat(unexpected).isEmpty();
        assertThat(server.send("DELETE", "/v1/simulations/s", BodyPublishers.noBody())
                        .status())
                .isIn(204, 404);
        assertThat(server.post("/v1/simulations", TestServer.JSON, create).status())
                .isEqualTo(201);
    }

    private static void note(Queue<String> unexpected, Reply reply, Integer... expected) {
        if (!List.of(expected).contains(reply.status())) {
            unexpected.add(reply.status() + " " + reply.text());
        }
    }

    @Test
    void more_simulations_than_may_be_open_take_turns() throws Exception {
        server.close();
        server = TestServer.start(data, new Limits(2, 64, 10_000, 10_000));
        for (int i = 0; i < 5; i++) {
            server.create("s" + i, "flat", "wide");
        }

        for (int i = 0; i < 20; i++) {
            String name = "s" + i % 5;
            assertThat(server.command(name, remark("r" + i))
                            .json()
                            .path("position")
                            .asLong())
                    .isEqualTo(2 + i / 5);
        }
    }

    @Test
    void commands_that_fail_in_the_plugin_take_no_others_with_them() throws Exception {
        server.create("s", "flat", "faulty");

        inParallel(client -> {
            for (int i = 0; i < REQUESTS; i++) {
                boolean bad = client == 3 && i % 10 == 0;
                Reply reply = server.command("s", remark(bad ? "fail-check" : "fine"));
                assertThat(reply.status()).isEqualTo(bad ? 500 : 201);
            }
        });

        assertThat(server.get("/v1/simulations/s").header("ETag"))
                .isEqualTo("\"" + (1 + CLIENTS * REQUESTS - REQUESTS / 10) + "\"");
    }

    @Test
    void the_loader_of_a_plugin_that_was_swapped_out_and_unloaded_is_collected() throws IOException {
        WeakReference<ClassLoader> loader = server.flatLoader();
        server.create("s", "flat", "wide");
        server.command("s", createSpace("u"));
        server.command("s", map("u", 0x1000, 0x1000));
        server.hash("s");
        assertThat(server.command("s", select("arm64", "4k-48")).status()).isEqualTo(201);

        assertThat(server.unload("flat", "1.0")).isTrue();

        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            server.hash("s");
            System.gc();
            return loader.get() == null;
        });
    }
}
