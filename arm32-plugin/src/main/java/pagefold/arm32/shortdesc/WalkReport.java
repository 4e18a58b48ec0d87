package pagefold.arm32.shortdesc;

import static pagefold.arm32.shortdesc.Descriptor.SMALL_ADDRESS;
import static pagefold.arm32.shortdesc.Descriptor.TABLE_ADDRESS;
import static pagefold.arm32.shortdesc.Descriptor.TYPE;
import static pagefold.arm32.shortdesc.Descriptor.field;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pagefold.arm32.stage.Leaf;
import pagefold.model.Access;
import pagefold.model.Hex;
import pagefold.model.Privilege;
import pagefold.table.PhysicalMemory;
import pagefold.table.Translation;
import pagefold.table.Walk;
import pagefold.table.Walk.Field;

/** Walks with every level shown, folded ones too: Linux's P4D, PUD and PMD are its PGD here. */
final class WalkReport {
    private static final List<String> LEVEL_1 = List.of("PGD", "P4D", "PUD", "PMD");
    private static final List<String> LEVEL_2 = List.of("PTE");

    private final ShortWalker walker;
    private final Consumer<Walk.Step> steps;

    private final @Nullable PhysicalMemory linux;

    WalkReport(ShortWalker walker, Consumer<Walk.Step> steps) {
        this(walker, null, steps);
    }

    private WalkReport(ShortWalker walker, @Nullable PhysicalMemory linux, Consumer<Walk.Step> steps) {
        this.walker = walker;
        this.linux = linux;
        this.steps = steps;
    }

    /**
     * A walk in tables of Linux's layout, with what Linux itself keeps of the page.
     *
     * @param memory that the tables are in
     */
    static Walk ofLinux(ShortWalker walker, PhysicalMemory memory, long address, Access access, Privilege privilege) {
        List<Walk.Step> steps = new ArrayList<>();
        WalkReport report = new WalkReport(walker, memory, steps::add);
        long result = walker.translate(address, access, privilege, false, report::visited);
        Walk.Outcome outcome = Translation.isFault(result)
                ? Leaf.faulted(result)
                : ShortStage.leaf(walker).translated(result);
        return new Walk(address, steps, outcome, ShortAbort.registers(walker, address, access, result));
    }

    void visited(long table, int level, int index, long word) {
        boolean isFolded = false;
        for (String generic : level == 1 ? LEVEL_1 : LEVEL_2) {
            steps.accept(new Walk.Step(
                    1,
                    generic,
                    level,
                    isFolded,
                    table,
                    isFolded ? 0 : index,
                    table + 4L * index,
                    word,
                    level == 2 ? meaning(word, level) + linux(table + 4L * index) : meaning(word, level),
                    fields(word, level)));
            isFolded = true;
        }
    }

    private String linux(long hardware) {
        if (linux == null) {
            return "";
        }
        long word = linux.load32(hardware - LinuxPte.HARDWARE_OFFSET) & 0xffff_ffffL;
        return word == 0 ? "" : "; Linux keeps " + Hex.address(word) + " (" + LinuxPte.describe(word) + ")";
    }

    private String meaning(long word, int level) {
        if (word == 0) {
            return "nothing";
        }
        if (!isValid(word, level)) {
            return "not valid";
        }
        if (level == 1 && Descriptor.isTable(word)) {
            return "table at " + Hex.address(word & TABLE_ADDRESS);
        }
        LeafKind kind = kind(word, level);
        return kind.text() + " of " + Hex.size(1L << kind.shift()) + " at " + Hex.address(kind.base(word));
    }

    private boolean isValid(long word, int level) {
        boolean isReserved = level == 1
                && (word & TYPE) == TYPE
                && !walker.controls().processor().hasPxn();
        return (word & TYPE) != 0 && !isReserved;
    }

    private static LeafKind kind(long word, int level) {
        return level == 1 ? LeafKind.ofLevel1(word) : LeafKind.ofLevel2(word);
    }

