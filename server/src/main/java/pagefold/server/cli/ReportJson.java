package pagefold.server.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import pagefold.server.importer.ImportReport;
import pagefold.server.importer.MalformedLine;
import pagefold.server.wire.WireJson;

/** The report of an import as JSON. */
final class ReportJson {
    private ReportJson() {}

    static String of(ImportReport report, long position) {
        return new String(WireJson.encode(generator -> write(generator, report, position)), StandardCharsets.UTF_8);
    }

    private static void write(JsonGenerator generator, ImportReport report, long position) throws IOException {
        generator.writeStartObject();
        generator.writeNumberField("position", position);
        generator.writeNumberField("lines", report.lines());
        generator.writeNumberField("commands", report.commands());
        generator.writeNumberField("spaces", report.spaces());
        writeCounts(generator, "skipped", report.skipped());
        writeCounts(generator, "reconstructed", report.reconstructed());
        generator.writeNumberField("malformedCount", report.malformedCount());
        generator.writeArrayFieldStart("malformed");
        for (MalformedLine line : report.malformed()) {
            generator.writeStartObject();
            generator.writeNumberField("line", line.lineNumber());
            generator.writeStringField("text", line.text());
            generator.writeStringField("reason", line.reason());
            generator.writeEndObject();
        }
        generator.writeEndArray();
        generator.writeEndObject();
    }

    private static void writeCounts(JsonGenerator generator, String name, Map<String, Long> counts) throws IOException {
        generator.writeObjectFieldStart(name);
        for (Map.Entry<String, Long> count : counts.entrySet()) {
            generator.writeNumberField(count.getKey(), count.getValue());
        }
        generator.writeEndObject();
    }
}
