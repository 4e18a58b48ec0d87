package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.log.LogLocation;
import pagefold.server.log.PostgresServer;

/** Servers that share a log, and one whose log is gone: what they found in it once may not be so any more. */
class SharedLogTest {
    @TempDir
    private Path data;

    @Test
    void a_server_refuses_nothing_on_the_strength_of_a_state_that_another_one_has_left_behind() throws Exception {
        LogLocation log = new LogLocation(data, PostgresServer.shared().newDatabase());
        try (TestServer one = TestServer.start(log);
                TestServer other = TestServer.start(log)) {
            one.create("s", "arm64", "4k-48");
            assertThat(other.command("s", TestServer.createSpace("u")).status()).isEqualTo(201);

            TestServer.Reply stale = one.command("s", TestServer.remark("third"), "If-Match", "\"2\"");
            assertThat(stale.status()).isEqualTo(503);
            assertThat(one.command("s", TestServer.remark("third"), "If-Match", "\"2\"")
                            .status())
                    .isEqualTo(201);

            TestServer.Reply unknown = other.command("s", TestServer.remark("fourth"), "If-Match", "\"3\"");
            assertThat(unknown.status()).isEqualTo(503);
            assertThat(unknown.text()).contains("Another server has taken over this simulation");
        }
    }

    @Test
    void what_is_refused_rightly_is_refused_at_once() throws Exception {
        LogLocation log = new LogLocation(data, PostgresServer.shared().newDatabase());
        try (TestServer server = TestServer.start(log)) {
            server.create("s", "arm64", "4k-48");

            TestServer.Reply stale = server.command("s", TestServer.remark("first"), "If-Match", "\"7\"");

            assertThat(stale.status()).isEqualTo(412);
            assertThat(stale.header("ETag")).isEqualTo("\"1\"");
        }
    }

    @Test
    void a_command_with_a_key_is_answered_when_the_log_cannot_be_asked_for_it() throws Exception {
        PostgresServer postgres = PostgresServer.start();
        try (TestServer server = TestServer.start(new LogLocation(data, postgres.newDatabase()))) {
            server.create("s", "arm64", "4k-48");
            assertThat(server.command("s", TestServer.remark("first")).status()).isEqualTo(201);
            postgres.close();

            CompletableFuture<TestServer.Reply> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return server.command("s", TestServer.remark("second"), "Idempotency-Key", "second");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });

            assertThat(answer.get(2, TimeUnit.MINUTES).status()).isEqualTo(503);
            assertThat(answer.get().problem()).isEqualTo("log-unavailable");
        } finally {
            postgres.close();
        }
    }
}
