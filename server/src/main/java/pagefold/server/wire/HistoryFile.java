package pagefold.server.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Set;
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

    private static final String POSITION = "position";
    /** What stands around an event: when it was recorded, and for whom. An event that happens again has its own. */
    private static final Set<String> RECORD = Set.of("time", "commandId", "correlation", "causation");

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
     * Reads the line of an event.
     *
     * @param position where the event must be
     * @throws MalformedJson when it is none, or of another position
     */
    public static MemoryEvent event(byte[] line, long position) {
        byte[] bare = WireJson.decode(line, parser -> bare(parser, position));
        return EventCodec.decode(bare);
    }

    /** The event without its record, as the codec reads it. */
    private static byte[] bare(JsonParser parser, long position) throws IOException {
        begin(parser);
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        long found = 0;
        try (JsonGenerator generator = WireJson.FACTORY.createGenerator(out)) {
            generator.writeStartObject();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals(POSITION)) {
                    found = number(parser, name, value);
                } else if (RECORD.contains(name)) {
                    text(parser, name, value);
                } else {
                    generator.writeFieldName(name);
                    generator.copyCurrentStructure(parser);
                }
            }
            generator.writeEndObject();
        }
        if (found != position) {
            throw new MalformedJson(POSITION, "" + position, found == 0 ? "nothing" : "" + found);
        }
        return out.toByteArray();
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
