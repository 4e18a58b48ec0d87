package pagefold.server.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryChange;
import pagefold.model.MemoryCommand.UnmapPolicy;
import pagefold.model.Names;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;

/**
 * The fields of one event or command, read in one pass and in any order; which of them belong together is checked when
 * the type is known. Used again for the next one; one thread at a time.
 */
final class Fields {
    private final ModelReader values = new ModelReader();
    private final boolean completeAttributes;

    private int present;
    private @Nullable String type;
    private int schemaVersion;
    private @Nullable String space;
    private @Nullable String child;
    private @Nullable String parent;
    private @Nullable SpaceKind kind;
    private @Nullable AddressRange range;
    private @Nullable AddressRange from;
    private @Nullable AddressRange to;
    private @Nullable Output output;
    private @Nullable Attributes attributes;
    private @Nullable Permissions permissions;
    private @Nullable Access access;
    private @Nullable Privilege privilege;
    private @Nullable String plugin;
    private @Nullable String version;
    private @Nullable String profile;
    private @Nullable Coarsening coarsening;
    private @Nullable String digest;
    private @Nullable String text;
    private boolean replace;
    private boolean holes;
    private @Nullable UnmapPolicy policy;
    private @Nullable MemoryChange change;
    private @Nullable AddressRange aliases;
    private long leafSize;
    private @Nullable String kernel;

    /** With {@code completeAttributes}, attributes have no defaults. */
    Fields(boolean completeAttributes) {
        this.completeAttributes = completeAttributes;
    }

