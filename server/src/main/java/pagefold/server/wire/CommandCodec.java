package pagefold.server.wire;

import static pagefold.server.wire.Field.ACCESS;
import static pagefold.server.wire.Field.ALIASES;
import static pagefold.server.wire.Field.ATTRIBUTES;
import static pagefold.server.wire.Field.CHANGE;
import static pagefold.server.wire.Field.CHILD;
import static pagefold.server.wire.Field.COARSENING;
import static pagefold.server.wire.Field.FROM;
import static pagefold.server.wire.Field.HOLES;
import static pagefold.server.wire.Field.KERNEL;
import static pagefold.server.wire.Field.KIND;
import static pagefold.server.wire.Field.LEAF_SIZE;
import static pagefold.server.wire.Field.OUTPUT;
import static pagefold.server.wire.Field.PARENT;
import static pagefold.server.wire.Field.PERMISSIONS;
import static pagefold.server.wire.Field.PLUGIN;
import static pagefold.server.wire.Field.POLICY;
import static pagefold.server.wire.Field.PRIVILEGE;
import static pagefold.server.wire.Field.PROFILE;
import static pagefold.server.wire.Field.RANGE;
import static pagefold.server.wire.Field.REPLACE;
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
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.AgeRange;
import pagefold.model.MemoryCommand.Annotate;
import pagefold.model.MemoryCommand.AttachKernel;
import pagefold.model.MemoryCommand.ChangeRange;
import pagefold.model.MemoryCommand.CopyKernel;
import pagefold.model.MemoryCommand.CopyKernelEntries;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.DestroySpace;
import pagefold.model.MemoryCommand.ForkSpace;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.MoveRange;
import pagefold.model.MemoryCommand.ProtectKernelEntries;
import pagefold.model.MemoryCommand.ProtectRange;
import pagefold.model.MemoryCommand.RelaxRange;
import pagefold.model.MemoryCommand.SelectPlugin;
import pagefold.model.MemoryCommand.SetMemory;
import pagefold.model.MemoryCommand.SplitRange;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.MemoryCommand.WriteProtectRange;

/**
 * The JSON of commands, as in
 *
 * <pre>{@code
 * {"type":"map-range","space":"u","range":{"start":"0x400000","size":"0x1000"},
 *  "output":{"physical":"0x40000000"},"attributes":{"permissions":"rw-/rw-"}}
 * }</pre>
 *
 * <p>What may be left out has one default, whatever the rest says: {@code replace} and {@code holes} are false,
 * {@code policy} is {@code free-tables}, {@code coarsening} is {@code reject}; of the attributes, {@code memoryType} is {@code normal-wb}, {@code shareability}
 * is {@code inner}, {@code software} is 0, and {@code global}, {@code guarded}, {@code blocks} and {@code contiguous} are
 * false. Everything else is required. Written is always everything.
 *
 * <p>An instance reads one command after the other and shares equal values among them; one thread at a time. The static
 * methods may be called by any thread.
 */
public final class CommandCodec {
    /** The names of the types, and what belongs to them. */
    private enum Form {
        CREATE_SPACE("create-space", Field.mask(SPACE, KIND), 0),
        DESTROY_SPACE("destroy-space", Field.mask(SPACE), 0),
        MAP_RANGE("map-range", Field.mask(SPACE, RANGE, OUTPUT, ATTRIBUTES), Field.mask(REPLACE)),
        UNMAP_RANGE("unmap-range", Field.mask(SPACE, RANGE), Field.mask(HOLES, POLICY)),
        PROTECT_RANGE("protect-range", Field.mask(SPACE, RANGE, PERMISSIONS), 0),
        MOVE_RANGE("move-range", Field.mask(SPACE, FROM, TO), Field.mask(REPLACE)),
        FORK_SPACE("fork-space", Field.mask(PARENT, CHILD), 0),
        COPY_KERNEL("copy-kernel", Field.mask(PARENT, CHILD, RANGE), 0),
        TOUCH_RANGE("touch-range", Field.mask(SPACE, RANGE, ACCESS, PRIVILEGE), 0),
        AGE_RANGE("age-range", Field.mask(SPACE, RANGE), 0),
        WRITE_PROTECT_RANGE("write-protect-range", Field.mask(SPACE, RANGE), 0),
        RELAX_RANGE("relax-range", Field.mask(SPACE, RANGE, PERMISSIONS), 0),
        SPLIT_RANGE("split-range", Field.mask(SPACE, RANGE, LEAF_SIZE), 0),
        CHANGE_RANGE("change-range", Field.mask(SPACE, RANGE, ATTRIBUTES), 0),
        SET_MEMORY("set-memory", Field.mask(SPACE, RANGE, CHANGE), Field.mask(ALIASES)),
        ATTACH_KERNEL("attach-kernel", Field.mask(SPACE, KERNEL), 0),
        COPY_KERNEL_ENTRIES("copy-kernel-entries", Field.mask(SPACE, RANGE), 0),
        PROTECT_KERNEL_ENTRIES("protect-kernel-entries", Field.mask(SPACE, RANGE, PERMISSIONS), 0),
        SELECT_PLUGIN("select-plugin", Field.mask(PLUGIN, VERSION, PROFILE), Field.mask(COARSENING)),
        ANNOTATE("annotate", Field.mask(TEXT), Field.mask(SPACE));

