package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;
import pagefold.server.replay.Trouble;

/** Who is told to come back, and who is not. */
class RetryAfterTest {
    @TempDir
    private Path data;

    @Test
    void a_damaged_history_is_said_to_be_damaged_and_not_worth_another_try() throws Exception {
        try (TestServer server = TestServer.start(data)) {
            server.create("s", "arm64", "4k-48");
        }
        try (Connection log = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("pagefold.db"));
                Statement statement = log.createStatement()) {
            assertThat(statement.executeUpdate("update event_batch set checksum = checksum + 1"))
                    .isEqualTo(1);
        }

        try (TestServer server = TestServer.start(data)) {
            Reply events = server.get("/v1/simulations/s/events");
            Reply tables = server.get("/v1/simulations/s/stats");

            for (Reply reply : new Reply[] {events, tables}) {
                assertThat(reply.status()).isEqualTo(500);
                assertThat(reply.problem()).isEqualTo("log-damaged");
                assertThat(reply.header("Retry-After")).isEmpty();
            }
        }
    }

    @Test
    void what_passes_by_itself_is_worth_another_try() {
        assertThat(Problems.of(new Trouble.Busy("reads", 64, 65)).passes()).isTrue();
        assertThat(Problems.of(new Trouble.LogFailed("The log is closed.")).passes())
                .isTrue();
        assertThat(Problems.of(new Trouble.LogDamaged("The row is damaged.")).passes())
                .isFalse();
        assertThat(Problems.of(new Trouble.Unbound("s")).passes()).isFalse();
    }
}
