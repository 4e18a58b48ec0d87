package pagefold.arm32.shortdesc;

import static pagefold.arm32.shortdesc.Descriptor.LEVEL_1_SHIFT;
import static pagefold.arm32.shortdesc.Descriptor.LEVEL_2_ENTRIES;
import static pagefold.arm32.shortdesc.Descriptor.LEVEL_2_SHIFT;
import static pagefold.arm32.shortdesc.Descriptor.SECTION_PXN;
import static pagefold.arm32.shortdesc.Descriptor.TABLE_ADDRESS;
import static pagefold.arm32.shortdesc.Descriptor.TABLE_PXN;
import static pagefold.arm32.shortdesc.Descriptor.TYPE;

import org.jspecify.annotations.Nullable;
import pagefold.arm32.stage.DescriptorPath;
import pagefold.model.Access;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.table.FaultKind;
import pagefold.table.PhysicalMemory;
import pagefold.table.Translation;

/**
 * Translates as hardware does at PL1&amp;0 stage 1 with short descriptors (Arm ARM G5.4, AArch32.TranslationTableWalkSD):
 * faults of the walk, then the Access flag, the domain, and in a client domain the permissions.
 *
 * <p>Used by one thread at a time: what the last walk found stays here until the next one.
 */
final class ShortWalker {
    private static final int STAGE = 1;
    private static final long TYPE_INVALID = 0;
    /** PL1 may read (1) and write (2), PL0 may read (4) and write (8), by AP[2:0] without Access flag; 0b100 reserved. */
    private static final int[] DATA = {0, 1 | 2, 1 | 2 | 4, 1 | 2 | 4 | 8, 0, 1, 1 | 4, 1 | 4};
    /** The same by AP[2:1] with Access flag. */
    private static final int[] DATA_WITH_FLAG = {1 | 2, 1 | 2 | 4 | 8, 1, 1 | 4};

    private static final int WRITES = 2;
    private static final int USER_READS = 4;
    private static final int USER_WRITES = 8;

    private final Controls controls;
    private final PhysicalMemory memory;
    private final DescriptorPath path;
    private LeafKind kind = LeafKind.SECTION;
    private long first;
    private long leaf;
    private int level;

    /** Hears of every word that a walk reads. */
    @FunctionalInterface
    interface Visitor {
        void word(long table, int level, int index, long word);
    }

    ShortWalker(Controls controls, PhysicalMemory memory) {
        this(controls, memory, DescriptorPath.DIRECT);
    }

    /**
     * A walker under a stage 2.
     *
     * @param path from the addresses of descriptors to physical memory
     */
    ShortWalker(Controls controls, PhysicalMemory memory, DescriptorPath path) {
        this.controls = controls;
        this.memory = memory;
        this.path = path;
    }

    Controls controls() {
        return controls;
    }

    /** What kind of leaf the last walk found. */
    LeafKind kind() {
        return kind;
    }

    /** The leaf word that the last walk found. */
    long leaf() {
        return leaf;
    }

    /** The attributes of the leaf that the last walk found. */
    MemoryAttributes.Memory attributes() {
        return controls.isOn() ? controls.attributes().of(kind.texCb(leaf), kind.isShareable(leaf)) : controls.flat();
    }

    /** The result of an access as {@link Translation} has it. */
    long translate(long address, Access access, Privilege privilege) {
        return translate(address, access, privilege, false, null);
    }

    /**
     * The result of an access.
     *
     * @param isPan whether CPSR.PAN keeps PL1's data accesses from what PL0 may read
     */
    long translate(long address, Access access, Privilege privilege, boolean isPan, @Nullable Visitor visitor) {
        if (!controls.isOn()) {
            level = 0;
            return address & 0xffff_ffffL;
        }
        long output = find(address, visitor);
        if (Translation.isFault(output)) {
            return output;
        }
        return switch (controls.access(domain())) {
            case Controls.MANAGER -> output;
            case Controls.CLIENT -> isAllowed(access, privilege, isPan) ? output : fault(FaultKind.PERMISSION);
            // The reserved value 0b10 counts as no access.
            default -> fault(FaultKind.DOMAIN);
        };
    }

    /** The domain of the last level 1 word that was read. */
    int domain() {
        return Descriptor.domain(first);
    }