        private static final Map<String, Form> BY_NAME =
                Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(form -> form.jsonName, form -> form));

        private final String jsonName;
        private final int required;
        private final int optional;

        Form(String jsonName, int required, int optional) {
            this.jsonName = jsonName;
            this.required = required;
            this.optional = optional;
        }
    }

    private final Fields fields = new Fields(false);

    /** A reader that has seen nothing yet. */
    public CommandCodec() {}

    /** The name of the command's type, as in {@code map-range}. */
    public static String type(MemoryCommand command) {
        return form(command).jsonName;
    }

    /** One command as a document. */
    public static byte[] encode(MemoryCommand command) {
        return WireJson.encode(generator -> write(generator, command));
    }

    /**
     * Reads a document of one command.
     *
     * @throws MalformedJson when it is anything else
     */
    public static MemoryCommand decode(byte[] json) {
        return WireJson.decode(json, new CommandCodec()::read);
    }

    /**
     * Reads one command.
     *
     * @param parser stands on the start of the object, and afterwards on its end
     * @throws MalformedJson when it is not a command of a known type
     * @throws IOException what the parser throws, a {@code JsonProcessingException} when there is no JSON
     */
    public MemoryCommand read(JsonParser parser) throws IOException {
        String type = fields.read(parser, "a command");
        Form form = Form.BY_NAME.get(type);
        if (form == null) {
            throw new MalformedJson("type", "a known type of command", Found.quoted(type));
        }
        fields.check(form.required, form.optional);
        return command(form);
    }

    private MemoryCommand command(Form form) {
        return switch (form) {
            case CREATE_SPACE -> new CreateSpace(fields.space(), fields.kind());
            case DESTROY_SPACE -> new DestroySpace(fields.space());
            case MAP_RANGE ->
                new MapRange(fields.space(), fields.range(), fields.output(), fields.attributes(), fields.replace());
            case UNMAP_RANGE -> new UnmapRange(fields.space(), fields.range(), fields.holes(), fields.policy());
            case PROTECT_RANGE -> new ProtectRange(fields.space(), fields.range(), fields.permissions());
            case MOVE_RANGE -> new MoveRange(fields.space(), fields.from(), fields.to(), fields.replace());
            case FORK_SPACE -> new ForkSpace(fields.parent(), fields.child());
            case COPY_KERNEL -> new CopyKernel(fields.parent(), fields.child(), fields.range());
            case TOUCH_RANGE -> new TouchRange(fields.space(), fields.range(), fields.access(), fields.privilege());
            case AGE_RANGE -> new AgeRange(fields.space(), fields.range());
            case WRITE_PROTECT_RANGE -> new WriteProtectRange(fields.space(), fields.range());
            case RELAX_RANGE -> new RelaxRange(fields.space(), fields.range(), fields.permissions());
            case SPLIT_RANGE -> new SplitRange(fields.space(), fields.range(), fields.leafSize());
            case CHANGE_RANGE -> new ChangeRange(fields.space(), fields.range(), fields.attributes());
            case SET_MEMORY -> new SetMemory(fields.space(), fields.range(), fields.change(), fields.aliasesOrNull());
            case ATTACH_KERNEL -> new AttachKernel(fields.space(), fields.kernel());
            case COPY_KERNEL_ENTRIES -> new CopyKernelEntries(fields.space(), fields.range());
            case PROTECT_KERNEL_ENTRIES ->
                new ProtectKernelEntries(fields.space(), fields.range(), fields.permissions());
            case SELECT_PLUGIN -> new SelectPlugin(fields.binding());
            case ANNOTATE -> new Annotate(fields.spaceOrNull(), fields.text());
        };
    }

    private static Form form(MemoryCommand command) {
        return switch (command) {
            case CreateSpace c -> Form.CREATE_SPACE;
            case DestroySpace c -> Form.DESTROY_SPACE;
            case MapRange c -> Form.MAP_RANGE;
            case UnmapRange c -> Form.UNMAP_RANGE;
            case ProtectRange c -> Form.PROTECT_RANGE;
            case MoveRange c -> Form.MOVE_RANGE;
            case ForkSpace c -> Form.FORK_SPACE;
            case CopyKernel c -> Form.COPY_KERNEL;
            case TouchRange c -> Form.TOUCH_RANGE;
            case AgeRange c -> Form.AGE_RANGE;
            case WriteProtectRange c -> Form.WRITE_PROTECT_RANGE;
            case RelaxRange c -> Form.RELAX_RANGE;
            case SplitRange c -> Form.SPLIT_RANGE;
            case ChangeRange c -> Form.CHANGE_RANGE;
            case SetMemory c -> Form.SET_MEMORY;
            case AttachKernel c -> Form.ATTACH_KERNEL;
            case CopyKernelEntries c -> Form.COPY_KERNEL_ENTRIES;
            case ProtectKernelEntries c -> Form.PROTECT_KERNEL_ENTRIES;
            case SelectPlugin c -> Form.SELECT_PLUGIN;
            case Annotate c -> Form.ANNOTATE;
        };
    }

    /** Writes one command as an object. */
    public static void write(JsonGenerator generator, MemoryCommand command) throws IOException {
        generator.writeStartObject();
        FieldWriter fields = new FieldWriter(generator);
        fields.type(type(command));
        switch (command) {
            case CreateSpace c -> fields.space(c.space()).kind(c.kind());
            case DestroySpace c -> fields.space(c.space());
            case MapRange c ->
                fields.space(c.space())
                        .range(c.range())
                        .output(c.output())
                        .attributes(c.attributes())
                        .replace(c.replace());
            case UnmapRange c ->
                fields.space(c.space()).range(c.range()).holes(c.holes()).policy(c.policy());
            case ProtectRange c -> fields.space(c.space()).range(c.range()).permissions(c.permissions());
            case MoveRange c ->
                fields.space(c.space()).from(c.from()).to(c.to()).replace(c.replace());
            case ForkSpace c -> fields.parent(c.parent()).child(c.child());
            case CopyKernel c -> fields.parent(c.parent()).child(c.child()).range(c.range());
            case TouchRange c ->
                fields.space(c.space()).range(c.range()).access(c.access()).privilege(c.privilege());
            case AgeRange c -> fields.space(c.space()).range(c.range());
            case WriteProtectRange c -> fields.space(c.space()).range(c.range());
            case RelaxRange c -> fields.space(c.space()).range(c.range()).permissions(c.permissions());
            case SplitRange c -> fields.space(c.space()).range(c.range()).leafSize(c.leafSize());
            case ChangeRange c -> fields.space(c.space()).range(c.range()).attributes(c.attributes());
            case SetMemory c ->
                fields.space(c.space()).range(c.range()).change(c.change()).aliasesIfAny(c.aliases());
            case AttachKernel c -> fields.space(c.space()).kernel(c.kernel());
            case CopyKernelEntries c -> fields.space(c.space()).range(c.range());
            case ProtectKernelEntries c ->
                fields.space(c.space()).range(c.range()).permissions(c.permissions());
            case SelectPlugin c -> ModelWriter.writeBindingFields(generator, c.binding());
            case Annotate c -> fields.spaceIfAny(c.space()).text(c.text());
        }
        generator.writeEndObject();
    }
}