    /** Reads an object whose start is the current token; answers its type. */
    String read(JsonParser parser, String what) throws IOException {
        ModelReader.expect(parser, JsonToken.START_OBJECT, what);
        present = 0;
        replace = false;
        holes = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            Field field = Field.of(parser.currentName());
            if (field == null) {
                throw new MalformedJson("", what + " without unknown fields", Found.token(parser));
            }
            if (has(field)) {
                throw new MalformedJson(field.jsonName, "a field once", "it twice");
            }
            present |= field.bit();
            parser.nextToken();
            try {
                readValue(field, parser);
            } catch (MalformedJson e) {
                throw e.within(field.jsonName);
            }
        }
        if (!has(Field.TYPE)) {
            throw new MalformedJson("", "the field 'type'", "an object without it");
        }
        return type();
    }

    private void readValue(Field field, JsonParser parser) throws IOException {
        switch (field) {
            case TYPE -> type = ModelReader.string(parser);
            case SCHEMA_VERSION -> schemaVersion = ModelReader.integer(parser, 1, Integer.MAX_VALUE);
            case SPACE -> space = values.space(parser);
            case CHILD -> child = values.space(parser);
            case PARENT -> parent = values.space(parser);
            case KIND -> kind = ModelReader.word(parser, WireText.SPACE_KINDS);
            case RANGE -> range = ModelReader.range(parser);
            case FROM -> from = ModelReader.range(parser);
            case TO -> to = ModelReader.range(parser);
            case OUTPUT -> output = values.output(parser);
            case ATTRIBUTES -> attributes = values.attributes(parser, completeAttributes);
            case PERMISSIONS -> permissions = ModelReader.permissions(parser);
            case ACCESS -> access = ModelReader.word(parser, WireText.ACCESSES);
            case PRIVILEGE -> privilege = ModelReader.word(parser, WireText.PRIVILEGES);
            case PLUGIN -> plugin = identifier(parser);
            case VERSION -> version = identifier(parser);
            case PROFILE -> profile = identifier(parser);
            case COARSENING -> coarsening = ModelReader.word(parser, WireText.COARSENINGS);
            case DIGEST -> digest = digest(parser);
            case TEXT -> text = remark(parser);
            case REPLACE -> replace = ModelReader.bool(parser);
            case HOLES -> holes = ModelReader.bool(parser);
            case POLICY -> policy = ModelReader.word(parser, WireText.UNMAP_POLICIES);
            case CHANGE -> change = ModelReader.word(parser, WireText.MEMORY_CHANGES);
            case ALIASES -> aliases = ModelReader.range(parser);
            case LEAF_SIZE -> leafSize = leafSize(parser);
            case KERNEL -> kernel = values.space(parser);
        }
    }

    private static long leafSize(JsonParser parser) throws IOException {
        long bytes = ModelReader.hex(parser);
        if (bytes < 1) {
            throw new MalformedJson("", "a size from 0x1 to 0x7fffffffffffffff", Found.token(parser));
        }
        return bytes;
    }

    private static String identifier(JsonParser parser) throws IOException {
        String name = ModelReader.string(parser);
        if (!Names.isValid(name)) {
            throw new MalformedJson(
                    "",
                    "1 to " + Names.MAX_LENGTH + " letters, digits, dots, underscores or hyphens",
                    Found.quoted(name));
        }
        return name;
    }

    private static String digest(JsonParser parser) throws IOException {
        String digest = ModelReader.string(parser);
        if (!digest.matches("[0-9a-f]{64}")) {
            throw new MalformedJson("", "64 lower-case hexadecimal digits", Found.quoted(digest));
        }
        return digest;
    }

    private static String remark(JsonParser parser) throws IOException {
        String remark = ModelReader.string(parser);
        if (remark.length() > Simulation.MAX_REMARK_LENGTH) {
            throw new MalformedJson(
                    "",
                    "a text of at most " + Simulation.MAX_REMARK_LENGTH + " characters",
                    "one of " + remark.length());
        }
        return WireText.wellFormed(remark);
    }

    /** Refuses fields that do not belong to the type, and the absence of those that do. */
    void check(int required, int optional) {
        int needed = required | Field.TYPE.bit();
        if ((present & needed) != needed) {
            throw new MalformedJson(
                    "", "the fields of " + type() + ": " + Field.names(needed), "no " + Field.names(needed & ~present));
        }
        int foreign = present & ~(needed | optional);
        if (foreign != 0) {
            throw new MalformedJson(
                    "", "no fields of " + type() + " but " + Field.names(needed | optional), Field.names(foreign));
        }
    }

    boolean has(Field field) {
        return (present & field.bit()) != 0;
    }

    String type() {
        return Objects.requireNonNull(type);
    }

    int schemaVersion() {
        return schemaVersion;
    }

    String space() {
        return Objects.requireNonNull(space);
    }

    @Nullable
    String spaceOrNull() {
        return has(Field.SPACE) ? space : null;
    }

    String child() {
        return Objects.requireNonNull(child);
    }

    String parent() {
        return Objects.requireNonNull(parent);
    }

    SpaceKind kind() {
        return Objects.requireNonNull(kind);
    }

    AddressRange range() {
        return Objects.requireNonNull(range);
    }

    AddressRange from() {
        return Objects.requireNonNull(from);
    }

    AddressRange to() {
        return Objects.requireNonNull(to);
    }

    Output output() {
        return Objects.requireNonNull(output);
    }

    Attributes attributes() {
        return Objects.requireNonNull(attributes);
    }

    Permissions permissions() {
        return Objects.requireNonNull(permissions);
    }

    Access access() {
        return Objects.requireNonNull(access);
    }

    Privilege privilege() {
        return Objects.requireNonNull(privilege);
    }

    /** The binding; a command may leave the coarsening out, which is then {@link Coarsening#REJECT}. */
    PluginBinding binding() {
        return new PluginBinding(
                Objects.requireNonNull(plugin),
                Objects.requireNonNull(version),
                Objects.requireNonNull(profile),
                has(Field.COARSENING) ? Objects.requireNonNull(coarsening) : Coarsening.REJECT);
    }

    @Nullable
    String digestOrNull() {
        return has(Field.DIGEST) ? digest : null;
    }

    String text() {
        return Objects.requireNonNull(text);
    }

    boolean replace() {
        return replace;
    }

    boolean holes() {
        return holes;
    }

    UnmapPolicy policy() {
        return has(Field.POLICY) ? Objects.requireNonNull(policy) : UnmapPolicy.FREE_TABLES;
    }

    MemoryChange change() {
        return Objects.requireNonNull(change);
    }

    @Nullable
    AddressRange aliasesOrNull() {
        return has(Field.ALIASES) ? aliases : null;
    }

    long leafSize() {
        return leafSize;
    }

    String kernel() {
        return Objects.requireNonNull(kernel);
    }
}
