package pagefold.arm32.stage;

import pagefold.model.Attributes;
import pagefold.model.Permissions;
import pagefold.model.Shareability;
import pagefold.table.Translation;
import pagefold.table.Walk;

/**
 * Where a translation ended, and what holds there.
 *
 * @param level of the leaf; 0 where the stage is off
 * @param bytes that translate alike around the address
 * @param attribute the memory type as a byte of MAIR: {@link MemoryAttribute}
 * @param shareability 0 not, 2 outer, 3 inner shareable, as it holds for that memory type; 1 is reserved
 * @param permissions everything that is granted
 * @param isGlobal whether it holds for every ASID
 * @param software the four bits that a region can set
 * @param isBlock whether it is more than a page, by a word above the last level
 * @param isContiguous whether its word says that it is one of a run
 */
public record Leaf(
        int level,
        long bytes,
        int attribute,
        int shareability,
        Permissions permissions,
        boolean isGlobal,
        int software,
        boolean isBlock,
        boolean isContiguous) {
    private static final Permissions ALL = new Permissions(0b111_111);

    /**
     * Of a stage that is off.
     *
     * @param inputBits of the addresses that it passes on
     * @param attribute the memory type that holds instead
     * @param shareability as it holds for that type
     */
    public static Leaf flat(int inputBits, int attribute, int shareability) {
        return new Leaf(0, 1L << inputBits, attribute, shareability, ALL, true, 0, false, false);
    }

    /** The same as the neutral model has it. */
    public Attributes attributes() {
        Shareability domain = switch (shareability) {
            case MemoryAttribute.OUTER_SHAREABLE -> Shareability.OUTER_SHAREABLE;
            case MemoryAttribute.INNER_SHAREABLE -> Shareability.INNER_SHAREABLE;
            default -> Shareability.NON_SHAREABLE;
        };
        return new Attributes(
                permissions, MemoryAttribute.type(attribute), domain, isGlobal, false, software, isBlock, isContiguous);
    }

    /** A walk's outcome that ended here. */
    public Walk.Translated translated(long output) {
        return new Walk.Translated(output, level, bytes, attributes());
    }

    /** A walk's outcome that ended in a fault, given as {@link Translation} has it. */
    public static Walk.Faulted faulted(long fault) {
        return faulted(fault, false);
    }

    /**
     * The same.
     *
     * @param onStage1Walk whether stage 2 refused the address of a stage-1 descriptor
     */
    public static Walk.Faulted faulted(long fault, boolean onStage1Walk) {
        return new Walk.Faulted(
                Translation.kind(fault), Translation.level(fault), Translation.stage(fault), onStage1Walk);
    }

    /**
     * Both stages together: the smaller leaf's place, what both grant, and a memory type that was combined before.
     *
     * @param second the leaf of stage 2
     * @param attribute of both
     * @param shareability of both, before the memory type overrides it
     */
    public Leaf under(Leaf second, int attribute, int shareability) {
        boolean isFlat = level == 0;
        Leaf smaller = isFlat || Long.compareUnsigned(second.bytes, bytes) < 0 ? second : this;
        return new Leaf(
                smaller.level,
                smaller.bytes,
                attribute,
                MemoryAttribute.shareability(attribute, shareability),
                new Permissions(permissions.bits() & second.permissions.bits()),
                isGlobal,
                isFlat ? second.software : software,
                smaller.isBlock,
                smaller.isContiguous);
    }
}
