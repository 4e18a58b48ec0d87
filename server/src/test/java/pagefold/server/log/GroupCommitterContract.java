package pagefold.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the thread that writes does, whatever database it writes to. */
abstract class GroupCommitterContract {
    private static final String DIGEST = "0".repeat(64);

    private FaultyDatabase database;
    private GroupCommitter committer;

    /** A new database for a test. */
    abstract TestDatabase newDatabase();

    @BeforeEach
    void start() throws SQLException {
        database = new FaultyDatabase(newDatabase().database());
        database.migrate();
        committer = new GroupCommitter(database);
        committer.start();
    }

    @AfterEach
    void close() {
        // Null where the test was skipped for want of its database.
        if (committer != null) {
            committer.close();
            database.close();
        }
    }

    /** Keeps the thread busy until the latch opens, so that what is submitted meanwhile becomes one group. */
    CountDownLatch hold() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch latch = new CountDownLatch(1);
        committer.submit(
                0,
                writer -> {
                    begun.countDown();
                    return await(latch);
                },
                null);
        await(begun);
        return latch;
    }

    private static boolean await(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    CompletableFuture<Long> create(String name) {
        return committer.submit(0, new Work.Create(name, null, 0, List.of()), null);
    }

    private CompletableFuture<AppendResult> append(String name, long epoch, long expected, String... commandIds) {
        byte[] payload = "[]".getBytes(StandardCharsets.UTF_8);
        List<EncodedBatch.Command> commands = Stream.of(commandIds)
                .map(id -> new EncodedBatch.Command(id, DIGEST, 0, 0))
                .toList();
        EncodedBatch batch = new EncodedBatch(name, epoch, expected, 1, 0, payload, commands);
        return committer.submit(payload.length, new Work.Append(batch), AppendResult.Unavailable::new);
    }

    CompletableFuture<Boolean> fail(Exception e) {
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

    @Test
    void work_that_fails_takes_nothing_of_its_group_with_it() {
        CountDownLatch latch = hold();
        CompletableFuture<Long> before = create("a");
        CompletableFuture<Boolean> toobig = fail(new SQLException("too big"));
        CompletableFuture<Boolean> bug = fail(new IllegalStateException("a bug"));
        CompletableFuture<Long> after = create("b");
        latch.countDown();

        assertThatThrownBy(toobig::join).hasCauseInstanceOf(LogUnavailable.class);
        assertThatThrownBy(bug::join).hasRootCauseInstanceOf(IllegalStateException.class);
        assertThat(before.join()).isPositive();
        assertThat(after.join()).isPositive();
        assertThat(create("a").join()).isEqualTo(LogWriter.EXISTS);
    }

    @Test
    void appends_of_one_group_build_on_each_other() {
        assertThat(create("a").join()).isPositive();
        assertThat(create("b").join()).isPositive();
        CountDownLatch latch = hold();
        CompletableFuture<AppendResult> first = append("a", 0, 0, "k");
        CompletableFuture<AppendResult> other = append("b", 0, 0, "k");
        CompletableFuture<AppendResult> repeated = append("a", 0, 1, "k");
        CompletableFuture<AppendResult> second = append("a", 0, 1);
        CompletableFuture<AppendResult> ahead = append("a", 0, 5);
        CompletableFuture<AppendResult> stale = append("a", 1, 2);
        latch.countDown();

        assertThat(first.join()).isEqualTo(new AppendResult.Appended(1, 1, 0));
        assertThat(other.join()).isEqualTo(new AppendResult.Appended(1, 1, 0));
        assertThat(repeated.join()).isEqualTo(new AppendResult.DuplicateCommand("k", new CommandRecord(1, 1, DIGEST)));
        assertThat(second.join()).isEqualTo(new AppendResult.Appended(2, 2, 0));
        assertThat(ahead.join()).isEqualTo(new AppendResult.Conflict(2, 0));
        assertThat(stale.join()).isEqualTo(new AppendResult.Conflict(2, 0));
        assertThat(append("a", 0, 2).join()).isEqualTo(new AppendResult.Appended(3, 3, 0));
        assertThat(append("b", 0, 1).join()).isEqualTo(new AppendResult.Appended(2, 2, 0));
    }

    @Test
    void a_command_that_was_there_before_moves_no_head() {
        assertThat(create("a").join()).isPositive();
        assertThat(append("a", 0, 0, "k").join()).isEqualTo(new AppendResult.Appended(1, 1, 0));

        assertThat(append("a", 0, 1, "k").join())
                .isEqualTo(new AppendResult.DuplicateCommand("k", new CommandRecord(1, 1, DIGEST)));

        CountDownLatch latch = hold();
        CompletableFuture<AppendResult> repeated = append("a", 0, 1, "new", "k");
        CompletableFuture<AppendResult> next = append("a", 0, 1, "new");
        latch.countDown();
        assertThat(repeated.join()).isEqualTo(new AppendResult.DuplicateCommand("k", new CommandRecord(1, 1, DIGEST)));
        assertThat(next.join()).isEqualTo(new AppendResult.Appended(2, 2, 0));
    }

    @Test
    void removing_a_simulation_comes_behind_the_appends_of_its_group() {
        assertThat(create("a").join()).isPositive();
        CountDownLatch latch = hold();
        CompletableFuture<AppendResult> before = append("a", 0, 0, "k");
        CompletableFuture<LoggedSimulation> deleted = committer.submit(0, new Work.Delete("a", 1L), null);
        CompletableFuture<AppendResult> after = append("a", 0, 1);
        CompletableFuture<Long> again = create("a");
        CompletableFuture<AppendResult> anew = append("a", 1, 0, "k");
        latch.countDown();

        assertThat(before.join()).isEqualTo(new AppendResult.Appended(1, 1, 0));
        assertThat(deleted.join().head()).isEqualTo(1);
        assertThat(after.join()).isEqualTo(new AppendResult.UnknownSimulation("a"));
        assertThat(again.join()).isGreaterThan(deleted.join().id());
        assertThat(anew.join()).isEqualTo(new AppendResult.Appended(1, 1, 0));
    }

    @Test
    void an_answer_that_was_lost_is_found_in_the_log_for_all_of_the_group() {
        assertThat(create("a").join()).isPositive();
        CountDownLatch latch = hold();
        database.next(FaultyDatabase.Fault.ANSWER_LOST);
        CompletableFuture<Long> created = create("b");
        CompletableFuture<AppendResult> first = append("a", 0, 0);
        CompletableFuture<AppendResult> second = append("a", 0, 1);
        CompletableFuture<Long> again = create("a");
        latch.countDown();

        assertThat(first.join()).isEqualTo(new AppendResult.Appended(1, 1, 0));
        assertThat(second.join()).isEqualTo(new AppendResult.Appended(2, 2, 0));
        assertThat(created.join()).isPositive();
        assertThat(again.join()).isEqualTo(LogWriter.EXISTS);
        assertThat(append("a", 0, 2).join()).isEqualTo(new AppendResult.Appended(3, 3, 0));
        assertThat(committer.failure()).isNull();
    }

    @Test
    void a_commit_that_was_lost_is_done_again() {
        assertThat(create("a").join()).isPositive();
        CountDownLatch latch = hold();
        database.next(FaultyDatabase.Fault.COMMIT_LOST);
        CompletableFuture<Long> created = create("b");
        CompletableFuture<AppendResult> first = append("a", 0, 0);
        CompletableFuture<AppendResult> second = append("a", 0, 1);
        latch.countDown();

        assertThat(first.join()).isEqualTo(new AppendResult.Appended(1, 1, 0));
        assertThat(second.join()).isEqualTo(new AppendResult.Appended(2, 2, 0));
        assertThat(created.join()).isPositive();
        assertThat(append("a", 0, 1).join()).isEqualTo(new AppendResult.Conflict(2, 0));
    }

    @Test
    void what_was_made_or_removed_by_a_commit_without_an_answer_is_said_to_be() {
        database.next(FaultyDatabase.Fault.ANSWER_LOST);
        assertThat(create("a").join()).isPositive();
        assertThat(create("a").join()).isEqualTo(LogWriter.EXISTS);
        database.next(FaultyDatabase.Fault.ANSWER_LOST);
        assertThat(committer.submit(0, new Work.Delete("a", 7L), null).join().head())
                .isZero();
        database.next(FaultyDatabase.Fault.ANSWER_LOST);
        assertThat(committer.submit(0, new Work.Delete("a", 0L), null).join()).isNotNull();
        assertThat(committer.submit(0, new Work.Delete("a", null), null).join()).isNull();
    }

    @Test
    void the_log_is_failing_until_it_can_be_written_again_and_finds_that_out_by_itself() {
        assertThat(create("a").join()).isPositive();
        database.next(FaultyDatabase.Fault.GONE);

        CompletableFuture<?> refused = committer.submit(0, writer -> writer.takeOwnership("a"), null);
        assertThatThrownBy(refused::join).hasMessageContaining("The log cannot write now");
        assertThat(committer.failure()).isNotNull();

        database.next(FaultyDatabase.Fault.NONE);
        Awaitility.await().until(() -> committer.failure() == null);
        assertThat(append("a", 0, 0).join()).isInstanceOf(AppendResult.Appended.class);
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
        CompletableFuture<Long> waiting = create("a");
        Thread closing = Thread.ofVirtual().start(committer::close);
        latch.countDown();

        assertThat(waiting.join()).isPositive();
        assertThat(closing).satisfies(Thread::join);
        assertThatThrownBy(() -> create("b").join()).hasMessageContaining("The log is closed.");
    }
}
