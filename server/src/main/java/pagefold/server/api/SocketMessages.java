package pagefold.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import pagefold.server.space.UnitAnswer;
import pagefold.server.stream.Ending;
import pagefold.server.wire.WireJson;

/** What the server sends over a socket, but for the events themselves; {@code asyncapi.yaml} has them all. */
final class SocketMessages {
    private SocketMessages() {}

    static String subscribed(@Nullable String id, long position) {
        return text(json -> {
            start(json, "subscribed", id);
            json.writeNumberField("position", position);
            json.writeEndObject();
        });
    }

    static String unsubscribed(@Nullable String id) {
        return text(json -> {
            start(json, "unsubscribed", id);
            json.writeEndObject();
        });
    }

    static String accepted(@Nullable String id, UnitAnswer.Accepted accepted) {
        return text(json -> {
            start(json, "accepted", id);
            json.writeNumberField("first", accepted.first());
            json.writeNumberField("position", accepted.last());
            json.writeNumberField("commands", accepted.last() - accepted.first() + 1);
            if (accepted.repeated()) {
                json.writeBooleanField("repeated", true);
            }
            json.writeEndObject();
        });
    }

    static String refused(@Nullable String id, Problem problem) {
        return text(json -> {
            start(json, "refused", id);
            json.writeFieldName("problem");
            problem.withRetryAfter().write(json);
            json.writeEndObject();
        });
    }

    static String ending(Ending ending) {
        return text(json -> writeEnding(json, ending, true));
    }

    static String typeOf(Ending ending) {
        return ending instanceof Ending.Resync ? "resync" : "end";
    }

    static void writeEnding(JsonGenerator json, Ending ending, boolean withType) throws IOException {
        json.writeStartObject();
        if (withType) {
            json.writeStringField("type", typeOf(ending));
        }
        switch (ending) {
            case Ending.Resync(long from) -> json.writeNumberField("from", from);
            case Ending.Removed removed -> json.writeStringField("reason", "removed");
            case Ending.Stopping stopping -> json.writeStringField("reason", "stopping");
            case Ending.Failed(pagefold.server.replay.Trouble trouble) -> {
                json.writeStringField("reason", "failed");
                json.writeFieldName("problem");
                Problems.of(trouble).write(json);
            }
        }
        json.writeEndObject();
    }

    private static void start(JsonGenerator json, String type, @Nullable String id) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", type);
        if (id != null) {
            json.writeStringField("id", id);
        }
    }

    private static String text(WireJson.ValueWriter writer) {
        return new String(WireJson.encode(writer), StandardCharsets.UTF_8);
    }
}