    private List<Field> fields(long word, int level) {
        if (!isValid(word, level)) {
            return word == 0 ? List.of() : List.of(of(word, 31, 2, "ignored", ""), of(word, 1, 0, "type", "not valid"));
        }
        if (level == 1 && Descriptor.isTable(word)) {
            return tableFields(word);
        }
        return switch (kind(word, level)) {
            case SECTION -> sectionFields(word, List.of(of(word, 31, 20, "PA[31:20]", base(word, level))));
            case SUPERSECTION ->
                sectionFields(
                        word,
                        List.of(of(word, 31, 24, "PA[31:24]", base(word, level)), of(word, 23, 20, "PA[35:32]", "")));
            case LARGE_PAGE ->
                List.of(
                        of(word, 31, 16, "PA[31:16]", base(word, level)),
                        executeNever(word, 15),
                        of(word, 14, 12, "TEX", memory(word, level)),
                        notGlobal(word, 11),
                        shareable(word, 10),
                        readOnly(word, 9),
                        access(word, 5),
                        of(word, 3, 3, "C", ""),
                        of(word, 2, 2, "B", ""),
                        of(word, 1, 0, "type", "large page, one of 16"));
            case SMALL_PAGE ->
                List.of(
                        of(word, 31, 12, "PA[31:12]", Hex.address(word & SMALL_ADDRESS)),
                        notGlobal(word, 11),
                        shareable(word, 10),
                        readOnly(word, 9),
                        of(word, 8, 6, "TEX", memory(word, level)),
                        access(word, 5),
                        of(word, 3, 3, "C", ""),
                        of(word, 2, 2, "B", ""),
                        of(word, 1, 1, "type", "small page"),
                        executeNever(word, 0));
        };
    }

    private List<Field> tableFields(long word) {
        int domain = Descriptor.domain(word);
        return List.of(
                of(word, 31, 10, "address", Hex.address(word & TABLE_ADDRESS)),
                of(word, 9, 9, "IMP", ""),
                of(word, 8, 5, "Domain", domainAccess(domain)),
                flag(word, 3, "NS", "", ""),
                flag(word, 2, "PXN", "PL1 does not execute below", ""),
                of(word, 1, 0, "type", "page table"));
    }

    private List<Field> sectionFields(long word, List<Field> address) {
        LeafKind kind = LeafKind.ofLevel1(word);
        boolean isSection = kind == LeafKind.SECTION;
        List<Field> fields = new ArrayList<>(address);
        fields.addAll(List.of(
                flag(word, 19, "NS", "", ""),
                flag(word, 18, "super", "supersection, one of 16", "section"),
                notGlobal(word, 17),
                shareable(word, 16),
                readOnly(word, 15),
                of(word, 14, 12, "TEX", memory(word, 1)),
                access(word, 11),
                of(word, 9, 9, "IMP", ""),
                isSection
                        ? of(word, 8, 5, "Domain", domainAccess(Descriptor.domain(word)))
                        : of(word, 8, 5, "PA[39:36]", ""),
                executeNever(word, 4),
                of(word, 3, 3, "C", ""),
                of(word, 2, 2, "B", ""),
                of(word, 1, 1, "type", kind.text()),
                flag(word, 0, "PXN", "PL1 does not execute", "")));
        return fields;
    }

    private String domainAccess(int domain) {
        return switch (walker.controls().access(domain)) {
            case Controls.CLIENT -> "client: permissions count";
            case Controls.MANAGER -> "manager: permissions do not count";
            default -> "no access";
        };
    }

    private static String base(long word, int level) {
        return Hex.address(kind(word, level).base(word));
    }

    private String memory(long word, int level) {
        LeafKind kind = kind(word, level);
        return walker.controls()
                .attributes()
                .of(kind.texCb(word), kind.isShareable(word))
                .type()
                .text();
    }

    private static Field executeNever(long word, int position) {
        return flag(word, position, "XN", "nobody executes", "");
    }

    private static Field notGlobal(long word, int position) {
        return flag(word, position, "nG", "of one ASID", "of every ASID");
    }

    private static Field shareable(long word, int position) {
        return flag(word, position, "S", "shareable", "");
    }

    private static Field readOnly(long word, int position) {
        return flag(word, position, "AP[2]", "read-only", "writable");
    }

    private Field access(long word, int high) {
        boolean hasFlag = walker.controls().hasAccessFlag();
        long value = field(word, high, high - 1);
        String flagged = (value & 1) == 0 ? "not accessed: an access faults" : "accessed";
        String meaning = hasFlag ? flagged : value == 0 ? "nobody" : value == 1 ? "PL1 only" : "PL0 may access";
        return of(word, high, high - 1, "AP[1:0]", meaning);
    }

    private static Field of(long word, int high, int low, String name, String meaning) {
        return new Field(high, low, name, field(word, high, low), meaning);
    }

    private static Field flag(long word, int position, String name, String set, String clear) {
        long value = field(word, position, position);
        return new Field(position, position, name, value, value == 1 ? set : clear);
    }
}
