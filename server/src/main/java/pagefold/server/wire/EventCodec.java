package pagefold.server.wire;

import static pagefold.server.wire.Field.ACCESS;
import static pagefold.server.wire.Field.ALIASES;
import static pagefold.server.wire.Field.ATTRIBUTES;
import static pagefold.server.wire.Field.CHANGE;
import static pagefold.server.wire.Field.CHILD;
import static pagefold.server.wire.Field.COARSENING;
import static pagefold.server.wire.Field.DIGEST;
import static pagefold.server.wire.Field.FROM;
import static pagefold.server.wire.Field.KERNEL;
import static pagefold.server.wire.Field.KIND;
import static pagefold.server.wire.Field.LEAF_SIZE;
import static pagefold.server.wire.Field.OUTPUT;
import static pagefold.server.wire.Field.PERMISSIONS;
import static pagefold.server.wire.Field.PLUGIN;
import static pagefold.server.wire.Field.PRIVILEGE;
import static pagefold.server.wire.Field.PROFILE;
import static pagefold.server.wire.Field.RANGE;
import static pagefold.server.wire.Field.SCHEMA_VERSION;
import static pagefold.server.wire.Field.SPACE;
import static pagefold.server.wire.Field.TEXT;
import static pagefold.server.wire.Field.TO;
import static pagefold.server.wire.Field.VERSION;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import pagefold.model.Attributes;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryEvent.Annotated;
import pagefold.model.MemoryEvent.KernelAttached;
import pagefold.model.MemoryEvent.KernelCopied;
import pagefold.model.MemoryEvent.KernelEntriesCopied;
import pagefold.model.MemoryEvent.KernelEntriesProtected;
import pagefold.model.MemoryEvent.KernelTouched;
import pagefold.model.MemoryEvent.MemorySet;
import pagefold.model.MemoryEvent.PluginSelected;
import pagefold.model.MemoryEvent.RangeAged;
import pagefold.model.MemoryEvent.RangeChanged;
import pagefold.model.MemoryEvent.RangeHotRemoved;
import pagefold.model.MemoryEvent.RangeMapped;
import pagefold.model.MemoryEvent.RangeMoved;
import pagefold.model.MemoryEvent.RangeProtected;
import pagefold.model.MemoryEvent.RangeRelaxed;
import pagefold.model.MemoryEvent.RangeSplit;
import pagefold.model.MemoryEvent.RangeTouched;
import pagefold.model.MemoryEvent.RangeUnmapped;
import pagefold.model.MemoryEvent.RangeVacated;
import pagefold.model.MemoryEvent.RangeWriteProtected;
import pagefold.model.MemoryEvent.SpaceCreated;
import pagefold.model.MemoryEvent.SpaceDestroyed;
import pagefold.model.MemoryEvent.SpaceForked;

/**
 * The JSON of events: {@code {"type":"range-unmapped","schemaVersion":1,"space":"u","range":{…}}}.
 *
 * <p>Events have no defaults: every field is written and must be there ({@code space} of {@code annotated} and
 * {@code aliases} of {@code memory-set} may be absent). What this version writes, it reads back to an equal event, and writes again to the same bytes.
 *
 * <p>An instance reads one event after the other and shares equal values among them; one thread at a time. The static
 * methods may be called by any thread.
 */
