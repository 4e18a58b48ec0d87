package pagefold.server.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Output;
import pagefold.model.PluginBinding;

/** Writes the model's values as JSON, every field there, in a fixed order. */
public final class ModelWriter {
    private static final byte[] DIGITS = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };
    private static final SerializableString START = new SerializedString("start");
    private static final SerializableString SIZE = new SerializedString("size");
    private static final SerializableString LAST = new SerializedString("last");
    private static final SerializableString PHYSICAL = new SerializedString("physical");
    private static final SerializableString OBJECT = new SerializedString("object");
    private static final SerializableString OFFSET = new SerializedString("offset");
    private static final SerializableString SHARING = new SerializedString("sharing");
    private static final SerializableString REPEATED = new SerializedString("repeated");
    private static final SerializableString PERMISSIONS = new SerializedString("permissions");
    private static final SerializableString MEMORY_TYPE = new SerializedString("memoryType");
    private static final SerializableString SHAREABILITY = new SerializedString("shareability");
    private static final SerializableString GLOBAL = new SerializedString("global");
    private static final SerializableString GUARDED = new SerializedString("guarded");
    private static final SerializableString SOFTWARE = new SerializedString("software");
    private static final SerializableString BLOCKS = new SerializedString("blocks");
    private static final SerializableString CONTIGUOUS = new SerializedString("contiguous");
    private static final SerializableString PAGE_SIZE = new SerializedString("pageSize");

    private ModelWriter() {}

    /** An address or size: {@code "0x…"} with 16 digits. */
    public static void writeHex(JsonGenerator generator, long value) throws IOException {
        char[] text = new char[18];
        text[0] = '0';
        text[1] = 'x';
        long rest = value;
        for (int i = 17; i > 1; i--) {
            text[i] = (char) DIGITS[(int) rest & 0xf];
            rest >>>= 4;
        }
        generator.writeString(text, 0, text.length);
    }

    /** {@code {"start":…,"size":…}}; the whole space, whose size has 65 bits, as {@code {"start":…,"last":…}}. */
    public static void writeRange(JsonGenerator generator, AddressRange range) throws IOException {
        generator.writeStartObject();
        writeRangeFields(generator, range);
        generator.writeEndObject();
    }

    /** The fields of {@link #writeRange}, in an object that has others too. */
    public static void writeRangeFields(JsonGenerator generator, AddressRange range) throws IOException {
        generator.writeFieldName(START);
        writeHex(generator, range.start());
        boolean isWhole = range.size() == 0;
        generator.writeFieldName(isWhole ? LAST : SIZE);
        writeHex(generator, isWhole ? range.last() : range.size());
    }

    /** {@code {"physical":…}} or {@code {"object":…,"offset":…,"sharing":…}}. */
    public static void writeOutput(JsonGenerator generator, Output output) throws IOException {
        generator.writeStartObject();
        switch (output) {
            case Output.Physical physical -> {
                generator.writeFieldName(PHYSICAL);
                writeHex(generator, physical.address());
            }
            case Output.Backed backed -> {
                generator.writeFieldName(OBJECT);
                generator.writeString(WireText.wellFormed(backed.object()));
                generator.writeFieldName(OFFSET);
                writeHex(generator, backed.offset());
                generator.writeFieldName(SHARING);
                generator.writeString(WireText.text(backed.sharing()));
            }
            case Output.Repeated repeated -> {
                generator.writeFieldName(REPEATED);
                generator.writeString(WireText.wellFormed(repeated.object()));
            }
        }
        generator.writeEndObject();
    }

    /** All attributes; a page size only where there is one. */
    public static void writeAttributes(JsonGenerator generator, Attributes attributes) throws IOException {
        generator.writeStartObject();
        generator.writeFieldName(PERMISSIONS);
        generator.writeString(attributes.permissions().toString());
        generator.writeFieldName(MEMORY_TYPE);
        generator.writeString(attributes.memoryType().text());
        generator.writeFieldName(SHAREABILITY);
        generator.writeString(WireText.text(attributes.shareability()));
        generator.writeFieldName(GLOBAL);
        generator.writeBoolean(attributes.global());
        generator.writeFieldName(GUARDED);
        generator.writeBoolean(attributes.guarded());
        generator.writeFieldName(SOFTWARE);
        generator.writeNumber(attributes.software());
        generator.writeFieldName(BLOCKS);
        generator.writeBoolean(attributes.blocks());
        generator.writeFieldName(CONTIGUOUS);
        generator.writeBoolean(attributes.contiguous());
        if (attributes.isHuge()) {
            generator.writeFieldName(PAGE_SIZE);
            writeHex(generator, attributes.pageSize());
        }
        generator.writeEndObject();
    }

    /** The fields {@code plugin}, {@code version}, {@code profile} and {@code coarsening} of an open object. */
    public static void writeBindingFields(JsonGenerator generator, PluginBinding binding) throws IOException {
        generator.writeStringField("plugin", binding.plugin());
        generator.writeStringField("version", binding.version());
        generator.writeStringField("profile", binding.profile());
        generator.writeStringField("coarsening", WireText.text(binding.coarsening()));
    }
}