    /** The output address, or the fault of an access that domain and permissions allow. */
    private long find(long address, @Nullable Visitor visitor) {
        level = 1;
        Controls.Table table = controls.table(address);
        if (address >>> 32 != 0 || table.isDisabled()) {
            return fault(FaultKind.TRANSLATION);
        }
        int index = (int) (address >>> LEVEL_1_SHIFT) & table.indexMask();
        long entry = path.physical(table.root() + 4L * index);
        if (Translation.isFault(entry)) {
            return entry;
        }
        long word = load(entry);
        first = word;
        if (visitor != null) {
            visitor.word(entry - 4L * index, 1, index, word);
        }
        if ((word & TYPE) == TYPE_INVALID
                || (word & TYPE) == TYPE && !controls.processor().hasPxn()) {
            return fault(FaultKind.TRANSLATION);
        }
        if (Descriptor.isTable(word)) {
            level = 2;
            index = (int) (address >>> LEVEL_2_SHIFT) & LEVEL_2_ENTRIES - 1;
            entry = path.physical((word & TABLE_ADDRESS) + 4L * index);
            if (Translation.isFault(entry)) {
                return entry;
            }
            word = load(entry);
            if (visitor != null) {
                visitor.word(entry - 4L * index, 2, index, word);
            }
            if ((word & TYPE) == TYPE_INVALID) {
                return fault(FaultKind.TRANSLATION);
            }
            kind = LeafKind.ofLevel2(word);
        } else {
            kind = LeafKind.ofLevel1(word);
        }
        leaf = word;
        if (controls.hasAccessFlag() && (kind.ap(word) & 1) == 0) {
            return fault(FaultKind.ACCESS_FLAG);
        }
        long inLeaf = (1L << kind.shift()) - 1;
        return kind.base(word) & (1L << controls.processor().outputBits()) - 1 | address & inLeaf;
    }

    private long fault(FaultKind fault) {
        return Translation.fault(fault, level, STAGE);
    }

    private long load(long address) {
        int word = memory.load32(address);
        return (controls.isBigEndian() ? Integer.reverseBytes(word) : word) & 0xffff_ffffL;
    }

    /** Whether a leaf in a client domain grants an access. */
    private boolean isAllowed(Access access, Privilege privilege, boolean isPan) {
        int ap = kind.ap(leaf);
        int data = controls.hasAccessFlag() ? DATA_WITH_FLAG[ap >>> 1] : DATA[ap];
        if (privilege == Privilege.UNPRIVILEGED) {
            return switch (access) {
                case READ -> (data & USER_READS) != 0;
                case WRITE -> (data & USER_WRITES) != 0;
                case EXECUTE -> (data & USER_READS) != 0 && isExecutable((data & USER_WRITES) != 0);
            };
        }
        boolean isKept = isPan && (data & USER_READS) != 0;
        return switch (access) {
            case READ -> data != 0 && !isKept;
            case WRITE -> (data & WRITES) != 0 && !isKept;
            case EXECUTE -> data != 0 && isExecutable((data & WRITES) != 0) && !isPrivilegedNever(data);
        };
    }

    private boolean isExecutable(boolean isWritable) {
        return !kind.isExecuteNever(leaf) && !(isWritable && controls.writeNeverExecute());
    }

    /** PXN, which pages have from the table descriptor, and UWXN. */
    private boolean isPrivilegedNever(int data) {
        long pxn = kind.level() == 1 ? SECTION_PXN : TABLE_PXN;
        boolean isNever = controls.processor().hasPxn() && (first & pxn) != 0;
        return isNever || (data & USER_WRITES) != 0 && controls.userWriteNeverPrivilegedExecute();
    }

    /** All that the leaf that the last walk found grants, its domain with it. */
    Permissions permissions() {
        int access = controls.access(domain());
        Permissions granted = Permissions.NONE;
        for (Privilege privilege : Privilege.values()) {
            for (Access each : Access.values()) {
                boolean isGranted =
                        access == Controls.MANAGER || access == Controls.CLIENT && isAllowed(each, privilege, false);
                granted = granted.with(each, privilege, isGranted);
            }
        }
        return granted;
    }
}
