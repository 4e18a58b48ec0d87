package pagefold.server.stream;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.server.log.RecordedEvent;
import pagefold.server.wire.WireJson;

/**
 * Some events that follow each other, encoded once for all who read them. Immutable to its users; any thread.
 *
 * @see Subscription
 */
public final class Chunk {
    /** A chunk ends with the event that takes it beyond this many bytes. */
    static final int MAX_BYTES = 256 << 10;

    private final long first;
    private final List<byte[]> events;
    private final int bytes;
    private @Nullable Buffer wholeSse;
    private @Nullable String wholeFrame;

    private Chunk(long first, List<byte[]> events, int bytes) {
        this.first = first;
        this.events = events;
        this.bytes = bytes;
    }

    /**
     * As many of some events as fit.
     *
     * @param recorded at least one, in order
     */
    static Chunk of(String simulation, List<RecordedEvent> recorded) {
        List<byte[]> events = new ArrayList<>(recorded.size());
        int bytes = 0;
        for (RecordedEvent event : recorded) {
            byte[] json = WireJson.encode(generator -> EventJson.writeEnvelope(generator, simulation, event));
            events.add(json);
            bytes += json.length;
            if (bytes >= MAX_BYTES) {
                break;
            }
        }
        return new Chunk(recorded.getFirst().position(), events, bytes);
    }

    long first() {
        return first;
    }

    long last() {
        return first + events.size() - 1;
    }

    /** How many bytes its events take. */
    int bytes() {
        return bytes;
    }

    /** The events from a position on as server-sent events, whose ids are the positions. */
    public synchronized Buffer serverSent(long from) {
        Buffer whole = wholeSse;
        if (from > first) {
            return encodeServerSent(from);
        }
        if (whole == null) {
            whole = encodeServerSent(first);
            wholeSse = whole;
        }
        return whole;
    }

    private Buffer encodeServerSent(long from) {
        Buffer out = Buffer.buffer(bytes + 32 * events.size());
        for (long position = from; position <= last(); position++) {
            out.appendString("id: " + position + "\ndata: ")
                    .appendBytes(events.get((int) (position - first)))
                    .appendString("\n\n");
        }
        return out;
    }

    /** The events from a position on as one message of a socket. */
    public synchronized String message(long from) {
        String whole = wholeFrame;
        if (from > first) {
            return encodeMessage(from);
        }
        if (whole == null) {
            whole = encodeMessage(first);
            wholeFrame = whole;
        }
        return whole;
    }

    private String encodeMessage(long from) {
        StringBuilder out = new StringBuilder(bytes + 64).append("{\"type\":\"events\",\"events\":[");
        for (long position = from; position <= last(); position++) {
            out.append(position == from ? "" : ",")
                    .append(new String(events.get((int) (position - first)), StandardCharsets.UTF_8));
        }
        return out.append("]}").toString();
    }
}
