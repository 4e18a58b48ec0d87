package pagefold.arm32.lpae;

import org.jspecify.annotations.Nullable;
import pagefold.arm32.lpae.Controls.Range;
import pagefold.arm32.stage.DescriptorPath;
import pagefold.arm32.stage.Leaf;
import pagefold.arm32.stage.MemoryAttribute;
import pagefold.model.Access;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.table.FaultKind;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;
import pagefold.table.Translation;

/**
 * Translates as hardware does at stage 1 with long descriptors (Arm ARM G5.5), of PL1&amp;0 or of PL2.
 *
 * <p>Used by one thread at a time: what the last walk found stays here until the next one.
 */
final class LpaeWalker {
    private static final int STAGE = 1;

    private final Controls controls;
    private final TreeWalk walk;
    /** {@code null} where addresses of descriptors go through stage 2. */
    private final @Nullable DirectLookup direct;

    private @Nullable Range range;
    private boolean isFetch;

    LpaeWalker(Controls controls, PhysicalMemory memory) {
        this.controls = controls;
        this.walk = new TreeWalk(memory, null);
        this.direct = new DirectLookup(controls, memory);
    }

    LpaeWalker(Controls controls, PhysicalMemory memory, DescriptorPath path) {
        this.controls = controls;
        this.walk = new TreeWalk(memory, path);
        this.direct = null;
    }

    Controls controls() {
        return controls;
    }

    /** The result of an access as {@link Translation} has it; what {@link #leaf} answers may be of another. */
    long translate(long address, Access access, Privilege privilege) {
        int request = Grants.bit(access, privilege);
        DirectLookup shortWay = direct;
        long output = shortWay == null ? DirectLookup.NOT_HERE : shortWay.translate(address, request);
        return output == DirectLookup.NOT_HERE ? translate(address, request, controls.grants(), null) : output;
    }

    /** The same where PSTATE.PAN may hold, telling what was read. */
    long translate(
            long address, Access access, Privilege privilege, boolean accessNever, TreeWalk.@Nullable Visitor visitor) {
        byte[] grants = accessNever ? controls.grantsUnderAccessNever() : controls.grants();
        return translate(address, Grants.bit(access, privilege), grants, visitor);
    }

    private long translate(long address, int request, byte[] grants, TreeWalk.@Nullable Visitor visitor) {
        isFetch = (request & 0b001_001) != 0;
        if (!controls.isOn()) {
            walk.level = 0;
            return address & 0xffff_ffffL;
        }
        Range found = controls.range((int) address);
        if (found == null || address >>> LpaeProfile.INPUT_BITS != 0) {
            walk.level = 1;
            return Tree.outside(STAGE);
        }
        range = found;
        long output = walk.find(found.tree(), address, visitor);
        if (output < 0 || (grants[Grants.index1(walk.leaf, walk.tables & found.hierarchical())] & request) != 0) {
            return output;
        }
        return Translation.fault(FaultKind.PERMISSION, walk.level, STAGE);
    }

    /** What the last translation found; only after one that gave an output. */
    Leaf leaf() {
        Range of = range;
        if (!controls.isOn() || of == null) {
            return flat();
        }
        long word = walk.leaf;
        int stated = MemoryAttribute.of(controls.attributes(), (int) Descriptor.field(word, 4, 2));
        boolean isCached = isFetch ? controls.fetchesCached() : controls.dataCached();
        int attribute = isCached || MemoryAttribute.isDevice(stated) ? stated : MemoryAttribute.NORMAL_NC;
        return new Leaf(
                walk.level,
                1L << walk.shift,
                attribute,
                MemoryAttribute.shareability(attribute, (int) Descriptor.field(word, 9, 8)),
                new Permissions(controls.grants()[Grants.index1(word, walk.tables & of.hierarchical())]),
                controls.upper() == null || (word & Descriptor.NG) == 0,
                LpaeRegime.softwareOf(word),
                walk.level != Geometry.LAST_LEVEL,
                (word & Descriptor.CONTIGUOUS) != 0);
    }

    /** Stage 1 is off: Arm ARM G5.2.1. */
    private Leaf flat() {
        if (controls.isCacheableByDefault()) {
            return Leaf.flat(LpaeProfile.INPUT_BITS, MemoryAttribute.NORMAL_WB, 0);
        }
        int fetched = controls.fetchesCached() ? MemoryAttribute.NORMAL_WT : MemoryAttribute.NORMAL_NC;
        int attribute = isFetch ? fetched : MemoryAttribute.DEVICE_NGNRNE;
        return Leaf.flat(LpaeProfile.INPUT_BITS, attribute, MemoryAttribute.OUTER_SHAREABLE);
    }
}