public final class EventCodec {
    /** The names of the types, and what belongs to them. */
    private enum Form {
        SPACE_CREATED("space-created", Field.mask(SPACE, KIND), 0),
        SPACE_DESTROYED("space-destroyed", Field.mask(SPACE), 0),
        RANGE_MAPPED("range-mapped", Field.mask(SPACE, RANGE, OUTPUT, ATTRIBUTES), 0),
        RANGE_UNMAPPED("range-unmapped", Field.mask(SPACE, RANGE), 0),
        RANGE_PROTECTED("range-protected", Field.mask(SPACE, RANGE, PERMISSIONS), 0),
        RANGE_MOVED("range-moved", Field.mask(SPACE, FROM, TO), 0),
        SPACE_FORKED("space-forked", Field.mask(SPACE, CHILD), 0),
        KERNEL_COPIED("kernel-copied", Field.mask(SPACE, CHILD, RANGE), 0),
        RANGE_TOUCHED("range-touched", Field.mask(SPACE, RANGE, ACCESS, PRIVILEGE), 0),
        RANGE_AGED("range-aged", Field.mask(SPACE, RANGE), 0),
        RANGE_WRITE_PROTECTED("range-write-protected", Field.mask(SPACE, RANGE), 0),
        RANGE_RELAXED("range-relaxed", Field.mask(SPACE, RANGE, PERMISSIONS), 0),
        RANGE_SPLIT("range-split", Field.mask(SPACE, RANGE, LEAF_SIZE), 0),
        RANGE_CHANGED("range-changed", Field.mask(SPACE, RANGE, ATTRIBUTES), 0),
        MEMORY_SET("memory-set", Field.mask(SPACE, RANGE, CHANGE), Field.mask(ALIASES)),
        RANGE_VACATED("range-vacated", Field.mask(SPACE, RANGE), 0),
        RANGE_HOT_REMOVED("range-hot-removed", Field.mask(SPACE, RANGE), 0),
        KERNEL_ATTACHED("kernel-attached", Field.mask(SPACE, KERNEL), 0),
        KERNEL_ENTRIES_COPIED("kernel-entries-copied", Field.mask(SPACE, RANGE), 0),
        KERNEL_TOUCHED("kernel-touched", Field.mask(SPACE, RANGE, ACCESS, PRIVILEGE), 0),
        KERNEL_ENTRIES_PROTECTED("kernel-entries-protected", Field.mask(SPACE, RANGE, PERMISSIONS), 0),
        PLUGIN_SELECTED("plugin-selected", 2, Field.mask(PLUGIN, VERSION, PROFILE, COARSENING), Field.mask(DIGEST)),
        ANNOTATED("annotated", Field.mask(TEXT), Field.mask(SPACE));

        private static final Map<String, Form> BY_NAME =
                Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(form -> form.jsonName, form -> form));

        /** The version in which this form is written, and the newest that is read. */
        private final int schemaVersion;

        private final String jsonName;
        private final int required;
        private final int optional;

        Form(String jsonName, int required, int optional) {
            this(jsonName, 1, required, optional);
        }

        Form(String jsonName, int schemaVersion, int required, int optional) {
            this.jsonName = jsonName;
            this.schemaVersion = schemaVersion;
            this.required = required | SCHEMA_VERSION.bit();
            this.optional = optional;
        }

