package pagefold.arm32.shortdesc;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Shareability;
import pagefold.model.SpaceKind;
import pagefold.table.Geometry;
import pagefold.table.PageTableModel;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableFormat;
import pagefold.table.TableReader;
import pagefold.table.TranslationRegime;

/**
 * PL1&amp;0 stage 1 of a process below TASK_SIZE, of the kernel with its modules from there on, or of sections below
 * TASK_SIZE that lead to themselves ({@code identity_mapping_add}, {@code __create_page_tables}).
 */
final class ClassicRegime implements TranslationRegime {
    /** Bytes of a supersection, the only leaf that reaches beyond 4 GB. */
    private static final long SUPERSECTION_BYTES = 1L << 24;
    /** Bytes of a section, the only leaf of identity maps. */
    private static final long SECTION_BYTES = 1L << Descriptor.LEVEL_1_SHIFT;

    private static final int LOW_BITS = 32;
    private static final Geometry GEOMETRY = Geometry.pairedShortDescriptors();

    private final ClassicProfile profile;
    private final SpaceKind kind;
    private final ClassicFormat format;
    private final AddressRange inputRange;

    ClassicRegime(ClassicProfile profile, SpaceKind kind) {
        this.profile = profile;
        this.kind = kind;
        this.format = new ClassicFormat(kind);
        long taskSize = profile.layout().taskSize();
        long last = (1L << ClassicProfile.INPUT_BITS) - 1;
        long first = lowVectors() == null ? 0 : LowVectorWords.RANGE.last() + 1;
        this.inputRange =
                kind == SpaceKind.KERNEL ? new AddressRange(taskSize, last) : new AddressRange(first, taskSize - 1);
    }

    /** Whether words are a kernel's, in whatever tables. */
    private boolean isKernel() {
        return kind != SpaceKind.USER;
    }

    @Override
    public SpaceKind kind() {
        return kind;
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
        return inputRange;
    }

    /** A kernel's supersections reach further than pages do, by the four bits that Linux uses of them. */
    @Override
    public int outputBits() {
        return kind == SpaceKind.KERNEL ? ClassicProfile.SUPERSECTION_OUTPUT_BITS : ClassicProfile.OUTPUT_BITS;
    }

    @Override
    public long unit(long output, Attributes attributes) {
        boolean isIdentity = kind == SpaceKind.IDMAP;
        if (output >>> LOW_BITS == 0 && !isIdentity) {
            return GEOMETRY.granule();
        }
        long unit = isIdentity ? SECTION_BYTES : SUPERSECTION_BYTES;
        return attributes.blocks() ? unit : 0;
    }

    @Override
    public @Nullable Unfit unfit(Attributes attributes) {
        Unfit lacking = Unfit.lacking(attributes, Set.of());
        if (lacking != null) {
            return lacking;
        }
        Permissions p = attributes.permissions();
        boolean write = p.allows(Access.WRITE, Privilege.PRIVILEGED);
        boolean userRead = p.allows(Access.READ, Privilege.UNPRIVILEGED);
        boolean userWrite = p.allows(Access.WRITE, Privilege.UNPRIVILEGED);
        if (!p.allows(Access.READ, Privilege.PRIVILEGED)
                || userWrite && !(userRead && write)
                || userRead && write != userWrite) {
            return new Unfit(
                    "permissions",
                    "data permissions rw-/---, rw-/rw-, r--/--- or r--/r-- as Linux's words have them, not " + p);
        }
        Unfit unfit = unfitExecution(p, userRead);
        return unfit != null ? unfit : unfitMemory(attributes, userRead);
    }

    /** XN stands for both; the tables of processes have PXN, those of a kernel have not. */
    private @Nullable Unfit unfitExecution(Permissions p, boolean userRead) {
        boolean execute = p.allows(Access.EXECUTE, Privilege.PRIVILEGED);
        boolean userExecute = p.allows(Access.EXECUTE, Privilege.UNPRIVILEGED);
        if (!isKernel() && execute) {
            return new Unfit("permissions", "no execution by PL1, since a process's tables have PXN, not " + p);
        }
        if (isKernel() && userRead && execute != userExecute) {
            return new Unfit(
                    "permissions",
                    "execution by both or by none of what PL0 may read, since XN stands for both, not " + p);
        }
        return null;
    }

