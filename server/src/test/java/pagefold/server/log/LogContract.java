package pagefold.server.log;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test of a log, with a new database of some kind for each. */
abstract class LogContract {
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05.678Z"), ZoneOffset.UTC);

    TestDatabase database;
    EventLog log;

    /** A new database for a test. */
    abstract TestDatabase newDatabase();

    /** Opens the log that this test had before, or a new one. */
    EventLog open() {
        return database.open(CLOCK);
    }

    @BeforeEach
    void openLog() {
        database = newDatabase();
        log = open();
    }

    @AfterEach
    void closeLog() {
        // Null where the test was skipped for want of its database.
        if (log != null) {
            log.close();
        }
    }

    void restart() {
        log.close();
        log = open();
    }
}
