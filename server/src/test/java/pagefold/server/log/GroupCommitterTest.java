package pagefold.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;

class GroupCommitterTest {
    @TempDir
    Path directory;

    private GroupCommitter committer;

    @BeforeEach
    void start() throws SQLException {
        Sqlite database = new Sqlite(directory.resolve("pagefold.db"), "");
        database.migrate();
        committer = new GroupCommitter(database);
        committer.start();
    }

    @AfterEach
    void close() {
        committer.close();
    }

    /** Keeps the thread busy until the latch opens, so that what is submitted meanwhile becomes one group. */
    private CountDownLatch hold() {
        CountDownLatch latch = new CountDownLatch(1);
        committer.submit(
                0,
                writer -> {
                    try {
                        latch.await();
                    } catch (InterruptedException e) {
                        throw new SQLException(e);
                    }
                    return true;
                },
                null);
        return latch;
    }

    private CompletableFuture<CreateResult> create(String name) {
        return committer.submit(0, writer -> writer.create(name, null, 0), null);
    }

    private CompletableFuture<Boolean> fail(Exception e) {
        return committer.submit(
                0,
                writer -> {
                    if (e instanceof SQLException sql) {
                        throw sql;
                    }
                    throw (RuntimeException) e;
                },
                null);
    }

    private static SQLException error(SQLiteErrorCode code) {
        return new SQLException("[" + code + "] from a test", null, code.code);
    }

    @Test
    void work_that_fails_takes_nothing_of_its_group_with_it() {
        CountDownLatch latch = hold();
        CompletableFuture<CreateResult> before = create("a");
        CompletableFuture<Boolean> toobig = fail(error(SQLiteErrorCode.SQLITE_TOOBIG));
        CompletableFuture<Boolean> bug = fail(new IllegalStateException("a bug"));
        CompletableFuture<CreateResult> after = create("b");
        latch.countDown();

        assertThatThrownBy(toobig::join).hasCauseInstanceOf(LogUnavailable.class);
        assertThatThrownBy(bug::join).hasRootCauseInstanceOf(IllegalStateException.class);
        assertThat(before.join()).isEqualTo(CreateResult.CREATED);
        assertThat(after.join()).isEqualTo(CreateResult.CREATED);
        assertThat(create("a").join()).isEqualTo(CreateResult.EXISTS);
    }

    @Test
    void after_an_input_output_error_nothing_is_written_any_more() {
        CountDownLatch latch = hold();
        CompletableFuture<CreateResult> before = create("a");
        CompletableFuture<Boolean> failing = fail(error(SQLiteErrorCode.SQLITE_IOERR_FSYNC));
        CompletableFuture<CreateResult> after = create("b");
        latch.countDown();

        for (CompletableFuture<?> work : List.of(before, failing, after, create("c"))) {
            assertThatThrownBy(work::join)
                    .hasCauseInstanceOf(LogUnavailable.class)
                    .hasMessageContaining("check the disk and restart the server");
        }
    }

    @Test
    void an_error_of_the_machine_does_not_leave_anybody_waiting() {
        CompletableFuture<Boolean> failing = committer.submit(
                0,
                writer -> {
                    throw new StackOverflowError("from a test");
                },
                null);

        assertThatThrownBy(failing::join).hasCauseInstanceOf(LogUnavailable.class);
        assertThatThrownBy(() -> create("a").join()).hasCauseInstanceOf(LogUnavailable.class);
    }

    @Test
    void a_queue_that_is_full_refuses_at_once() {
        CountDownLatch latch = hold();
        List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
        CompletableFuture<Boolean> last = CompletableFuture.completedFuture(true);
        while (!last.isCompletedExceptionally()) {
            last = committer.submit(CommitQueue.MAX_WAITING_BYTES / 16, writer -> true, null);
            waiting.add(last);
            assertThat(waiting.size()).isLessThan(20);
        }
        latch.countDown();

        assertThatThrownBy(last::join).hasMessageContaining("too much waiting");
        waiting.removeLast();
        assertThat(waiting).allSatisfy(work -> assertThat(work.join()).isTrue());
    }

    @Test
    void what_waits_at_the_end_is_still_committed() {
        CountDownLatch latch = hold();
        CompletableFuture<CreateResult> waiting = create("a");
        Thread closing = Thread.ofVirtual().start(committer::close);
        latch.countDown();

        assertThat(waiting.join()).isEqualTo(CreateResult.CREATED);
        assertThat(closing).satisfies(Thread::join);
        assertThatThrownBy(() -> create("b").join()).hasMessageContaining("The log is closed.");
    }
}
