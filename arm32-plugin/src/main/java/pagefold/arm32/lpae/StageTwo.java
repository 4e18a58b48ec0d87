package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.MEM_ATTR_SHIFT;
import static pagefold.arm32.lpae.Descriptor.bit;
import static pagefold.arm32.lpae.Descriptor.bits;
import static pagefold.arm32.lpae.Descriptor.field;

import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pagefold.arm32.stage.DescriptorPath;
import pagefold.arm32.stage.Leaf;
import pagefold.arm32.stage.MemoryAttribute;
import pagefold.arm32.stage.Processor;
import pagefold.arm32.stage.Registers;
import pagefold.model.Access;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.table.FaultKind;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;
import pagefold.table.Translation;
import pagefold.table.Walk;

/**
 * Stage 2 of PL1&amp;0: from IPA to physical addresses, and from the addresses of stage-1 descriptors to where they are
 * (Arm ARM G5.5.5, G8.2: VTCR, VTTBR, HCR, HCR2).
 *
 * <p>Used by one thread at a time.
 */
public final class StageTwo implements DescriptorPath {
    private static final int STAGE = 2;
    /** Normal memory that is cached nowhere, as MemAttr has it. */
    private static final int NORMAL_NC = 0b0101;

    private final Tree tree;
    private final byte[] grants;
    private final boolean protectsWalks;
    private final boolean dataUncached;
    private final boolean fetchesUncached;
    private final TreeWalk walk;
    private final TreeWalk walkOfDescriptor;
    private @Nullable Consumer<Walk.Step> steps;
    private long asked;

    /**
     * Stage 2 as registers say. {@code HCR2} and {@code HSCTLR} may be missing: memory as the tables say, little-endian
     * tables.
     *
     * @throws IllegalArgumentException when VTCR or VTTBR is missing
     */
    public StageTwo(Registers registers, Processor processor, PhysicalMemory memory) {
        long hcr = registers.getOr("HCR", 0);
        long hcr2 = registers.getOr("HCR2", 0);
        long vtcr = registers.get("VTCR");
        boolean isBigEndian = (registers.getOr("HSCTLR", 0) & bit(25)) != 0;
        // T0SZ is a signed number; VTCR.S should repeat its sign, and does not count.
        int size = (int) field(vtcr, 3, 0) << 28 >> 28;
        this.tree = Tree.ofStage2(
                LpaeProfile.INPUT_BITS - size,
                (int) field(vtcr, 7, 6),
                registers.get("VTTBR"),
                new Tree.Rules(isBigEndian, processor.armv8()));
        this.grants = Grants.ofStage2(processor.executeApart());
        this.protectsWalks = (hcr & bit(2)) != 0 && (hcr & bit(27)) == 0;
        this.dataUncached = (hcr2 & bit(0)) != 0;
        this.fetchesUncached = (hcr2 & bit(1)) != 0;
        this.walk = new TreeWalk(memory, null);
        this.walkOfDescriptor = new TreeWalk(memory, null);
    }

    Tree tree() {
        return tree;
    }

    /** Whether a walk can begin: VTCR and VTTBR say something that is allowed. */
    public boolean isUsable() {
        return tree.isUsable();
    }

    /** Writes a dump, in columns like those that Linux has for its own tables. */
    public void dump(PhysicalMemory memory, Appendable out) throws IOException {
        TableDump.ofStage2(tree).write(memory, out);
    }

    /** Who hears of every word that is read from now on, those for stage-1 descriptors too; {@code null}: nobody. */
    public void tell(@Nullable Consumer<Walk.Step> listener) {
        steps = listener;
    }

    /** The physical address, or a fault of stage 2, as {@link Translation} has it. */
    public long translate(long address, Access access, Privilege privilege) {
        long output = find(walk, address);
        boolean isGranted = output < 0 || (grants[Grants.index2(walk.leaf)] & Grants.bit(access, privilege)) != 0;
        return isGranted ? output : Translation.fault(FaultKind.PERMISSION, walk.level, STAGE);
    }

    /** A walk of stage 1 reads, whoever asks; HCR.PTW refuses it tables in Device memory. */
    @Override
    public long physical(long address) {
        long output = find(walkOfDescriptor, address);
        if (output < 0) {
            return output;
        }
        long leaf = walkOfDescriptor.leaf;
        boolean isRefused = protectsWalks && field(leaf, 5, 4) == 0 || (leaf & Descriptor.S2_READ) == 0;
        return isRefused ? Translation.fault(FaultKind.PERMISSION, walkOfDescriptor.level, STAGE) : output;
    }

    /** The address that was asked about last: after a fault, the one that this stage refused. */
    long asked() {
        return asked;
    }

    private long find(TreeWalk by, long address) {
        asked = address;
        if ((address & ~bits(tree.inputBits - 1, 0)) != 0) {
            return Tree.outside(STAGE);
        }
        Consumer<Walk.Step> listener = steps;
        return by.find(tree, address, listener == null ? null : new StepWriter(listener, 0));
    }

    /** What the last translation found; only after one that gave an output. Its memory type is that of stage 2 alone. */
    public Leaf leaf() {
        return Leaf.flat(LpaeProfile.INPUT_BITS, MemoryAttribute.NORMAL_WB, 0).under(own(), mair(), domain());
    }

    /**
     * What both stages say together.
     *
     * @param first what stage 1 found; its output is what was translated last
     * @param access a fetch may be cached otherwise than data
     */
    public Leaf over(Leaf first, Access access) {
        boolean isUncached = access == Access.EXECUTE ? fetchesUncached : dataUncached;
        int memAttr = (int) field(walk.leaf, 5, MEM_ATTR_SHIFT);
        boolean isDevice = memAttr >>> 2 == 0;
        int attribute = MemoryAttribute.combined(first.attribute(), isUncached && !isDevice ? NORMAL_NC : memAttr);
        return first.under(own(), attribute, MemoryAttribute.combinedShareability(first.shareability(), domain()));
    }

    private int mair() {
        return MemoryAttribute.combined(MemoryAttribute.NORMAL_WB, (int) field(walk.leaf, 5, MEM_ATTR_SHIFT));
    }

    private int domain() {
        return (int) field(walk.leaf, 9, 8);
    }

    private Leaf own() {
        long word = walk.leaf;
        return new Leaf(
                walk.level,
                1L << walk.shift,
                mair(),
                domain(),
                new Permissions(grants[Grants.index2(word)]),
                true,
                (int) field(word, 58, 55),
                walk.level != Geometry.LAST_LEVEL,
                (word & Descriptor.CONTIGUOUS) != 0);
    }
}
