package pagefold.server.compare;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Output;
import pagefold.model.PluginBinding;
import pagefold.server.compare.Comparison.Refusals;
import pagefold.server.compare.Comparison.Row;
import pagefold.server.compare.Difference.Kind;
import pagefold.server.importer.ImportReport;
import pagefold.server.importer.MalformedLine;
import pagefold.server.replay.Replayed.RefusedEvent;
import pagefold.server.wire.EventCodec;
import pagefold.server.wire.ModelWriter;

/** Writes comparisons as JSON, in the forms that the contract says. */
public final class ComparisonWriter {
    private final JsonGenerator json;

    /** A writer to a generator. */
    public ComparisonWriter(JsonGenerator json) {
        this.json = json;
    }

    /** Writes a comparison as an object. */
    public void write(Comparison comparison) throws IOException {
        json.writeStartObject();
        candidates(comparison);
        json.writeEndObject();
    }

    /** Writes a comparison as an object, with what was read for it. */
    public void write(Comparison comparison, FileHistory file) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("file");
        file(file);
        json.writeEndObject();
        candidates(comparison);
        json.writeEndObject();
    }

    private void file(FileHistory file) throws IOException {
        ImportReport report = file.report();
        json.writeStringField("format", file.format().name().toLowerCase(Locale.ROOT));
        json.writeNumberField("lines", report.lines());
        json.writeArrayFieldStart("spaces");
        for (AddressSpace space : file.end().spaces()) {
            json.writeString(space.name());
        }
        json.writeEndArray();
        json.writeObjectFieldStart("skipped");
        for (Map.Entry<String, Long> each : report.skipped().entrySet()) {
            json.writeNumberField(each.getKey(), each.getValue());
        }
        json.writeEndObject();
        json.writeObjectFieldStart("malformed");
        json.writeNumberField("count", report.malformedCount());
        json.writeArrayFieldStart("lines");
        for (MalformedLine line : report.malformed()) {
            json.writeStartObject();
            json.writeNumberField("line", line.lineNumber());
            json.writeStringField("reason", line.reason());
            json.writeStringField("text", line.text());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void candidates(Comparison comparison) throws IOException {
        json.writeNumberField("position", comparison.position());
        json.writeArrayFieldStart("candidates");
        for (Row row : comparison.rows()) {
            row(row);
        }
        json.writeEndArray();
    }

    private void row(Row row) throws IOException {
        json.writeStartObject();
        ModelWriter.writeBindingFields(json, row.binding());
        json.writeBooleanField("bound", row.bound());
        Figures figures = row.figures();
        if (figures != null) {
            json.writeObjectFieldStart("figures");
            figures(figures);
            json.writeEndObject();
        }
        if (row.failure() != null) {
            json.writeStringField("failure", row.failure());
        }
        refusals("inexact", row.inexact());
        refusals("leftOut", row.leftOut());
        json.writeEndObject();
    }

    private void figures(Figures figures) throws IOException {
        json.writeNumberField("tables", figures.tables());
        json.writeNumberField("tableBytes", figures.tableBytes());
        json.writeArrayFieldStart("leaves");
        for (Figures.Leaves leaves : figures.leaves()) {
            json.writeStartObject();
            hex("size", leaves.size());
            json.writeNumberField("count", leaves.count());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("contiguousRuns", figures.contiguousRuns());
        json.writeNumberField("mappedBytes", figures.mappedBytes());
        json.writeObjectFieldStart("tlb");
        json.writeNumberField("entries", figures.tlb().entries());
        json.writeNumberField("reachBytes", figures.tlb().reachBytes());
        json.writeNumberField("neededEntries", figures.tlb().neededEntries());
        json.writeEndObject();
        json.writeNumberField("overMappedBytes", figures.overMappedBytes());
        json.writeNumberField("widenedPermissionBytes", figures.widenedBytes());
    }

    private void refusals(String name, Refusals refusals) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("count", refusals.count());
        json.writeArrayFieldStart("events");
        for (RefusedEvent event : refusals.events()) {
            json.writeStartObject();
            json.writeNumberField("position", event.position());
            json.writeStringField("type", EventCodec.type(event.event()));
            AddressRange range = event.range();
            if (range != null) {
                json.writeFieldName("range");
                ModelWriter.writeRange(json, range);
            }
            json.writeStringField("reason", event.reason());
            json.writeStringField("detail", event.rejection().sentence());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void hex(String name, long value) throws IOException {
        json.writeFieldName(name);
        ModelWriter.writeHex(json, value);
    }

    /** Writes what would become of a simulation as an object. */
    public void write(SwapReport report) throws IOException {
        json.writeStartObject();
        json.writeNumberField("position", report.position());
        PluginBinding from = report.from();
        if (from != null) {
            json.writeObjectFieldStart("from");
            ModelWriter.writeBindingFields(json, from);
            json.writeEndObject();
        }
        json.writeBooleanField("possible", report.isPossible());
        json.writeFieldName("to");
        row(report.row());
        json.writeArrayFieldStart("suggested");
        for (PluginBinding each : report.suggested()) {
            json.writeStartObject();
            ModelWriter.writeBindingFields(json, each);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** Writes differences as an object. */
    public void write(Comparison.Diff diff) throws IOException {
        json.writeStartObject();
        json.writeNumberField("position", diff.position());
        side("left", diff.left());
        side("right", diff.right());
        differences(diff.count(), diff.bytes(), diff.differences());
        json.writeEndObject();
    }

    /** Writes what changed as an object. */
    public void write(Changes changes) throws IOException {
        json.writeStartObject();
        json.writeNumberField("from", changes.from());
        json.writeNumberField("position", changes.position());
        json.writeObjectFieldStart("binding");
        ModelWriter.writeBindingFields(json, changes.binding());
        json.writeEndObject();
        differences(changes.count(), changes.bytes(), changes.differences());
        json.writeObjectFieldStart("work");
        json.writeNumberField("events", changes.work().events());
        json.writeNumberField("words", changes.work().words());
        json.writeNumberField("invalidations", changes.work().invalidations());
        json.writeEndObject();
        tables(changes.tables());
        json.writeEndObject();
    }

    private void tables(TableChanges tables) throws IOException {
        json.writeObjectFieldStart("tables");
        json.writeNumberField("made", tables.made());
        json.writeNumberField("gone", tables.gone());
        json.writeNumberField("count", tables.count());
        json.writeArrayFieldStart("words");
        for (TableChanges.Word word : tables.words()) {
            json.writeStartObject();
            json.writeStringField("space", word.space());
            hex("address", word.address());
            json.writeNumberField("level", word.level());
            hex("old", word.oldWord());
            hex("new", word.newWord());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void differences(long count, Map<Kind, Long> bytes, List<Difference> differences) throws IOException {
        json.writeNumberField("count", count);
        json.writeObjectFieldStart("bytes");
        for (Map.Entry<Kind, Long> each : bytes.entrySet()) {
            json.writeNumberField(text(each.getKey()), each.getValue());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("differences");
        for (Difference difference : differences) {
            difference(difference);
        }
        json.writeEndArray();
    }

    private void side(String name, Row row) throws IOException {
        json.writeObjectFieldStart(name);
        ModelWriter.writeBindingFields(json, row.binding());
        json.writeNumberField("inexact", row.inexact().count());
        json.writeNumberField("leftOut", row.leftOut().count());
        json.writeEndObject();
    }

    private void difference(Difference difference) throws IOException {
        json.writeStartObject();
        json.writeStringField("space", difference.space());
        json.writeFieldName("range");
        ModelWriter.writeRange(json, difference.range());
        json.writeArrayFieldStart("kinds");
        for (Kind kind : difference.kinds()) {
            json.writeString(text(kind));
        }
        json.writeEndArray();
        leaf("left", difference.left());
        leaf("right", difference.right());
        json.writeEndObject();
    }

    private void leaf(String name, Difference.@Nullable Leaf leaf) throws IOException {
        if (leaf != null) {
            json.writeObjectFieldStart(name);
            hex("leafSize", leaf.leafSize());
            hex("entrySize", leaf.entrySize());
            json.writeFieldName("attributes");
            ModelWriter.writeAttributes(json, leaf.attributes());
            Output output = leaf.output();
            if (output != null) {
                json.writeFieldName("output");
                ModelWriter.writeOutput(json, output);
            }
            json.writeEndObject();
        }
    }

    private static String text(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
