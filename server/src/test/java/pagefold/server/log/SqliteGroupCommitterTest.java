package pagefold.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;

class SqliteGroupCommitterTest extends GroupCommitterContract {
    @TempDir
    private Path directory;

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.sqlite(directory);
    }

    @Test
    void after_a_sync_that_failed_nothing_is_written_any_more() {
        CountDownLatch latch = hold();
        CompletableFuture<Long> before = create("a");
        CompletableFuture<Boolean> failing =
                fail(new SQLException("from a test", null, SQLiteErrorCode.SQLITE_IOERR_FSYNC.code));
        CompletableFuture<Long> after = create("b");
        latch.countDown();

        for (CompletableFuture<?> work : List.of(before, failing, after, create("c"))) {
            assertThatThrownBy(work::join)
                    .hasCauseInstanceOf(LogUnavailable.class)
                    .hasMessageContaining("check the disk and restart the server");
        }
    }

    @Test
    void after_a_write_that_failed_the_next_may_do() {
        CountDownLatch latch = hold();
        CompletableFuture<Long> before = create("a");
        CompletableFuture<Boolean> failing =
                fail(new SQLException("from a test", null, SQLiteErrorCode.SQLITE_IOERR_WRITE.code));
        latch.countDown();

        assertThatThrownBy(failing::join).hasCauseInstanceOf(LogUnavailable.class);
        assertThat(before.join()).isPositive();
        assertThat(create("b").join()).isPositive();
    }
}
