package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.ADDRESS;

import java.util.List;
import java.util.function.Consumer;
import pagefold.arm32.stage.MemoryAttribute;
import pagefold.model.Hex;
import pagefold.table.Geometry;
import pagefold.table.Walk;
import pagefold.table.Walk.Field;

/**
 * Tells what a walk reads, word by word, with what every field means; levels that are folded into the root too.
 *
 * @param steps who hears of it
 * @param attributes MAIR1:MAIR0 of stage 1; stage 2 needs none
 */
record StepWriter(Consumer<Walk.Step> steps, long attributes) implements TreeWalk.Visitor {
    private static final List<String> GENERIC = List.of("PGD", "P4D", "PUD", "PMD", "PTE");

    @Override
    public void word(Tree tree, int level, long entry, int index, long word) {
        boolean isRoot = level == tree.startLevel;
        Walk.Step step = new Walk.Step(
                tree.stage,
                isRoot ? GENERIC.getFirst() : GENERIC.get(level + 1),
                level,
                false,
                entry - 8L * index,
                index,
                entry,
                word,
                meaning(word, level),
                fields(word, level, tree.stage));
        steps.accept(step);
        for (int generic = 1; isRoot && generic <= level + 1; generic++) {
            steps.accept(new Walk.Step(
                    step.stage(),
                    GENERIC.get(generic),
                    level,
                    true,
                    step.table(),
                    0,
                    entry,
                    word,
                    step.meaning(),
                    step.fields()));
        }
    }

    private static String meaning(long word, int level) {
        if (Descriptor.isTable(word, level)) {
            return "table at " + Hex.address(word & ADDRESS);
        }
        if (Descriptor.isLeaf(word, level)) {
            int shift = Tree.shift(level);
            return (level == Geometry.LAST_LEVEL ? "page" : "block") + " of " + Hex.size(1L << shift) + " at "
                    + Hex.address(word & ADDRESS & -1L << shift);
        }
        if (word == 0) {
            return "nothing";
        }
        return (word & Descriptor.NONE) != 0 ? "memory that grants nothing (not valid)" : "not valid";
    }

    private List<Field> fields(long word, int level, int stage) {
        if (word == 0) {
            return List.of();
        }
        if (Descriptor.isTable(word, level)) {
            return stage == 1 ? tableFields(word) : stageTwoTableFields(word);
        }
        return stage == 1 ? leafFields(word, level) : stageTwoLeafFields(word, level);
    }

    private static List<Field> tableFields(long word) {
        return List.of(
                flag(word, 63, "NSTable", "", ""),
                of(word, 62, 61, "APTable", ""),
                flag(word, 60, "XNTable", "nobody executes below", ""),
                flag(word, 59, "PXNTable", "PL1 does not execute below", ""),
                flag(word, 55, "SWAPPER", "the kernel's own", ""),
                of(word, 39, 12, "address", Hex.address(word & ADDRESS)),
                of(word, 1, 0, "type", "table"));
    }

    private static List<Field> stageTwoTableFields(long word) {
        return List.of(of(word, 39, 12, "address", Hex.address(word & ADDRESS)), of(word, 1, 0, "type", "table"));
    }

    private List<Field> leafFields(long word, int level) {
        int attribute = MemoryAttribute.of(attributes, (int) Descriptor.field(word, 4, 2));
        int low = Tree.shift(level);
        return List.of(
                of(word, 61, 59, "software", ""),
                flag(word, 58, "RDONLY", "read-only for Linux", "writable for Linux"),
                flag(word, 57, "NONE", "grants nothing", ""),
                flag(word, 56, "SPECIAL", "no page structure", ""),
                flag(word, 55, "DIRTY", "dirty for Linux", "clean for Linux"),
                flag(word, 54, "XN", "nobody executes", ""),
                flag(word, 53, "PXN", "PL1 does not execute", ""),
                flag(word, 52, "Contiguous", "one of a run of 16", ""),
                of(word, 39, low, "OA", Hex.address(word & ADDRESS & -1L << low)),
                flag(word, 11, "nG", "of one ASID", "of every ASID"),
                flag(word, 10, "AF", "accessed", "not accessed: an access faults"),
                of(word, 9, 8, "SH", shareability(word)),
                flag(word, 7, "AP[2]", "read-only", "writable"),
                flag(word, 6, "AP[1]", "PL0 may access", "PL1 only"),
                flag(word, 5, "NS", "", ""),
                of(word, 4, 2, "AttrIndx", MemoryAttribute.type(attribute).text()),
                of(word, 1, 0, "type", Descriptor.isLeaf(word, level) ? meaning(word, level) : "not valid"));
    }

    private static List<Field> stageTwoLeafFields(long word, int level) {
        int memAttr = (int) Descriptor.field(word, 5, Descriptor.MEM_ATTR_SHIFT);
        int attribute = MemoryAttribute.combined(MemoryAttribute.NORMAL_WB, memAttr);
        int low = Tree.shift(level);
        return List.of(
                of(word, 58, 55, "software", ""),
                of(word, 54, 53, "XN", executes(word)),
                flag(word, 52, "Contiguous", "one of a run of 16", ""),
                of(word, 39, low, "OA", Hex.address(word & ADDRESS & -1L << low)),
                flag(word, 10, "AF", "accessed", "not accessed: an access faults"),
                of(word, 9, 8, "SH", shareability(word)),
                of(word, 7, 6, "S2AP", grants(word)),
                of(word, 5, 2, "MemAttr", MemoryAttribute.type(attribute).text()),
                of(word, 1, 0, "type", Descriptor.isLeaf(word, level) ? meaning(word, level) : "not valid"));
    }

    /** As it is with FEAT_XNX; without it bit 53 does not count. */
    private static String executes(long word) {
        return switch ((int) Descriptor.field(word, 54, 53)) {
            case 0 -> "PL1 and PL0 execute";
            case 1 -> "only PL0 executes";
            case 2 -> "nobody executes";
            default -> "only PL1 executes";
        };
    }

    private static String grants(long word) {
        return switch ((int) Descriptor.field(word, 7, 6)) {
            case 0 -> "no access";
            case 1 -> "read-only";
            case 2 -> "write-only";
            default -> "read and write";
        };
    }

    private static String shareability(long word) {
        return switch ((int) Descriptor.field(word, 9, 8)) {
            case 0 -> "not shareable";
            case 1 -> "reserved";
            case 2 -> "outer shareable";
            default -> "inner shareable";
        };
    }

    private static Field of(long word, int high, int low, String name, String meaning) {
        return new Field(high, low, name, Descriptor.field(word, high, low), meaning);
    }

    private static Field flag(long word, int position, String name, String set, String clear) {
        long value = Descriptor.field(word, position, position);
        return new Field(position, position, name, value, value == 1 ? set : clear);
    }
}
