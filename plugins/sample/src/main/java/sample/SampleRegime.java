package sample;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Shareability;
import pagefold.model.SpaceKind;
import pagefold.spi.Capability;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableFormat;
import pagefold.table.TableReader;
import pagefold.table.TranslationRegime;

/** A process: which attributes its words can hold, and how. */
final class SampleRegime implements TranslationRegime {
    static final int GRANULE_BITS = 12;
    static final int INPUT_BITS = 30;
    static final int OUTPUT_BITS = 36;
    static final Geometry GEOMETRY = Geometry.of(GRANULE_BITS, INPUT_BITS);
    static final AddressRange INPUT = new AddressRange(0, (1L << INPUT_BITS) - 1);

    /** By MTYPE. */
    private static final List<MemoryType> TYPES =
            List.of(MemoryType.DEVICE_NGNRNE, MemoryType.DEVICE_NGNRE, MemoryType.NORMAL_NC, MemoryType.NORMAL_WB);

    private final SampleFormat format = new SampleFormat();
    private final Set<String> declared;

    SampleRegime(Set<Capability> declared) {
        this.declared = declared.stream().map(Capability::name).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public SpaceKind kind() {
        return SpaceKind.USER;
    }

    @Override
    public Geometry geometry() {
        return GEOMETRY;
    }

    @Override
    public TableFormat format() {
        return format;
    }

    @Override
    public AddressRange inputRange() {
        return INPUT;
    }

    @Override
    public int outputBits() {
        return OUTPUT_BITS;
    }

    @Override
    public @Nullable Unfit unfit(Attributes attributes) {
        Unfit lacking = Unfit.lacking(attributes, declared);
        if (lacking != null) {
            return lacking;
        }
        if (!TYPES.contains(attributes.memoryType())) {
            String fit = TYPES.stream().map(MemoryType::text).collect(Collectors.joining(", "));
            return new Unfit("memory-type", "one of the 4 types " + fit);
        }
        if (attributes.shareability() != Shareability.INNER_SHAREABLE) {
            return new Unfit("attributes", "inner shareable memory");
        }
        Permissions p = attributes.permissions();
        return p.isNone() || p.equals(data(p))
                ? null
                : new Unfit("permissions", "rw-/---, rw-/rw-, r--/--- or r--/r-- with any execution, not " + p);
    }

    /** The least permissions that can be held and grant as much. */
    private static Permissions data(Permissions p) {
        boolean user = p.allows(Access.READ, Privilege.UNPRIVILEGED)
                || p.allows(Access.WRITE, Privilege.UNPRIVILEGED)
                || p.allows(Access.EXECUTE, Privilege.UNPRIVILEGED);
        return p.with(Access.READ, Privilege.PRIVILEGED, true)
                .with(Access.WRITE, Privilege.PRIVILEGED, p.isWritable())
                .with(Access.READ, Privilege.UNPRIVILEGED, user)
                .with(Access.WRITE, Privilege.UNPRIVILEGED, user && p.isWritable());
    }

    @Override
    public Attributes widened(Attributes attributes) {
        return attributes.withPermissions(data(attributes.permissions()));
    }

    @Override
    public long leafBits(Attributes attributes) {
        Permissions p = attributes.permissions();
        return SampleFormat.A
                | SampleFormat.field(SampleFormat.MTYPE, TYPES.indexOf(attributes.memoryType()))
                | SampleFormat.field(SampleFormat.SOFTWARE, attributes.software())
                | (attributes.global() ? SampleFormat.G : 0)
                | (p.isNone() ? 0 : SampleFormat.V)
                | (p.isWritable() ? 0 : SampleFormat.R)
                | (p.allows(Access.READ, Privilege.UNPRIVILEGED) ? SampleFormat.U : 0)
                | (p.allows(Access.EXECUTE, Privilege.PRIVILEGED) ? SampleFormat.PX : 0)
                | (p.allows(Access.EXECUTE, Privilege.UNPRIVILEGED) ? SampleFormat.UX : 0);
    }

    /** What a valid leaf word grants now, and of what memory. */
    static Attributes attributes(long word) {
        boolean user = (word & SampleFormat.U) != 0;
        boolean write = SampleFormat.isWritable(word);
        Permissions granted = Permissions.NONE
                .with(Access.READ, Privilege.PRIVILEGED, true)
                .with(Access.WRITE, Privilege.PRIVILEGED, write)
                .with(Access.EXECUTE, Privilege.PRIVILEGED, (word & SampleFormat.PX) != 0)
                .with(Access.READ, Privilege.UNPRIVILEGED, user)
                .with(Access.WRITE, Privilege.UNPRIVILEGED, user && write)
                .with(Access.EXECUTE, Privilege.UNPRIVILEGED, (word & SampleFormat.UX) != 0);
        return new Attributes(
                granted,
                TYPES.get(SampleFormat.value(word, SampleFormat.MTYPE)),
                Shareability.INNER_SHAREABLE,
                (word & SampleFormat.G) != 0,
                false,
                SampleFormat.value(word, SampleFormat.SOFTWARE),
                false,
                false);
    }

    @Override
    public TableReader reader(PhysicalMemory memory, long root) {
        return new SampleReader(format, memory, root);
    }
}
