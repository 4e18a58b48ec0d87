package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.ADDRESS;
import static pagefold.arm32.lpae.Descriptor.AF;
import static pagefold.arm32.lpae.Descriptor.AP2;
import static pagefold.arm32.lpae.Descriptor.AP_TABLE_NO_USER;
import static pagefold.arm32.lpae.Descriptor.AP_TABLE_RDONLY;
import static pagefold.arm32.lpae.Descriptor.BEYOND;
import static pagefold.arm32.lpae.Descriptor.PXN;
import static pagefold.arm32.lpae.Descriptor.PXN_TABLE;
import static pagefold.arm32.lpae.Descriptor.USER;
import static pagefold.arm32.lpae.Descriptor.XN;
import static pagefold.arm32.lpae.Descriptor.XN_TABLE;

import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.table.FaultKind;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;
import pagefold.table.Translation;

/**
 * Translates as hardware does at PL1&amp;0 stage 1 with long descriptors (Arm ARM G5.5, AArch32.TranslationTableWalkLD).
 *
 * <p>Used by one thread at a time: what the last walk found stays here until the next one.
 */
final class LpaeWalker {
    private static final int STAGE = 1;
    /** Faults that need no descriptor, and those before the first one, are reported at level 1. */
    private static final int FIRST_LEVEL = 1;
    /** Address bits that a table below the start table translates. */
    private static final int STRIDE = 9;

    private static final long LAST_ENTRY = (1 << STRIDE) - 1;

    private final Controls controls;
    private final PhysicalMemory memory;
    private long leaf;
    private int level;
    private long hierarchy;

    /** Hears of every word that a walk reads. */
    @FunctionalInterface
    interface Visitor {
        void word(Controls.Range range, long table, int level, long word);
    }

    LpaeWalker(Controls controls, PhysicalMemory memory) {
        this.controls = controls;
        this.memory = memory;
    }

    Controls controls() {
        return controls;
    }

    /** The leaf word that the last walk found. */
    long leaf() {
        return leaf;
    }

    /** The level of the word that the last walk read last. */
    int level() {
        return level;
    }

    /** The result of an access as {@link Translation} has it. */
    long translate(long address, Access access, Privilege privilege) {
        return translate(address, access, privilege, null);
    }

    long translate(long address, Access access, Privilege privilege, @Nullable Visitor visitor) {
        if (!controls.isOn()) {
            level = 0;
            return address & 0xffff_ffffL;
        }
        long output = find(address, visitor);
        return Translation.isFault(output) || isAllowed(access, privilege)
                ? output
                : Translation.fault(FaultKind.PERMISSION, level, STAGE);
    }

    /** The output address, or the fault of an access that every permission allows. */
    private long find(long address, @Nullable Visitor visitor) {
        level = FIRST_LEVEL;
        Controls.Range range = controls.range((int) address);
        if (address >>> LpaeProfile.INPUT_BITS != 0 || range == null || range.isDisabled()) {
            return fault(FaultKind.TRANSLATION);
        }
        if (range.isRootBeyond()) {
            level = 0;
            return fault(FaultKind.ADDRESS_SIZE);
        }
        Geometry geometry = range.geometry();
        long table = range.root();
        long inherited = 0;
        level = geometry.startLevel();
        int shift = geometry.shift(level);
        long lastEntry = geometry.entries(level) - 1;
        while (true) {
            long word = load(table + ((address >>> shift & lastEntry) << 3));
            if (visitor != null) {
                visitor.word(range, table, level, word);
            }
            boolean isTable = Descriptor.isTable(word, level);
            if (!isTable && !Descriptor.isLeaf(word, level)) {
                return fault(FaultKind.TRANSLATION);
            }
            if (controls.checksBeyond() && (word & BEYOND) != 0) {
                return fault(FaultKind.ADDRESS_SIZE);
            }
            if (!isTable) {
                leaf = word;
                hierarchy = range.ignoresHierarchy() ? 0 : inherited;
                long inLeaf = (1L << shift) - 1;
                return (word & AF) == 0 ? fault(FaultKind.ACCESS_FLAG) : word & ADDRESS & ~inLeaf | address & inLeaf;
            }
            inherited |= word;
            table = word & ADDRESS;
            level++;
            shift -= STRIDE;
            lastEntry = LAST_ENTRY;
        }
    }

    private long fault(FaultKind kind) {
        return Translation.fault(kind, level, STAGE);
    }

    private long load(long address) {
        long word = memory.load64(address);
        return controls.isBigEndian() ? Long.reverseBytes(word) : word;
    }

    /** Whether the leaf and the tables above it grant an access. */
    private boolean isAllowed(Access access, Privilege privilege) {
        boolean isUser = privilege == Privilege.UNPRIVILEGED;
        boolean userReads = (leaf & USER) != 0 && (hierarchy & AP_TABLE_NO_USER) == 0;
        boolean writable = (leaf & AP2) == 0 && (hierarchy & AP_TABLE_RDONLY) == 0;
        return switch (access) {
            case READ -> !isUser || userReads;
            case WRITE -> writable && (!isUser || userReads);
            case EXECUTE -> isUser ? userReads && userExecutes(writable) : executes(writable, userReads);
        };
    }

    private boolean userExecutes(boolean writable) {
        return (leaf & XN) == 0 && (hierarchy & XN_TABLE) == 0 && !(writable && controls.writeNeverExecute());
    }

    /** At PL1: PXN, and UWXN where Armv8's 64-bit regimes would take PL0's write permission as PXN. */
    private boolean executes(boolean writable, boolean userReads) {
        boolean userWrites = writable && userReads;
        return userExecutes(writable)
                && (leaf & PXN) == 0
                && (hierarchy & PXN_TABLE) == 0
                && !(userWrites && controls.userWriteNeverPrivilegedExecute());
    }

    /** All that the leaf and the tables above it grant. */
    Permissions permissions() {
        Permissions granted = Permissions.NONE;
        for (Privilege privilege : Privilege.values()) {
            for (Access access : Access.values()) {
                granted = granted.with(access, privilege, isAllowed(access, privilege));
            }
        }
        return granted;
    }
}
