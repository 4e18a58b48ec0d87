package pagefold.server.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import pagefold.server.wire.EventCodec;
import pagefold.server.wire.MalformedJson;
import pagefold.server.wire.WireJson;

/** One pass over the history of one simulation; believes no row before it has checked it. */
final class HistoryReader {
    private final ReadSessions sessions;
    private final ReadSession.Head head;
    private final EventCodec codec = new EventCodec();
    /** The position wanted next. */
    private long next;
    /** Whether a row has been read, so that the next one must begin at the position wanted. */
    private boolean hasRead;

    /**
     * A pass up to the head that is given.
     *
     * @param from first position wanted, at least 1
     */
    HistoryReader(ReadSessions sessions, ReadSession.Head head, long from) {
        this.sessions = sessions;
        this.head = head;
        next = from;
    }

    /** Hands over events until the consumer has enough or the head is reached. */
    void read(int rowsAtOnce, Predicate<RecordedEvent> consumer) {
        checkHead();
        deliver(rowsAtOnce, consumer);
    }

    /** The same, but a head that does not fit is found only behind all that can be read. */
    void salvage(int rowsAtOnce, Predicate<RecordedEvent> consumer) {
        deliver(rowsAtOnce, consumer);
        checkHead();
    }

    private void checkHead() {
        if (head.lastRow() != last()) {
            throw corrupt(
                    Math.min(head.lastRow(), last()) + 1,
                    Math.max(head.lastRow(), last()),
                    "the head is " + last() + ", but the last row ends at " + head.lastRow(),
                    null);
        }
    }

    private void deliver(int rowsAtOnce, Predicate<RecordedEvent> consumer) {
        while (next <= last()) {
            for (ReadSession.Row row : page(rowsAtOnce)) {
                if (next > last()) {
                    // Rows that were appended since.
                    return;
                }
                check(row);
                if (!deliver(row, consumer)) {
                    return;
                }
                next = row.last() + 1;
                hasRead = true;
            }
        }
    }

    private long last() {
        return head.simulation().head();
    }

    private List<ReadSession.Row> page(int rowsAtOnce) {
        try {
            List<ReadSession.Row> rows = sessions.query(session -> session.rows(head.id(), next, rowsAtOnce));
            if (rows.isEmpty() || rows.getFirst().last() < next) {
                throw missing();
            }
            return rows;
        } catch (SQLException e) {
            if (sessions.isCorruption(e)) {
                throw corrupt(next, last(), "the database is damaged (" + e.getMessage() + ")", e);
            }
            throw EventLog.unavailable("read", e);
        }
    }

    private LogException missing() throws SQLException {
        String name = head.simulation().name();
        ReadSession.@Nullable Head now = sessions.query(session -> session.head(name));
        if (now == null || now.id() != head.id()) {
            // Deleted while it was read; one of the same name may be there again, with another history.
            return new NoSuchSimulation(name);
        }
        Long following = sessions.query(session -> session.nextFirst(head.id(), next));
        return corrupt(
                next, following == null ? last() : following - 1, "no row has them, but the head is " + last(), null);
    }

    private void check(ReadSession.Row row) {
        if (row.first() > next) {
            throw corrupt(next, row.first() - 1, "no row has them, but one has position " + row.first(), null);
        }
        if (hasRead && row.first() < next) {
            throw corrupt(row.first(), next - 1, "two rows have them", null);
        }
        if (row.last() > last()) {
            throw corrupt(row.first(), row.last(), "the row reaches beyond the head " + last(), null);
        }
        if (!row.isIntact(head.id())) {
            throw corrupt(row.first(), row.last(), "the checksum of the row does not match its contents", null);
        }
    }

    /** Hands over the row's events from the wanted position on; answers whether more are wanted. */
    private boolean deliver(ReadSession.Row row, Predicate<RecordedEvent> consumer) {
        try (BatchCodec.Reader events = open(row)) {
            for (RecordedEvent event = decode(events, row); event != null; event = decode(events, row)) {
                if (!consumer.test(event)) {
                    return false;
                }
            }
        } catch (IOException e) {
            throw unreadable(row, row.first(), e);
        }
        return true;
    }

    private BatchCodec.Reader open(ReadSession.Row row) {
        try {
            BatchCodec.Reader events = new BatchCodec.Reader(row.payload(), row.first(), row.timeMillis(), codec);
            while (events.position() < next - 1) {
                if (!events.skip()) {
                    throw wrongCount(row, events.position());
                }
            }
            return events;
        } catch (IOException | MalformedJson e) {
            throw unreadable(row, row.first(), e);
        }
    }

    private @Nullable RecordedEvent decode(BatchCodec.Reader events, ReadSession.Row row) {
        RecordedEvent event;
        try {
            event = events.next();
        } catch (IOException | MalformedJson e) {
            throw unreadable(row, events.position(), e);
        }
        if (event == null ? events.position() != row.last() : events.position() > row.last()) {
            throw wrongCount(row, events.position());
        }
        return event;
    }

    private CorruptBatch wrongCount(ReadSession.Row row, long reached) {
        return corrupt(
                row.first(),
                row.last(),
                "expected " + (row.last() - row.first() + 1) + " events in the row, but it has "
                        + (reached > row.last() ? "more" : reached - row.first() + 1),
                null);
    }

    private CorruptBatch unreadable(ReadSession.Row row, long position, Exception e) {
        String sentence = e instanceof JsonProcessingException json
                ? WireJson.malformed(json).getMessage()
                : String.valueOf(e.getMessage());
        String reason = "at position " + position + ": " + sentence.replaceAll("\\.$", "");
        return corrupt(row.first(), row.last(), reason, e);
    }

    private CorruptBatch corrupt(long first, long last, String reason, @Nullable Exception cause) {
        return new CorruptBatch(head.simulation().name(), first, last, reason, cause);
    }
}
