package pagefold.server.log;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryEvent;

/**
 * Units that are appended together, as one row of the log, or not at all.
 *
 * @param units at least one, in order; no command id twice; together at most {@value #MAX_EVENTS} events
 */
public record NewBatch(List<Unit> units) {
    /** Most events of one batch. */
    public static final int MAX_EVENTS = 65_536;
    /** Longest command id, correlation or causation, in characters. */
    public static final int MAX_ID_LENGTH = 256;

    public NewBatch {
        units = List.copyOf(units);
        int events = units.stream().mapToInt(unit -> unit.events().size()).sum();
        if (events < 1 || events > MAX_EVENTS) {
            throw new IllegalArgumentException(
                    "expected a batch of 1 to " + MAX_EVENTS + " events, but it has " + events);
        }
        Set<String> seen = new HashSet<>();
        for (Unit unit : units) {
            if (unit.commandId != null && !seen.add(unit.commandId)) {
                throw new IllegalArgumentException(
                        "expected a command id once in a batch, but '" + unit.commandId + "' is there twice");
            }
        }
    }

    /** A batch of one unit without any id. */
    public static NewBatch of(MemoryEvent... events) {
        return new NewBatch(List.of(Unit.of(List.of(events))));
    }

    /** How many events all units have together. */
    public int eventCount() {
        return units.stream().mapToInt(unit -> unit.events().size()).sum();
    }

    /** The events of all units, in order. */
    public List<MemoryEvent> events() {
        List<MemoryEvent> all = new ArrayList<>(eventCount());
        units.forEach(unit -> all.addAll(unit.events()));
        return all;
    }

    /**
     * What one request led to.
     *
     * @param events at least one, in order
     * @param commandId the request's idempotency key, or that of a chunk: {@link ChunkKey#isCommandId}
     * @param requestDigest SHA-256 of the request's body in 64 lower-case hexadecimal digits; there with a command id,
     *     absent without
     * @param correlation what the request belongs to, as the client named it
     * @param causation what led to the request, as a W3C {@code traceparent}
     * @param actor who sent the request, if that is known
     */
    public record Unit(
            List<MemoryEvent> events,
            @Nullable String commandId,
            @Nullable String requestDigest,
            @Nullable String correlation,
            @Nullable String causation,
            @Nullable String actor) {
        private static final int DIGEST_LENGTH = 64;

        public Unit {
            events = List.copyOf(events);
            if (events.isEmpty()) {
                throw new IllegalArgumentException("expected a unit of at least 1 event, but it has none");
            }
            if ((commandId == null) != (requestDigest == null)) {
                throw new IllegalArgumentException("expected a command id together with a request digest, but only the "
                        + (commandId == null ? "digest" : "command id") + " is there");
            }
            requireIds(commandId, correlation, causation, actor);
            if (requestDigest != null
                    && (requestDigest.length() != DIGEST_LENGTH
                            || !requestDigest.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f'))) {
                throw new IllegalArgumentException(
                        "expected a request digest of 64 lower-case hexadecimal digits, but found '" + requestDigest
                                + "'");
            }
        }

        /** A unit without any id. */
        public static Unit of(List<MemoryEvent> events) {
            return new Unit(events, null, null, null, null, null);
        }
    }

    /**
     * The command ids of the chunks of a stream, made of the key of its request.
     *
     * <p>The mark between the key and the number is not ASCII, so that no key of a client is that of a chunk.
     */
    public static final class ChunkKey {
        private static final char MARK = '\u00a7';
        /** What was between them in logs that were written before there was the mark: keys of clients can have it. */
        private static final char FORMER_MARK = '/';

        private static final Pattern CHUNK = Pattern.compile("(.+)" + MARK + "([1-9][0-9]*)");

        private ChunkKey() {}

        /**
         * The command id of a chunk.
         *
         * @param key of the request, 1 or more printable ASCII characters
         * @param chunk 1 or more
         */
        public static String of(String key, int chunk) {
            return key + MARK + chunk;
        }

        /** The id that older logs have for the chunk of that id; {@code null} when it is not the id of a chunk. */
        public static @Nullable String former(String commandId) {
            Matcher chunk = CHUNK.matcher(commandId);
            return chunk.matches() ? chunk.group(1) + FORMER_MARK + chunk.group(2) : null;
        }

        /**
         * Whether the log takes a command id: a key as clients may send it, or one of a chunk; at most
         * {@value #MAX_ID_LENGTH} characters.
         */
        public static boolean isCommandId(String commandId) {
            String former = former(commandId);
            return isId(former == null ? commandId : former);
        }
    }

    /**
     * Requires that the log takes these ids, where they are there.
     *
     * @throws IllegalArgumentException for the first that it does not take
     */
    public static void requireIds(
            @Nullable String commandId,
            @Nullable String correlation,
            @Nullable String causation,
            @Nullable String actor) {
        if (commandId != null && !ChunkKey.isCommandId(commandId)) {
            throw malformed("command id", commandId);
        }
        requireId("correlation", correlation);
        requireId("causation", causation);
        requireId("actor", actor);
    }

    private static void requireId(String what, @Nullable String id) {
        if (id != null && !isId(id)) {
            throw malformed(what, id);
        }
    }

    private static IllegalArgumentException malformed(String what, String id) {
        return new IllegalArgumentException("expected a " + what + " of 1 to " + MAX_ID_LENGTH
                + " printable characters, but it has " + id.length());
    }

    /** Whether {@code id} can be a key, correlation or causation: 1 to {@value #MAX_ID_LENGTH} ASCII, no controls. */
    public static boolean isId(String id) {
        return !id.isEmpty() && id.length() <= MAX_ID_LENGTH && id.chars().allMatch(c -> c >= 0x20 && c <= 0x7e);
    }
}
