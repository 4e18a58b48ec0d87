package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.SH_SHIFT;
import static pagefold.arm32.lpae.Descriptor.field;

import java.util.ArrayList;
import java.util.List;
import pagefold.model.Access;
import pagefold.model.Attributes;
import pagefold.model.Hex;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Shareability;
import pagefold.table.Geometry;
import pagefold.table.Translation;
import pagefold.table.Walk;
import pagefold.table.Walk.Field;

/** Walks with every level shown, folded ones too. */
final class WalkReport {
    private final LpaeWalker walker;
    private final long address;
    private final List<Walk.Step> steps = new ArrayList<>();

    private WalkReport(LpaeWalker walker, long address) {
        this.walker = walker;
        this.address = address;
    }

    static Walk of(LpaeWalker walker, long address, Access access, Privilege privilege) {
        WalkReport report = new WalkReport(walker, address);
        long result = walker.translate(address, access, privilege, report::visited);
        return new Walk(address, report.steps, report.outcome(result));
    }

    private void visited(Controls.Range range, long table, int level, long word) {
        Geometry geometry = range.geometry();
        int index = geometry.index(address, level);
        for (Geometry.Level generic : geometry.levels()) {
            if (generic.level() == level) {
                boolean folded = generic.folded();
                steps.add(new Walk.Step(
                        1,
                        generic.generic(),
                        level,
                        folded,
                        table,
                        folded ? 0 : index,
                        table + 8L * index,
                        word,
                        meaning(word, level),
                        fields(word, level)));
            }
        }
    }

    private Walk.Outcome outcome(long result) {
        if (Translation.isFault(result)) {
            return new Walk.Faulted(Translation.kind(result), Translation.level(result), Translation.stage(result));
        }
        boolean isOn = walker.controls().isOn();
        long leaf = walker.leaf();
        int level = walker.level();
        int attribute = isOn ? MemoryAttributes.attribute(walker.controls().attributes(), leaf) : 0;
        Attributes attributes = new Attributes(
                isOn ? walker.permissions() : new Permissions(0b111_111),
                MemoryAttributes.type(attribute),
                isOn ? shareability(attribute, leaf) : Shareability.OUTER_SHAREABLE,
                isOn && (leaf & Descriptor.NG) == 0,
                false,
                isOn ? LpaeRegime.softwareOf(leaf) : 0,
                isOn && level != Geometry.LAST_LEVEL,
                isOn && (leaf & Descriptor.CONTIGUOUS) != 0);
        long size = isOn ? 1L << shift(level) : 1L << LpaeProfile.INPUT_BITS;
        return new Walk.Translated(result, level, size, attributes);
    }

    private static int shift(int level) {
        return LpaeProfile.GRANULE_BITS + 9 * (Geometry.LAST_LEVEL - level);
    }

    private static Shareability shareability(int attribute, long leaf) {
        if (MemoryAttributes.isAlwaysOuter(attribute)) {
            return Shareability.OUTER_SHAREABLE;
        }
        return switch ((int) field(leaf, SH_SHIFT + 1, SH_SHIFT)) {
            case 2 -> Shareability.OUTER_SHAREABLE;
            case 3 -> Shareability.INNER_SHAREABLE;
            default -> Shareability.NON_SHAREABLE;
        };
    }

    private String meaning(long word, int level) {
        if (Descriptor.isTable(word, level)) {
            return "table at " + Hex.address(word & Descriptor.ADDRESS);
        }
        if (Descriptor.isLeaf(word, level)) {
            return (level == Geometry.LAST_LEVEL ? "page" : "block") + " of " + Hex.size(1L << shift(level)) + " at "
                    + Hex.address(word & Descriptor.ADDRESS & -1L << shift(level));
        }
        if (word == 0) {
            return "nothing";
        }
        return (word & Descriptor.NONE) != 0 ? "memory that grants nothing (not valid)" : "not valid";
    }

    private List<Field> fields(long word, int level) {
        if (word == 0) {
            return List.of();
        }
        return Descriptor.isTable(word, level) ? tableFields(word) : leafFields(word, level);
    }

    private static List<Field> tableFields(long word) {
        return List.of(
                flag(word, 63, "NSTable", "", ""),
                of(word, 62, 61, "APTable", ""),
                flag(word, 60, "XNTable", "nobody executes below", ""),
                flag(word, 59, "PXNTable", "PL1 does not execute below", ""),
                flag(word, 55, "SWAPPER", "the kernel's own", ""),
                of(word, 39, 12, "address", Hex.address(word & Descriptor.ADDRESS)),
                of(word, 1, 0, "type", "table"));
    }

    private List<Field> leafFields(long word, int level) {
        MemoryType type = MemoryAttributes.type(
                MemoryAttributes.attribute(walker.controls().attributes(), word));
        int low = shift(level);
        return List.of(
                of(word, 61, 59, "software", ""),
                flag(word, 58, "RDONLY", "read-only for Linux", "writable for Linux"),
                flag(word, 57, "NONE", "grants nothing", ""),
                flag(word, 56, "SPECIAL", "no page structure", ""),
                flag(word, 55, "DIRTY", "dirty for Linux", "clean for Linux"),
                flag(word, 54, "XN", "nobody executes", ""),
                flag(word, 53, "PXN", "PL1 does not execute", ""),
                flag(word, 52, "Contiguous", "one of a run of 16", ""),
                of(word, 39, low, "OA", Hex.address(word & Descriptor.ADDRESS & -1L << low)),
                flag(word, 11, "nG", "of one ASID", "of every ASID"),
                flag(word, 10, "AF", "accessed", "not accessed: an access faults"),
                of(word, 9, 8, "SH", shareability(0xff, word).toString()),
                flag(word, 7, "AP[2]", "read-only", "writable"),
                flag(word, 6, "AP[1]", "PL0 may access", "PL1 only"),
                flag(word, 5, "NS", "", ""),
                of(word, 4, 2, "AttrIndx", type.text()),
                of(word, 1, 0, "type", Descriptor.isLeaf(word, level) ? meaning(word, level) : "not valid"));
    }

    private static Field of(long word, int high, int low, String name, String meaning) {
        return new Field(high, low, name, field(word, high, low), meaning);
    }

    private static Field flag(long word, int position, String name, String set, String clear) {
        long value = field(word, position, position);
        return new Field(position, position, name, value, value == 1 ? set : clear);
    }
}