    private @Nullable Unfit unfitMemory(Attributes attributes, boolean userRead) {
        if (!LinuxPte.hasType(attributes.memoryType())) {
            return new Unfit(
                    "memory-type",
                    "device-nGnRnE, device-nGnRE, normal-nc, normal-wt or normal-wb, not "
                            + attributes.memoryType().text());
        }
        boolean isOrdered = attributes.memoryType() == MemoryType.DEVICE_NGNRNE;
        if (!isOrdered && attributes.shareability() == Shareability.OUTER_SHAREABLE) {
            return new Unfit("attributes", "memory that is inner shareable or not shareable, as PRRR has S = 1 and 0");
        }
        boolean global = isKernel() || !userRead;
        if (attributes.global() != global) {
            return new Unfit(
                    "attributes",
                    global
                            ? "global memory, since only what PL0 of a process may read is of one ASID"
                            : "memory that is not global, since PL0 of a process may read it");
        }
        return attributes.software() != 0 ? new Unfit("attributes", "memory without software bits") : null;
    }

    @Override
    public Attributes widened(Attributes attributes) {
        Permissions p = attributes.permissions();
        boolean userExecute = p.allows(Access.EXECUTE, Privilege.UNPRIVILEGED);
        boolean userWrite = p.allows(Access.WRITE, Privilege.UNPRIVILEGED);
        boolean write = userWrite || p.allows(Access.WRITE, Privilege.PRIVILEGED);
        // What is of one ASID only is what PL0 may read.
        boolean isUsers = !isKernel() && !attributes.global();
        boolean userRead = isUsers || userWrite || userExecute || p.allows(Access.READ, Privilege.UNPRIVILEGED);
        Permissions wider = p.with(Access.READ, Privilege.PRIVILEGED, true)
                .with(Access.WRITE, Privilege.PRIVILEGED, write)
                .with(Access.READ, Privilege.UNPRIVILEGED, userRead)
                .with(Access.WRITE, Privilege.UNPRIVILEGED, userRead && write);
        boolean execute = userExecute || p.allows(Access.EXECUTE, Privilege.PRIVILEGED);
        return isKernel() && userRead
                ? attributes.withPermissions(wider.with(Access.EXECUTE, Privilege.UNPRIVILEGED, execute)
                        .with(Access.EXECUTE, Privilege.PRIVILEGED, execute))
                : attributes.withPermissions(wider);
    }

    @Override
    public long leafBits(Attributes attributes) {
        Permissions p = attributes.permissions();
        boolean isExecutable =
                p.allows(Access.EXECUTE, Privilege.PRIVILEGED) || p.allows(Access.EXECUTE, Privilege.UNPRIVILEGED);
        long bits = LinuxPte.PRESENT | LinuxPte.YOUNG | LinuxPte.type(attributes.memoryType());
        bits |= attributes.shareability() == Shareability.NON_SHAREABLE ? 0 : LinuxPte.SHARED;
        bits |= p.isNone() ? LinuxPte.NONE : 0;
        bits |= p.allows(Access.READ, Privilege.UNPRIVILEGED) ? LinuxPte.USER : 0;
        bits |= p.allows(Access.WRITE, Privilege.PRIVILEGED) ? 0 : LinuxPte.RDONLY;
        bits |= isExecutable ? 0 : LinuxPte.XN;
        return isKernel() ? bits | LinuxPte.DIRTY : bits;
    }

    /** Linux makes no sections of pages. */
    @Override
    public boolean joinsLeaves() {
        return false;
    }

    /** TTBCR.N is 0: what is no kernel's own table of level 1 is for all addresses. */
    @Override
    public boolean carriesKernel() {
        return kind != SpaceKind.KERNEL;
    }

    @Override
    public @Nullable LowVectors lowVectors() {
        return kind == SpaceKind.USER && profile.options().lowVectors() ? new LowVectorWords() : null;
    }

    @Override
    public @Nullable AliasWords aliasWords() {
        if (kind != SpaceKind.USER || !profile.options().virtualCache()) {
            return null;
        }
        long type = profile.options().sharedType();
        return word -> word & ~LinuxPte.MT | type;
    }

    @Override
    public PageTableModel.BreakRules breakRules() {
        return new ShortWords();
    }

    @Override
    public TableReader reader(PhysicalMemory memory, long root) {
        return new SpaceReader(profile, kind, memory, root);
    }
}
