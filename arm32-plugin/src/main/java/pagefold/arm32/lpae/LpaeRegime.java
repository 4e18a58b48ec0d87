package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.AF;
import static pagefold.arm32.lpae.Descriptor.AP2;
import static pagefold.arm32.lpae.Descriptor.DIRTY;
import static pagefold.arm32.lpae.Descriptor.NG;
import static pagefold.arm32.lpae.Descriptor.NONE;
import static pagefold.arm32.lpae.Descriptor.PXN;
import static pagefold.arm32.lpae.Descriptor.RDONLY;
import static pagefold.arm32.lpae.Descriptor.USER;
import static pagefold.arm32.lpae.Descriptor.VALID;
import static pagefold.arm32.lpae.Descriptor.XN;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableFormat;
import pagefold.table.TableReader;
import pagefold.table.TranslationRegime;

/**
 * PL1&amp;0 stage 1 of a process below PAGE_OFFSET, of the kernel from there on, or of blocks below PAGE_OFFSET that lead
 * to themselves ({@code identity_mapping_add}, {@code __create_page_tables}).
 *
 * <p>All have a start table of four entries, as Linux gives every process one and keeps {@code swapper_pg_dir} for
 * itself. A process that carries a kernel has the kernel's last entry in its own table, and shares the tables below it.
 */
final class LpaeRegime implements TranslationRegime {
    private final LpaeProfile profile;
    private final SpaceKind kind;
    private final Geometry geometry = Geometry.of(LpaeProfile.GRANULE_BITS, LpaeProfile.INPUT_BITS);
    private final LpaeFormat format;
    private final AddressRange inputRange;

    LpaeRegime(LpaeProfile profile, SpaceKind kind) {
        this.profile = profile;
        this.kind = kind;
        this.format = new LpaeFormat(kind);
        long pageOffset = profile.layout().pageOffset();
        long last = (1L << LpaeProfile.INPUT_BITS) - 1;
        this.inputRange =
                kind == SpaceKind.KERNEL ? new AddressRange(pageOffset, last) : new AddressRange(0, pageOffset - 1);
    }

    @Override
    public SpaceKind kind() {
        return kind;
    }

    /** PMD_SIZE, the only one (arch/arm/include/asm/hugetlb-3level.h). */
    @Override
    public List<Long> pageSizes() {
        return kind == SpaceKind.USER ? List.of(1L << geometry.shift(2)) : List.of();
    }

    /** Linux on arm32 joins nothing. */
    @Override
    public boolean joinsLeaves() {
        return false;
    }

    @Override
    public Geometry geometry() {
        return geometry;
    }

    @Override
    public TableFormat format() {
        return format;
    }

    @Override
    public AddressRange inputRange() {
        return inputRange;
    }

    @Override
    public int outputBits() {
        return LpaeProfile.OUTPUT_BITS;
    }

    /** Identity maps have blocks alone. */
    @Override
    public long unit(long output, Attributes attributes) {
        if (kind != SpaceKind.IDMAP) {
            return geometry.granule();
        }
        return attributes.blocks() ? 1L << geometry.shift(2) : 0;
    }

    @Override
    public @Nullable Unfit unfit(Attributes attributes) {
        Unfit lacking = Unfit.lacking(attributes, Set.of());
        if (lacking != null) {
            return lacking;
        }
        Permissions p = attributes.permissions();
        boolean read = p.allows(Access.READ, Privilege.PRIVILEGED);
        boolean write = p.allows(Access.WRITE, Privilege.PRIVILEGED);
        boolean userRead = p.allows(Access.READ, Privilege.UNPRIVILEGED);
        boolean userWrite = p.allows(Access.WRITE, Privilege.UNPRIVILEGED);
        if (!read || userWrite && !(userRead && write) || userRead && write != userWrite) {
            return new Unfit(
                    "permissions",
                    "data permissions rw-/---, rw-/rw-, r--/--- or r--/r-- as AP[2:1] has them, not " + p);
        }
        boolean userExecute = p.allows(Access.EXECUTE, Privilege.UNPRIVILEGED);
        if (userRead && !userExecute && p.allows(Access.EXECUTE, Privilege.PRIVILEGED)) {
            return new Unfit(
                    "permissions",
                    "no execution by PL1 alone of what PL0 may read, since XN stands for both, not " + p);
        }
        return null;
    }

    @Override
    public Attributes widened(Attributes attributes) {
        Permissions p = attributes.permissions();
        boolean userExecute = p.allows(Access.EXECUTE, Privilege.UNPRIVILEGED);
        boolean userWrite = p.allows(Access.WRITE, Privilege.UNPRIVILEGED);
        boolean write = userWrite || p.allows(Access.WRITE, Privilege.PRIVILEGED);
        boolean userRead = userWrite || userExecute || p.allows(Access.READ, Privilege.UNPRIVILEGED);
        Permissions wider = p.with(Access.READ, Privilege.PRIVILEGED, true)
                .with(Access.WRITE, Privilege.PRIVILEGED, write)
                .with(Access.READ, Privilege.UNPRIVILEGED, userRead)
                .with(Access.WRITE, Privilege.UNPRIVILEGED, userRead && write);
        boolean execute = userRead && p.allows(Access.EXECUTE, Privilege.PRIVILEGED);
        return attributes.withPermissions(wider.with(Access.EXECUTE, Privilege.UNPRIVILEGED, userExecute || execute));
    }

    @Override
    public long leafBits(Attributes attributes) {
        Permissions p = attributes.permissions();
        boolean write = p.allows(Access.WRITE, Privilege.PRIVILEGED);
        boolean execute = p.allows(Access.EXECUTE, Privilege.PRIVILEGED);
        boolean userExecute = p.allows(Access.EXECUTE, Privilege.UNPRIVILEGED);
        long bits = AF | MemoryAttributes.field(attributes.memoryType()) | software(attributes.software());
        bits |= MemoryAttributes.field(attributes.shareability());
        bits |= attributes.global() ? 0 : NG;
        bits |= p.isNone() ? NONE : VALID;
        bits |= p.allows(Access.READ, Privilege.UNPRIVILEGED) ? USER : 0;
        bits |= write ? 0 : RDONLY;
        bits |= execute || userExecute ? 0 : XN;
        if (kind != SpaceKind.USER) {
            return bits | DIRTY | (write ? 0 : AP2) | (userExecute && !execute ? PXN : 0);
        }
        // Nothing is written yet, so all of it is read-only.
        return bits | AP2 | (execute ? 0 : PXN);
    }

    /** Bit 0 is Linux's SPECIAL; the others are bits 61 to 59. */
    static long software(int bits) {
        return (bits & 1L) << 56 | (bits & 0xeL) << 58;
    }

    static int softwareOf(long leaf) {
        return (int) (Descriptor.field(leaf, 56, 56) | Descriptor.field(leaf, 61, 59) << 1);
    }

    @Override
    public @Nullable LiveWords liveWords() {
        return kind == SpaceKind.KERNEL ? new KernelWords() : null;
    }

    /** T0SZ and T1SZ are 0: what is no kernel's own start table is for all addresses. */
    @Override
    public boolean carriesKernel() {
        return kind != SpaceKind.KERNEL;
    }

    @Override
    public TableReader reader(PhysicalMemory memory, long root) {
        return SpaceReader.ofPl1(profile, kind, memory, root);
    }

    @Override
    public @Nullable TableReader through(TableReader first, TableReader second) {
        return first instanceof SpaceReader reader ? reader.through(profile, second) : null;
    }
}
