package pagefold.server.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryChange;
import pagefold.model.MemoryCommand.UnmapPolicy;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;

/** Writes the fields of events and commands, one call a field, in the order of the calls. */
final class FieldWriter {
    private static final SerializableString[] NAMES = new SerializableString[Field.values().length];

    static {
        for (Field field : Field.values()) {
            NAMES[field.ordinal()] = new SerializedString(field.jsonName);
        }
    }

    private final JsonGenerator generator;

    FieldWriter(JsonGenerator generator) {
        this.generator = generator;
    }

    FieldWriter type(String type) throws IOException {
        return string(Field.TYPE, type);
    }

    FieldWriter schemaVersion(int version) throws IOException {
        name(Field.SCHEMA_VERSION);
        generator.writeNumber(version);
        return this;
    }

    FieldWriter space(String space) throws IOException {
        return string(Field.SPACE, space);
    }

    FieldWriter spaceIfAny(@Nullable String space) throws IOException {
        return space == null ? this : space(space);
    }

    FieldWriter digestIfAny(@Nullable String digest) throws IOException {
        return digest == null ? this : string(Field.DIGEST, digest);
    }

    FieldWriter child(String space) throws IOException {
        return string(Field.CHILD, space);
    }

    FieldWriter parent(String space) throws IOException {
        return string(Field.PARENT, space);
    }

    FieldWriter kernel(String space) throws IOException {
        return string(Field.KERNEL, space);
    }

    FieldWriter kind(SpaceKind kind) throws IOException {
        return string(Field.KIND, WireText.text(kind));
    }

    FieldWriter range(AddressRange range) throws IOException {
        return range(Field.RANGE, range);
    }

    FieldWriter from(AddressRange range) throws IOException {
        return range(Field.FROM, range);
    }

    FieldWriter to(AddressRange range) throws IOException {
        return range(Field.TO, range);
    }

    FieldWriter output(Output output) throws IOException {
        name(Field.OUTPUT);
        ModelWriter.writeOutput(generator, output);
        return this;
    }

    FieldWriter attributes(Attributes attributes) throws IOException {
        name(Field.ATTRIBUTES);
        ModelWriter.writeAttributes(generator, attributes);
        return this;
    }

    FieldWriter permissions(Permissions permissions) throws IOException {
        return string(Field.PERMISSIONS, permissions.toString());
    }

    FieldWriter access(Access access) throws IOException {
        return string(Field.ACCESS, WireText.text(access));
    }

    FieldWriter privilege(Privilege privilege) throws IOException {
        return string(Field.PRIVILEGE, WireText.text(privilege));
    }

    FieldWriter text(String text) throws IOException {
        return string(Field.TEXT, WireText.wellFormed(text));
    }

    FieldWriter replace(boolean replace) throws IOException {
        return bool(Field.REPLACE, replace);
    }

    FieldWriter holes(boolean holes) throws IOException {
        return bool(Field.HOLES, holes);
    }

    FieldWriter leafSize(long bytes) throws IOException {
        name(Field.LEAF_SIZE);
        ModelWriter.writeHex(generator, bytes);
        return this;
    }

    FieldWriter policy(UnmapPolicy policy) throws IOException {
        return string(Field.POLICY, WireText.text(policy));
    }

    FieldWriter change(MemoryChange change) throws IOException {
        return string(Field.CHANGE, change.text());
    }

    FieldWriter aliasesIfAny(@Nullable AddressRange aliases) throws IOException {
        return aliases == null ? this : range(Field.ALIASES, aliases);
    }

    private void name(Field field) throws IOException {
        generator.writeFieldName(NAMES[field.ordinal()]);
    }

    private FieldWriter string(Field field, String value) throws IOException {
        name(field);
        generator.writeString(value);
        return this;
    }

    private FieldWriter bool(Field field, boolean value) throws IOException {
        name(field);
        generator.writeBoolean(value);
        return this;
    }

    private FieldWriter range(Field field, AddressRange range) throws IOException {
        name(field);
        ModelWriter.writeRange(generator, range);
        return this;
    }
}
