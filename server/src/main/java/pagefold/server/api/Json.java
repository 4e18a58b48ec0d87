package pagefold.server.api;

import java.io.ByteArrayOutputStream;
import pagefold.server.wire.WireJson;

/** Documents of JSON as the server sends them: one line, so that they are lines of NDJSON too. */
final class Json {
    static final String CONTENT_TYPE = "application/json";
    static final String LINES_CONTENT_TYPE = "application/x-ndjson";

    private Json() {}

    /** One value and a line end. */
    static byte[] line(WireJson.ValueWriter writer) {
        byte[] json = WireJson.encode(writer);
        ByteArrayOutputStream line = new ByteArrayOutputStream(json.length + 1);
        line.writeBytes(json);
        line.write('\n');
        return line.toByteArray();
    }
}
