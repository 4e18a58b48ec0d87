package pagefold.server.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryEvent;

/**
 * A history as a file of lines: a header, then the events in order, each as {@code GET …/events} gives it.
 *
 * <pre>{@code
 * {"history":1,"simulation":"demo","position":2}
 * {"position":1,"time":"2026-11-28T01:00:00Z","type":"plugin-selected","schemaVersion":1,…}
 * {"position":2,"time":"2026-11-28T01:00:01Z","type":"space-created","schemaVersion":1,"space":"u","kind":"user"}
 * }</pre>
 */
public final class HistoryFile {
    /** The version of this form; another one is not read. */
    public static final int VERSION = 1;

    /** Longest correlation, causation or actor, in characters. */
    private static final int MAX_ID_LENGTH = 256;

    private static final String POSITION = "position";

    private HistoryFile() {}

    /**
     * The first line.
     *
     * @param simulation whose history it was
     * @param position of the last event, which is how many there are
     */
    public record Header(String simulation, long position) {}

    /** The first line, without an end. */
    public static byte[] encode(Header header) {
        return WireJson.encode(generator -> {
            generator.writeStartObject();
            generator.writeNumberField("history", VERSION);
            generator.writeStringField("simulation", header.simulation());
            generator.writeNumberField(POSITION, header.position());
            generator.writeEndObject();
        });
    }

    /**
     * Reads the first line.
     *
     * @throws MalformedJson when it is none
     */
    public static Header header(byte[] line) {
        return WireJson.decode(line, parser -> {
            long version = 0;
            String simulation = "";
            long position = -1;
            begin(parser);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case "history" -> version = number(parser, name, value);
                    case POSITION -> position = number(parser, name, value);
                    case "simulation" -> simulation = text(parser, name, value);
                    default -> throw new MalformedJson(name, "history, simulation and position", "another field");
                }
            }
            if (version != VERSION) {
                throw new MalformedJson("history", "version " + VERSION, version == 0 ? "nothing" : "" + version);
            }
            if (position < 1) {
                throw new MalformedJson(POSITION, "a number of at least 1", position < 0 ? "nothing" : "" + position);
            }
            return new Header(simulation, position);
        });
    }

    /**
     * An event with what stands around it: when it was recorded, and for whom.
     *
     * @param timeMillis milliseconds since 1970-01-01T00:00Z; 0 when the line does not say
     */
    public record Recorded(
            MemoryEvent event,
            long timeMillis,
            @Nullable String correlation,
            @Nullable String causation,
            @Nullable String actor) {}

    /**
     * Reads the line of an event without its record, as for one that happens again.
     *
     * @param position where the event must be
     * @throws MalformedJson when it is none, or of another position
     */
    public static MemoryEvent event(byte[] line, long position) {
        return recorded(line, position).event();
    }

    /**
     * Reads the line of an event. The command id is left out: it means nothing without its request.
     *
     * @param position where the event must be
     * @throws MalformedJson when it is none, or of another position
     */
    public static Recorded recorded(byte[] line, long position) {
        return WireJson.decode(line, parser -> recorded(parser, position));
    }

    private static Recorded recorded(JsonParser parser, long position) throws IOException {
        begin(parser);
        ByteArrayOutputStream bare = new ByteArrayOutputStream(256);
        Map<String, String> record = new HashMap<>();
        long found = 0;
        try (JsonGenerator generator = WireJson.FACTORY.createGenerator(bare)) {
            generator.writeStartObject();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (name) {
                    case POSITION -> found = number(parser, name, value);
                    case "time", "commandId" -> record.put(name, text(parser, name, value));
                    case "correlation", "causation", "actor" -> record.put(name, id(name, text(parser, name, value)));
                    default -> {
                        generator.writeFieldName(name);
                        generator.copyCurrentStructure(parser);
                    }
                }
            }
            generator.writeEndObject();
        }
        if (found != position) {
            throw new MalformedJson(POSITION, "" + position, found == 0 ? "nothing" : "" + found);
        }
        return new Recorded(
                EventCodec.decode(bare.toByteArray()),
                millis(record.get("time")),
                record.get("correlation"),
                record.get("causation"),
                record.get("actor"));
    }

    private static String id(String name, String text) {
        boolean isPrintable = text.chars().allMatch(c -> c >= 0x20 && c <= 0x7e);
        if (text.isEmpty() || text.length() > MAX_ID_LENGTH || !isPrintable) {
            throw new MalformedJson(name, "1 to " + MAX_ID_LENGTH + " printable characters", text.length() + " others");
        }
        return text;
    }

    private static long millis(@Nullable String time) {
        try {
            return time == null ? 0 : Instant.parse(time).toEpochMilli();
        } catch (DateTimeParseException | ArithmeticException e) {
            throw new MalformedJson("time", "a time as in 2026-11-28T01:00:00Z", "another text");
        }
    }

    private static void begin(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new MalformedJson("", "an object", Found.token(parser));
        }
    }

    private static long number(JsonParser parser, String name, JsonToken value) throws IOException {
        if (value != JsonToken.VALUE_NUMBER_INT) {
            throw new MalformedJson(name, "a whole number", Found.token(parser));
        }
        return parser.getLongValue();
    }

    private static String text(JsonParser parser, String name, JsonToken value) throws IOException {
        if (value != JsonToken.VALUE_STRING) {
            throw new MalformedJson(name, "a string", Found.token(parser));
        }
        return parser.getText();
    }
}
