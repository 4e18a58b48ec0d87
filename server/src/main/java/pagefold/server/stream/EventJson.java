package pagefold.server.stream;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Instant;
import pagefold.server.log.RecordedEvent;
import pagefold.server.wire.EventCodec;

/** The JSON of an event of the log: its position, time and names, and its own fields. */
public final class EventJson {
    /** What the types of events begin with in the envelope. */
    static final String TYPE_PREFIX = "org.pagefold.";

    private EventJson() {}

    /** Writes the event as an object. */
    public static void write(JsonGenerator json, RecordedEvent event) throws IOException {
        json.writeStartObject();
        json.writeNumberField("position", event.position());
        json.writeStringField("time", Instant.ofEpochMilli(event.timeMillis()).toString());
        if (event.commandId() != null) {
            json.writeStringField("commandId", event.commandId());
        }
        if (event.correlation() != null) {
            json.writeStringField("correlation", event.correlation());
        }
        if (event.causation() != null) {
            json.writeStringField("causation", event.causation());
        }
        if (event.actor() != null) {
            json.writeStringField("actor", event.actor());
        }
        EventCodec.writeFields(json, event.event());
        json.writeEndObject();
    }

    /** Writes the event in an envelope with the attributes of CloudEvents 1.0. */
    static void writeEnvelope(JsonGenerator json, String simulation, RecordedEvent event) throws IOException {
        json.writeStartObject();
        json.writeStringField("specversion", "1.0");
        json.writeStringField("id", Long.toString(event.position()));
        json.writeStringField("source", "/v1/simulations/" + simulation);
        json.writeStringField("type", TYPE_PREFIX + EventCodec.type(event.event()));
        json.writeStringField("time", Instant.ofEpochMilli(event.timeMillis()).toString());
        json.writeFieldName("data");
        write(json, event);
        json.writeEndObject();
    }
}