        private boolean hasAttributes() {
            return (required & ATTRIBUTES.bit()) != 0;
        }
    }

    private static final int HUGE_PAGES_VERSION = 2;

    private final Fields fields = new Fields(true);

    /** A reader that has seen nothing yet. */
    public EventCodec() {}

    /** The name of the event's type, as in {@code range-mapped}. */
    public static String type(MemoryEvent event) {
        return form(event).jsonName;
    }

    /** The version of the form in which the event is written, from 1. */
    public static int schemaVersion(MemoryEvent event) {
        Form form = form(event);
        return switch (event) {
            case RangeMapped e -> version(form, e.attributes());
            case RangeChanged e -> version(form, e.attributes());
            default -> form.schemaVersion;
        };
    }

    /** Attributes have a page size from version 2 on, and are written so only where there is one. */
    private static int version(Form form, Attributes attributes) {
        return attributes.isHuge() ? HUGE_PAGES_VERSION : form.schemaVersion;
    }

    /** One event as a document. */
    public static byte[] encode(MemoryEvent event) {
        return WireJson.encode(generator -> write(generator, event));
    }

    /**
     * Reads a document of one event.
     *
     * @throws MalformedJson when it is anything else
     */
    public static MemoryEvent decode(byte[] json) {
        return WireJson.decode(json, new EventCodec()::read);
    }

    /** Writes one event as an object. */
    public static void write(JsonGenerator generator, MemoryEvent event) throws IOException {
        generator.writeStartObject();
        writeFields(generator, event);
        generator.writeEndObject();
    }

    /**
     * Reads one event.
     *
     * @param parser stands on the start of the object, and afterwards on its end
     * @throws MalformedJson when it is not an event of a type and version that are known
     * @throws IOException what the parser throws, a {@code JsonProcessingException} when there is no JSON
     */
    public MemoryEvent read(JsonParser parser) throws IOException {
        String type = fields.read(parser, "an event");
        Form form = Form.BY_NAME.get(type);
        if (form == null) {
            throw new MalformedJson("type", "a known type of event", Found.quoted(type));
        }
        fields.check(form.required, form.optional);
        // Version 1 of plugin-selected has no digest; nothing else of it differs.
        boolean isOld = form == Form.PLUGIN_SELECTED && fields.schemaVersion() == 1 && fields.digestOrNull() == null;
        int version = form.hasAttributes() ? version(form, fields.attributes()) : form.schemaVersion;
        if (fields.schemaVersion() != version && !isOld) {
            throw new MalformedJson("schemaVersion", version + " of " + type, String.valueOf(fields.schemaVersion()));
        }
        return event(form);
    }

    private MemoryEvent event(Form form) {
        return switch (form) {
            case SPACE_CREATED -> new SpaceCreated(fields.space(), fields.kind());
            case SPACE_DESTROYED -> new SpaceDestroyed(fields.space());
            case RANGE_MAPPED -> new RangeMapped(fields.space(), fields.range(), fields.output(), fields.attributes());
            case RANGE_UNMAPPED -> new RangeUnmapped(fields.space(), fields.range());
            case RANGE_PROTECTED -> new RangeProtected(fields.space(), fields.range(), fields.permissions());
            case RANGE_MOVED -> new RangeMoved(fields.space(), fields.from(), fields.to());
            case SPACE_FORKED -> new SpaceForked(fields.space(), fields.child());
            case KERNEL_COPIED -> new KernelCopied(fields.space(), fields.child(), fields.range());
            case RANGE_TOUCHED -> new RangeTouched(fields.space(), fields.range(), fields.access(), fields.privilege());
            case RANGE_AGED -> new RangeAged(fields.space(), fields.range());
            case RANGE_WRITE_PROTECTED -> new RangeWriteProtected(fields.space(), fields.range());
            case RANGE_RELAXED -> new RangeRelaxed(fields.space(), fields.range(), fields.permissions());
            case RANGE_SPLIT -> new RangeSplit(fields.space(), fields.range(), fields.leafSize());
            case RANGE_CHANGED -> new RangeChanged(fields.space(), fields.range(), fields.attributes());
            case MEMORY_SET -> new MemorySet(fields.space(), fields.range(), fields.change(), fields.aliasesOrNull());
            case RANGE_VACATED -> new RangeVacated(fields.space(), fields.range());
            case RANGE_HOT_REMOVED -> new RangeHotRemoved(fields.space(), fields.range());
            case KERNEL_ATTACHED -> new KernelAttached(fields.space(), fields.kernel());
            case KERNEL_ENTRIES_COPIED -> new KernelEntriesCopied(fields.space(), fields.range());
            case KERNEL_TOUCHED ->
                new KernelTouched(fields.space(), fields.range(), fields.access(), fields.privilege());
            case KERNEL_ENTRIES_PROTECTED ->
                new KernelEntriesProtected(fields.space(), fields.range(), fields.permissions());
            case PLUGIN_SELECTED -> new PluginSelected(fields.binding(), fields.digestOrNull());
            case ANNOTATED -> new Annotated(fields.spaceOrNull(), fields.text());
        };
    }

    private static Form form(MemoryEvent event) {
        return switch (event) {
            case SpaceCreated e -> Form.SPACE_CREATED;
            case SpaceDestroyed e -> Form.SPACE_DESTROYED;
            case RangeMapped e -> Form.RANGE_MAPPED;
            case RangeUnmapped e -> Form.RANGE_UNMAPPED;
            case RangeProtected e -> Form.RANGE_PROTECTED;
            case RangeMoved e -> Form.RANGE_MOVED;
            case SpaceForked e -> Form.SPACE_FORKED;
            case KernelCopied e -> Form.KERNEL_COPIED;
            case RangeTouched e -> Form.RANGE_TOUCHED;
            case RangeAged e -> Form.RANGE_AGED;
            case RangeWriteProtected e -> Form.RANGE_WRITE_PROTECTED;
            case RangeRelaxed e -> Form.RANGE_RELAXED;
            case RangeSplit e -> Form.RANGE_SPLIT;
            case RangeChanged e -> Form.RANGE_CHANGED;
            case MemorySet e -> Form.MEMORY_SET;
            case RangeVacated e -> Form.RANGE_VACATED;
            case RangeHotRemoved e -> Form.RANGE_HOT_REMOVED;
            case KernelAttached e -> Form.KERNEL_ATTACHED;
            case KernelEntriesCopied e -> Form.KERNEL_ENTRIES_COPIED;
            case KernelTouched e -> Form.KERNEL_TOUCHED;
            case KernelEntriesProtected e -> Form.KERNEL_ENTRIES_PROTECTED;
            case PluginSelected e -> Form.PLUGIN_SELECTED;
            case Annotated e -> Form.ANNOTATED;
        };
    }

    /** Writes the fields of one event into an object that is open and may have others. */
    public static void writeFields(JsonGenerator generator, MemoryEvent event) throws IOException {
        Form form = form(event);
        FieldWriter fields = new FieldWriter(generator);
        fields.type(form.jsonName);
        fields.schemaVersion(schemaVersion(event));
        switch (event) {
            case SpaceCreated e -> fields.space(e.space()).kind(e.kind());
            case SpaceDestroyed e -> fields.space(e.space());
            case RangeMapped e ->
                fields.space(e.space()).range(e.range()).output(e.output()).attributes(e.attributes());
            case RangeUnmapped e -> fields.space(e.space()).range(e.range());
            case RangeProtected e -> fields.space(e.space()).range(e.range()).permissions(e.permissions());
            case RangeMoved e -> fields.space(e.space()).from(e.from()).to(e.to());
            case SpaceForked e -> fields.space(e.space()).child(e.child());
            case KernelCopied e -> fields.space(e.space()).child(e.child()).range(e.range());
            case RangeTouched e ->
                fields.space(e.space()).range(e.range()).access(e.access()).privilege(e.privilege());
            case RangeAged e -> fields.space(e.space()).range(e.range());
            case RangeWriteProtected e -> fields.space(e.space()).range(e.range());
            case RangeRelaxed e -> fields.space(e.space()).range(e.range()).permissions(e.permissions());
            case RangeSplit e -> fields.space(e.space()).range(e.range()).leafSize(e.leafSize());
            case RangeChanged e -> fields.space(e.space()).range(e.range()).attributes(e.attributes());
            case MemorySet e ->
                fields.space(e.space()).range(e.range()).change(e.change()).aliasesIfAny(e.aliases());
            case RangeVacated e -> fields.space(e.space()).range(e.range());
            case RangeHotRemoved e -> fields.space(e.space()).range(e.range());
            case KernelAttached e -> fields.space(e.space()).kernel(e.kernel());
            case KernelEntriesCopied e -> fields.space(e.space()).range(e.range());
            case KernelTouched e ->
                fields.space(e.space()).range(e.range()).access(e.access()).privilege(e.privilege());
            case KernelEntriesProtected e ->
                fields.space(e.space()).range(e.range()).permissions(e.permissions());
            case PluginSelected e -> {
                ModelWriter.writeBindingFields(generator, e.binding());
                fields.digestIfAny(e.digest());
            }
            case Annotated e -> fields.spaceIfAny(e.space()).text(e.text());
        }
    }
}
