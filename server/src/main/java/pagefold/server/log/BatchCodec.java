package pagefold.server.log;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryEvent;
import pagefold.server.wire.EventCodec;
import pagefold.server.wire.MalformedJson;
import pagefold.server.wire.WireJson;

/** The JSON of a row: an array of units, one line an event. */
final class BatchCodec {
    private static final String COMMAND_ID = "commandId";
    private static final String CORRELATION = "correlation";
    private static final String CAUSATION = "causation";
    private static final String ACTOR = "actor";
    private static final String EVENTS = "events";

    private BatchCodec() {}

    /** The batch would be larger than a row may be. */
    static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1;
        private final long bytes;

        TooLarge(long bytes) {
            super("expected at most " + EventLog.MAX_BATCH_BYTES + " bytes, but it is at least " + bytes);
            this.bytes = bytes;
        }

        long bytes() {
            return bytes;
        }
    }

    private static final class LimitedBytes extends ByteArrayOutputStream {
        LimitedBytes(int size) {
            super(size);
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            if (count + (long) length > EventLog.MAX_BATCH_BYTES) {
                throw new UncheckedIOException(new TooLarge(count + (long) length));
            }
            super.write(bytes, offset, length);
        }
    }

    static byte[] encode(NewBatch batch) throws TooLarge {
        LimitedBytes out = new LimitedBytes(512 * Math.min(batch.eventCount(), 1024));
        try (JsonGenerator generator = WireJson.FACTORY.createGenerator(out)) {
            generator.writeStartArray();
            for (NewBatch.Unit unit : batch.units()) {
                write(generator, unit);
            }
            generator.writeEndArray();
        } catch (TooLarge e) {
            throw e;
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof TooLarge tooLarge) {
                throw tooLarge;
            }
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("expected to write a batch to memory, but it failed", e);
        }
        return out.toByteArray();
    }

    private static void write(JsonGenerator generator, NewBatch.Unit unit) throws IOException {
        generator.writeStartObject();
        writeIfAny(generator, COMMAND_ID, unit.commandId());
        writeIfAny(generator, CORRELATION, unit.correlation());
        writeIfAny(generator, CAUSATION, unit.causation());
        writeIfAny(generator, ACTOR, unit.actor());
        generator.writeArrayFieldStart(EVENTS);
        for (MemoryEvent event : unit.events()) {
            generator.writeRaw('\n');
            EventCodec.write(generator, event);
        }
        generator.writeEndArray();
        generator.writeEndObject();
    }

    private static void writeIfAny(JsonGenerator generator, String name, @Nullable String value) throws IOException {
        if (value != null) {
            generator.writeStringField(name, value);
        }
    }

    static List<EncodedBatch.Command> commands(NewBatch batch) {
        List<EncodedBatch.Command> commands = new ArrayList<>();
        int first = 0;
        for (NewBatch.Unit unit : batch.units()) {
            int last = first + unit.events().size() - 1;
            if (unit.commandId() != null && unit.requestDigest() != null) {
                commands.add(new EncodedBatch.Command(unit.commandId(), unit.requestDigest(), first, last));
            }
            first = last + 1;
        }
        return commands;
    }

    /** Reads a row's events one by one; no further than it is asked. */
    static final class Reader implements AutoCloseable {
        private final JsonParser parser;
        private final EventCodec codec;
        private final long timeMillis;
        private long position;
        private boolean isInUnit;
        private @Nullable String commandId;
        private @Nullable String correlation;
        private @Nullable String causation;
        private @Nullable String actor;

        /** Begins before the row's first event. */
        Reader(byte[] payload, long first, long timeMillis, EventCodec codec) throws IOException {
            parser = WireJson.FACTORY.createParser(payload);
            this.codec = codec;
            this.timeMillis = timeMillis;
            position = first - 1;
            expect(parser.nextToken(), JsonToken.START_ARRAY, "an array of units");
        }

        /** The position of the event read last. */
        long position() {
            return position;
        }

        /** The next event; null at the end of the row. */
        @Nullable
        RecordedEvent next() throws IOException {
            if (!advance()) {
                return null;
            }
            MemoryEvent event = codec.read(parser);
            return new RecordedEvent(
                    position,
                    event,
                    EventCodec.schemaVersion(event),
                    timeMillis,
                    commandId,
                    correlation,
                    causation,
                    actor);
        }

        /** Passes over the next event without looking into it; false at the end of the row. */
        boolean skip() throws IOException {
            if (!advance()) {
                return false;
            }
            parser.skipChildren();
            return true;
        }

        /** Moves on to the start of the next event. */
        private boolean advance() throws IOException {
            while (true) {
                if (!isInUnit) {
                    JsonToken token = parser.nextToken();
                    if (token == JsonToken.END_ARRAY) {
                        return ended();
                    }
                    expect(token, JsonToken.START_OBJECT, "a unit");
                    readUnitFields();
                    isInUnit = true;
                }
                JsonToken token = parser.nextToken();
                if (token != JsonToken.END_ARRAY) {
                    expect(token, JsonToken.START_OBJECT, "an event");
                    position++;
                    return true;
                }
                expect(parser.nextToken(), JsonToken.END_OBJECT, "the end of the unit");
                isInUnit = false;
            }
        }

        private boolean ended() throws IOException {
            if (parser.nextToken() != null) {
                throw new MalformedJson("", "the end of the row", "more");
            }
            return false;
        }

        private void readUnitFields() throws IOException {
            commandId = null;
            correlation = null;
            causation = null;
            actor = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                if (name.equals(EVENTS)) {
                    expect(token, JsonToken.START_ARRAY, "an array of events");
                    return;
                }
                expect(token, JsonToken.VALUE_STRING, "a string");
                switch (name) {
                    case COMMAND_ID -> commandId = parser.getText();
                    case CORRELATION -> correlation = parser.getText();
                    case CAUSATION -> causation = parser.getText();
                    case ACTOR -> actor = parser.getText();
                    default -> throw new MalformedJson("", "a unit without unknown fields", "'" + name + "'");
                }
            }
            throw new MalformedJson("", "a unit with events", "one without");
        }

        private static void expect(@Nullable JsonToken actual, JsonToken expected, String words) {
            if (actual != expected) {
                throw new MalformedJson("", words, String.valueOf(actual));
            }
        }

        @Override
        public void close() throws IOException {
            parser.close();
        }
    }
}
