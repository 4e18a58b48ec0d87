package pagefold.arm64;

import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.GP;
import static pagefold.arm64.descriptor.Descriptor.NG;
import static pagefold.arm64.descriptor.Descriptor.PXN;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.TYPE_TABLE;
import static pagefold.arm64.descriptor.Descriptor.USER;
import static pagefold.arm64.descriptor.Descriptor.UXN;
import static pagefold.arm64.descriptor.Descriptor.VALID;
import static pagefold.arm64.descriptor.Descriptor.bit;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableReader;

/**
 * Stage 1 of EL1&amp;0 under a profile: user space through TTBR0, the kernel through TTBR1.
 *
 * <p>Words follow Linux 6.12. User pages start writable-clean; a kernel's pages count as dirty from the start, and its
 * ordinary memory carries the software dirty bit, as PAGE_KERNEL does.
 */
final class El1And0Regime extends Arm64Regime {
    El1And0Regime(StageOneProfile profile, SpaceKind kind) {
        long size = bit(profile.inputBits());
        super(
                profile,
                kind,
                profile.geometry(),
                new Stage1Format(profile.granuleBits(), profile.encoding(), kind, profile.hardwareDirty()),
                kind == SpaceKind.KERNEL ? new AddressRange(-size, -1) : new AddressRange(0, size - 1));
    }

    @Override
    public @Nullable Unfit unfit(Attributes attributes) {
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
        boolean execute = p.allows(Access.EXECUTE, Privilege.PRIVILEGED);
        if (kind == SpaceKind.USER && execute) {
            return new Unfit("permissions", "no execution at EL1 in a process, whose tables say PXNTable, not " + p);
        }
        if (kind == SpaceKind.KERNEL && p.allows(Access.EXECUTE, Privilege.UNPRIVILEGED)) {
            return new Unfit("permissions", "no execution at EL0 in a kernel, whose tables say UXNTable, not " + p);
        }
        if (userWrite && execute) {
            return new Unfit("permissions", "no privileged execution of what EL0 may write, not " + p);
        }
        return unfitShareability(attributes);
    }

    @Override
    public Attributes widened(Attributes attributes) {
        Permissions p = attributes.permissions();
        boolean userWrite = p.allows(Access.WRITE, Privilege.UNPRIVILEGED);
        boolean write = userWrite || p.allows(Access.WRITE, Privilege.PRIVILEGED);
        boolean userRead = userWrite || p.allows(Access.READ, Privilege.UNPRIVILEGED);
        Permissions wider = p.with(Access.READ, Privilege.PRIVILEGED, true)
                .with(Access.WRITE, Privilege.PRIVILEGED, write)
                .with(Access.READ, Privilege.UNPRIVILEGED, userRead)
                .with(Access.WRITE, Privilege.UNPRIVILEGED, userRead && write);
        return attributes.withPermissions(wider);
    }

    @Override
    public long leafBits(Attributes attributes) {
        Permissions p = attributes.permissions();
        boolean isNone = p.isNone();
        boolean write = p.allows(Access.WRITE, Privilege.PRIVILEGED);
        boolean userRead = p.allows(Access.READ, Privilege.UNPRIVILEGED);
        long bits = AF | MemoryAttributes.field(attributes.memoryType()) | software(attributes.software());
        bits |= isNone ? Stage1Format.PRESENT_INVALID : VALID | (attributes.global() ? 0 : NG);
        bits |= p.allows(Access.EXECUTE, Privilege.UNPRIVILEGED) ? 0 : UXN;
        bits |= p.allows(Access.EXECUTE, Privilege.PRIVILEGED) ? 0 : PXN;
        bits |= userRead ? USER : 0;
        bits |= write ? DBM : RDONLY;
        bits |= attributes.guarded() ? GP : 0;
        bits |= shareabilityField(attributes);
        return bits | dirtyState(attributes, write);
    }

    private long dirtyState(Attributes attributes, boolean write) {
        if (kind != SpaceKind.KERNEL) {
            return write ? RDONLY : 0;
        }
        MemoryType type = attributes.memoryType();
        if (attributes.isHuge()) {
            // PROT_SECT_NORMAL has no PTE_DIRTY.
            return 0;
        }
        return type == MemoryType.NORMAL_WB || type == MemoryType.NORMAL_TAGGED ? Stage1Format.DIRTY : 0;
    }

    /**
     * PUD_SIZE with 4K pages, PMD_SIZE, and runs of PMDs and of PTEs (arch/arm64/mm/hugetlbpage.c). A kernel has sections
     * of PMD_SIZE, with PROT_SECT_NORMAL and its like.
     */
    @Override
    public List<Long> pageSizes() {
        if (kind == SpaceKind.KERNEL) {
            return List.of(bit(geometry().shift(2)));
        }
        SortedSet<Long> sizes = new TreeSet<>();
        for (int level = 1; level <= Geometry.LAST_LEVEL; level++) {
            long leaf = 1L << geometry().shift(level);
            boolean isBlock = level < Geometry.LAST_LEVEL && level >= geometry().startLevel();
            if (isBlock && format().leafAllowed(level)) {
                sizes.add(leaf);
            }
            if (format().contiguousEntries(level) > 1) {
                sizes.add(leaf * format().contiguousEntries(level));
            }
        }
        return List.copyOf(sizes);
    }

    /** Only {@code create_pgd_mapping} makes a kernel's contiguous runs and blocks; contpte leaves init_mm alone. */
    @Override
    public boolean joinsLeaves() {
        return kind == SpaceKind.USER;
    }

    @Override
    public @Nullable LiveWords liveWords() {
        return kind == SpaceKind.KERNEL ? new KernelWords(profile.encoding().mask(profile.granuleBits())) : null;
    }

    @Override
    public @Nullable CopyWords copyWords() {
        return kind == SpaceKind.KERNEL ? new ResumeWords(profile.encoding()) : null;
    }

    /** Bits 58:56 and 63: bit 55 is Linux's dirty state. */
    private static long software(int bits) {
        return (bits & 7L) << 56 | (bits & 8L) << 60;
    }

    @Override
    public TableReader reader(PhysicalMemory memory, long root) {
        return reader(memory, root, table -> 0);
    }

    @Override
    public TableReader reader(PhysicalMemory memory, long root, LongUnaryOperator shared) {
        return SpaceReader.el1And0(profile, kind, memory, root, shared);
    }

    /** {@code kasan_early_init} links its shared tables without attributes (arch/arm64/mm/kasan_init.c). */
    @Override
    public @Nullable SharedLinks sharedLinks() {
        return kind == SpaceKind.KERNEL ? table -> profile.encoding().encode(table) | TYPE_TABLE : null;
    }

    @Override
    public @Nullable TableReader through(TableReader first, TableReader second) {
        return first instanceof SpaceReader reader ? reader.through(second) : null;
    }
}
