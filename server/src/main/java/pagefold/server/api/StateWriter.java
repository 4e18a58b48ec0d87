package pagefold.server.api;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.host.LoadedPlugin;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.PluginBinding;
import pagefold.model.Region;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.server.log.RecordedEvent;
import pagefold.server.stream.EventJson;
import pagefold.server.wire.ModelWriter;
import pagefold.server.wire.WireText;
import pagefold.spi.Capability;
import pagefold.spi.KernelLayout;
import pagefold.spi.Profile;
import pagefold.spi.ProfileOption;
import pagefold.table.ModelStatistics;
import pagefold.table.TableView;
import pagefold.table.Walk;

/** Writes what reads answer with as JSON, in the forms that the contract says. */
final class StateWriter {
    private final JsonGenerator json;

    StateWriter(JsonGenerator json) {
        this.json = json;
    }

    void binding(PluginBinding binding) throws IOException {
        ModelWriter.writeBindingFields(json, binding);
    }

    void event(RecordedEvent event) throws IOException {
        EventJson.write(json, event);
    }

    void space(AddressSpace space) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", space.name());
        json.writeStringField("kind", WireText.text(space.kind()));
        json.writeNumberField("regions", space.regionCount());
        String kernel = space.kernel();
        if (kernel != null) {
            json.writeStringField("kernel", kernel);
        }
        json.writeEndObject();
    }

    void region(Region region) throws IOException {
        json.writeStartObject();
        json.writeFieldName("range");
        ModelWriter.writeRange(json, region.range());
        json.writeFieldName("output");
        ModelWriter.writeOutput(json, region.output());
        json.writeFieldName("attributes");
        ModelWriter.writeAttributes(json, region.attributes());
        json.writeBooleanField("valid", region.valid());
        json.writeEndObject();
    }

    void hex(String name, long value) throws IOException {
        json.writeFieldName(name);
        ModelWriter.writeHex(json, value);
    }

    /** Writes more of a step, which is named by its place among all. */
    @FunctionalInterface
    interface StepWriter {
        void write(int step) throws IOException;
    }

    void walk(Walk walk) throws IOException {
        walk(walk, step -> {});
    }

    void walk(Walk walk, StepWriter more) throws IOException {
        hex("input", walk.input());
        json.writeArrayFieldStart("steps");
        for (int i = 0; i < walk.steps().size(); i++) {
            json.writeStartObject();
            step(walk.steps().get(i));
            more.write(i);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeObjectFieldStart("outcome");
        switch (walk.outcome()) {
            case Walk.Translated translated -> {
                json.writeBooleanField("translated", true);
                hex("output", translated.output());
                json.writeNumberField("level", translated.level());
                hex("leafSize", translated.leafSize());
                json.writeFieldName("attributes");
                ModelWriter.writeAttributes(json, translated.attributes());
            }
            case Walk.Faulted faulted -> {
                json.writeBooleanField("translated", false);
                json.writeStringField("fault", faulted.kind().text());
                json.writeNumberField("level", faulted.level());
                json.writeNumberField("stage", faulted.stage());
                json.writeBooleanField("onStage1Walk", faulted.onStage1Walk());
            }
        }
        json.writeEndObject();
        for (Walk.Register register : walk.registers()) {
            json.writeObjectFieldStart(register.role());
            json.writeStringField("register", register.name());
            hex("value", register.value());
            json.writeEndObject();
        }
        Walk.Pin pin = walk.pin();
        if (pin != null) {
            json.writeObjectFieldStart("pin");
            json.writeBooleanField("pinned", pin.pinned());
            json.writeStringField("reason", pin.reason());
            json.writeEndObject();
        }
    }

    private void step(Walk.Step step) throws IOException {
        json.writeNumberField("stage", step.stage());
        json.writeStringField("generic", step.generic());
        json.writeNumberField("level", step.level());
        json.writeBooleanField("folded", step.folded());
        hex("table", step.table());
        json.writeNumberField("index", step.index());
        hex("entry", step.entry());
        hex("word", step.word());
        json.writeStringField("meaning", step.meaning());
        json.writeArrayFieldStart("fields");
        for (Walk.Field field : step.fields()) {
            json.writeStartObject();
            json.writeNumberField("high", field.high());
            json.writeNumberField("low", field.low());
            json.writeStringField("name", field.name());
            hex("value", field.value());
            json.writeStringField("meaning", field.meaning());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    void tableFields(TableView table) throws IOException {
        json.writeStringField("space", table.space());
        hex("address", table.address());
        json.writeStringField("generic", table.generic());
        json.writeNumberField("level", table.level());
        hex("start", table.start());
        hex("last", table.last());
        json.writeNumberField("used", table.used());
    }

    void words(long[] words) throws IOException {
        json.writeArrayFieldStart("words");
        for (long word : words) {
            ModelWriter.writeHex(json, word);
        }
        json.writeEndArray();
    }

    void statistics(ModelStatistics statistics, Simulation simulation) throws IOException {
        json.writeNumberField("tables", statistics.tables());
        json.writeNumberField("tableBytes", statistics.tableBytes());
        json.writeNumberField("overMappedBytes", statistics.overMappedBytes());
        json.writeNumberField("widenedPermissionBytes", statistics.widenedPermissionBytes());
        long writableExecutable = 0;
        for (AddressSpace space : simulation.spaces()) {
            writableExecutable += writableExecutableBytes(space);
        }
        json.writeNumberField("writableExecutableBytes", writableExecutable);
        json.writeArrayFieldStart("spaces");
        for (ModelStatistics.Space space : statistics.spaces()) {
            json.writeStartObject();
            json.writeStringField("space", space.space());
            json.writeStringField("kind", WireText.text(SpaceKind.valueOf(space.kind())));
            hex("root", space.root());
            json.writeArrayFieldStart("registers");
            for (ModelStatistics.Register register : space.registers()) {
                json.writeStartObject();
                json.writeStringField("name", register.name());
                hex("value", register.value());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeNumberField("tables", space.tables());
            json.writeNumberField("tableBytes", space.tableBytes());
            leaves(space.leaves());
            json.writeNumberField("contiguousEntries", space.contiguousEntries());
            json.writeNumberField("mappedBytes", space.mappedBytes());
            AddressSpace neutral = simulation.space(space.space());
            json.writeNumberField("writableExecutableBytes", neutral == null ? 0 : writableExecutableBytes(neutral));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Bytes that some privilege may write and execute, whatever the tables make of it. */
    private static long writableExecutableBytes(AddressSpace space) {
        long[] bytes = new long[1];
        space.forEachIn(new AddressRange(0, -1), region -> {
            if (region.attributes().permissions().isWritableAndExecutable()) {
                bytes[0] += region.range().size();
            }
        });
        return bytes[0];
    }

    private void leaves(List<ModelStatistics.Leaves> leaves) throws IOException {
        json.writeArrayFieldStart("leaves");
        for (ModelStatistics.Leaves level : leaves) {
            json.writeStartObject();
            json.writeNumberField("level", level.level());
            hex("size", level.size());
            json.writeNumberField("count", level.count());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    void plugin(LoadedPlugin plugin) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", plugin.id());
        json.writeStringField("version", plugin.version());
        json.writeStringField("digest", plugin.digest());
        if (plugin.signer() != null) {
            json.writeStringField("signer", plugin.signer());
        }
        json.writeArrayFieldStart("profiles");
        for (Profile profile : plugin.profiles()) {
            json.writeStartObject();
            json.writeStringField("name", profile.name());
            json.writeStringField("title", profile.title());
            json.writeNumberField("granuleBits", profile.granuleBits());
            json.writeNumberField("inputBits", profile.inputBits());
            json.writeNumberField("outputBits", profile.outputBits());
            json.writeArrayFieldStart("capabilities");
            for (Capability capability :
                    profile.capabilities().stream().sorted().toList()) {
                json.writeString(capability.name());
            }
            json.writeEndArray();
            kernelLayout(profile.kernelLayout());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("options");
        for (ProfileOption option : plugin.options()) {
            json.writeStartObject();
            json.writeStringField("form", option.form());
            json.writeStringField("title", option.title());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void kernelLayout(@Nullable KernelLayout layout) throws IOException {
        if (layout == null) {
            return;
        }
        json.writeObjectFieldStart("kernelLayout");
        hex("vmemmapStart", layout.vmemmapStart());
        hex("vmemmapLast", layout.vmemmapLast());
        json.writeNumberField("elementBytes", layout.elementBytes());
        json.writeNumberField("sectionBits", layout.sectionBits());
        json.writeNumberField("memoryAlignmentBits", layout.memoryAlignmentBits());
        hex("blockBytes", layout.blockBytes());
        json.writeEndObject();
    }
}
