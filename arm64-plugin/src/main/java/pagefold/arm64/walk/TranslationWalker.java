package pagefold.arm64.walk;

import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.TABLE;
import static pagefold.arm64.descriptor.Descriptor.VALID;
import static pagefold.arm64.descriptor.Descriptor.bit;
import static pagefold.arm64.descriptor.Descriptor.bits;
import static pagefold.arm64.descriptor.Descriptor.field;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.table.FaultKind;
import pagefold.table.PhysicalMemory;
import pagefold.table.Translation;

/**
 * Translates addresses of one regime, by one thread at a time.
 *
 * <p>A translation allocates nothing: its result is a {@code long} as {@link Translation} has it; after
 * {@link #resolve}, what else there is to know can be asked for until the next one. Checks come in the order of Arm ARM D8.15.3: range, root, then per
 * level the stage-2 translation of the descriptor's address, Translation and Address size faults, then Access flag,
 * then Permission, then stage 2 of the output.
 *
 * <p>Hardware updates (FEAT_HAFDBS) are evaluated, not made: memory is only read. {@link HardwareUpdates} makes them.
 */
public final class TranslationWalker {
    private static final long UPPER = bit(55);
    private static final int LAST_LEVEL = 3;

    private final Stage1 stage1;
    private final @Nullable Stage2 stage2;
    private final boolean stage2Alone;
    private final DirectLookup lower;
    private final DirectLookup upper;
    private final PhysicalMemory memory;

    private final Leaf first = new Leaf();
    private final Leaf second = new Leaf();
    private final Leaf ofDescriptor = new Leaf();
    private @Nullable List<Visit> visits;
    private boolean onStage1Walk;
    private boolean throughStage2;
    private int lastRequest;
    private long intermediate;

    /**
     * A regime and the memory that its tables are in.
     *
     * @param stage2 the second stage, {@code null} where there is none
     */
    public TranslationWalker(Stage1 stage1, @Nullable Stage2 stage2, PhysicalMemory memory) {
        this(stage1, stage2, memory, false);
    }

    private TranslationWalker(Stage1 stage1, @Nullable Stage2 stage2, PhysicalMemory memory, boolean stage2Alone) {
        this.stage1 = stage1;
        this.stage2 = stage2;
        this.memory = memory;
        this.stage2Alone = stage2Alone;
        this.lower = new DirectLookup(stage1, stage1.lower, memory);
        this.upper = new DirectLookup(stage1, stage1.upper, memory);
    }

    /** Translates intermediate physical addresses through stage 2 alone. */
    public static TranslationWalker ofStage2(Stage2 stage2, PhysicalMemory memory) {
        return new TranslationWalker(Stage1.absent(), stage2, memory, true);
    }

    /** Translates an address for an access: {@link Translation}. */
    public long translate(long address, Access access, Privilege privilege) {
        return translate(address, Request.of(access, privilege));
    }

    /** Translates an address for a {@link Request}: {@link Translation}. */
    public long translate(long address, int request) {
        if (stage2 == null) {
            long output = ((address & UPPER) == 0 ? lower : upper).translate(address, request);
            if (output >= 0) {
                return output;
            }
        }
        return resolve(address, request);
    }

    /** Translates like {@link #translate(long, int)} and keeps what else there is to know, for the accessors below. */
    public long resolve(long address, int request) {
        lastRequest = request;
        onStage1Walk = false;
        throughStage2 = false;
        if (stage2Alone) {
            return stage2(address, request);
        }
        long output = stage1(address, request);
        if (output < 0 || stage2 == null || (request & Request.STAGE_1_ONLY) != 0) {
            return output;
        }
        return stage2(output, request);
    }

    private long stage1(long address, int request) {
        Stage1 regime = stage1;
        Stage1Range range = (address & UPPER) == 0 ? regime.lower : regime.upper;
        boolean fetch = (request & Request.EXECUTE) != 0;
        if (!regime.enabled) {
            return flat(regime.flat, range, fetch, address);
        }
        if (((address ^ range.sign) & (fetch ? range.fetchTop : range.dataTop)) != 0
                || (request & range.refused(request)) != 0) {
            return Translation.fault(FaultKind.TRANSLATION, 0, 1);
        }
        Leaf leaf = first;
        long output = lookup(range.tables, address, leaf, stage2 != null);
        if (output < 0) {
            return output;
        }
        long word = leaf.word;
        if ((word & AF) == 0 && !regime.hardwareAccess) {
            return Translation.fault(FaultKind.ACCESS_FLAG, leaf.level, 1);
        }
        long effective = regime.hardwareDirty && (word & DBM) != 0 ? word & ~RDONLY : word;
        int index = PermissionTable.index1(effective, leaf.tables & range.hierarchical);
        byte[] grants = (request & Request.PAN) == 0 ? regime.grants : regime.grantsUnderPan;
        if ((grants[index] & request) == 0) {
            return Translation.fault(FaultKind.PERMISSION, leaf.level, 1);
        }
        return stage2 == null ? output : update(regime, request, output);
    }

    /** The output, unless hardware would have to write the descriptor and stage 2 forbids that. */
    private long update(Stage1 regime, int request, long output) {
        boolean access = (first.word & AF) == 0;
        boolean dirty = (request & Request.WRITE) != 0 && regime.effective(first.word) != first.word;
        if ((request & Request.ADDRESS_TRANSLATION) != 0 || !access && !dirty) {
            return output;
        }
        long written = descriptorAddress(first.entry, Request.WRITE & Request.PRIVILEGED);
        return written < 0 ? written : output;
    }

    private long flat(Stage1.Flat flat, Stage1Range range, boolean fetch, long address) {
        first.level = LAST_LEVEL;
        first.shift = flat.physicalBits();
        long beyond = flat.beyond(fetch ? range.fetchTopBit : range.dataTopBit);
        return (address & beyond) != 0
                ? Translation.fault(FaultKind.ADDRESS_SIZE, 0, 1)
                : address & bits(flat.physicalBits() - 1, 0);
    }

    /** Walks one tree: the output address, or a fault. The leaf's permissions are the caller's to check. */
    private long lookup(TableRange tree, long address, Leaf leaf, boolean nested) {
        if (tree.startFault != 0) {
            return tree.startFault;
        }
        long input = address & tree.inputMask;
        int level = tree.startLevel;
        int shift = tree.startShift;
        long table = tree.root;
        long attributes = 0;
        long index = input >>> shift;
        while (true) {
            long entry = table | index << 3;
            long physical = nested ? descriptorAddress(entry, Request.READ & Request.PRIVILEGED) : entry;
            if (physical < 0) {
                return physical;
            }
            long loaded = memory.load64(physical);
            long word = tree.bigEndian ? Long.reverseBytes(loaded) : loaded;
            if (visits != null) {
                visits.add(new Visit(tree, level, index, physical, word));
            }
            if ((word & VALID) == 0) {
                return Translation.fault(FaultKind.TRANSLATION, level, tree.stage);
            }
            if (level == LAST_LEVEL || (word & TABLE) == 0) {
                boolean page = (word & TABLE) != 0;
                if (level == LAST_LEVEL ? !page : (tree.leafLevels >>> level + 1 & 1) == 0) {
                    return Translation.fault(FaultKind.TRANSLATION, level, tree.stage);
                }
                long base = word & tree.inPlace & -1L << shift | (word & tree.highMask) << tree.highShift;
                if ((base & tree.beyondOutput) != 0) {
                    return Translation.fault(FaultKind.ADDRESS_SIZE, level, tree.stage);
                }
                leaf.word = word;
                leaf.tables = attributes;
                leaf.level = level;
                leaf.shift = shift;
                leaf.entry = entry;
                return base | input & ~(-1L << shift);
            }
            table = word & tree.inPlace | (word & tree.highMask) << tree.highShift;
            if ((table & tree.beyondOutput) != 0) {
                return Translation.fault(FaultKind.ADDRESS_SIZE, level, tree.stage);
            }
            attributes |= word;
            level++;
            shift -= tree.stride;
            index = input >>> shift & tree.indexMask;
        }
    }

    /** Stage 2 of the address of a stage-1 descriptor; every fault of it is one on the stage-1 walk. */
    private long descriptorAddress(long entry, int need) {
        Stage2 regime = stage2;
        if (regime == null) {
            return entry;
        }
        long physical = lookup2(regime, entry, ofDescriptor);
        Leaf leaf = ofDescriptor;
        if (physical >= 0) {
            boolean device = regime.controls.protectedWalks() && regime.isDevice(leaf.word);
            if (device || (regime.granted(leaf.word) & need) != need) {
                physical = Translation.fault(FaultKind.PERMISSION, leaf.level, 2);
            }
        }
        if (physical < 0) {
            onStage1Walk = true;
            intermediate = entry;
        }
        return physical;
    }

    private long stage2(long address, int request) {
        Stage2 regime = stage2;
        if (regime == null) {
            return address;
        }
        throughStage2 = true;
        intermediate = address;
        long output = lookup2(regime, address, second);
        if (output >= 0 && (regime.granted(second.word) & request & Request.ACCESS_MASK) == 0) {
            return Translation.fault(FaultKind.PERMISSION, second.level, 2);
        }
        return output;
    }

    private long lookup2(Stage2 regime, long address, Leaf leaf) {
        if ((address & regime.beyondInput) != 0) {
            return Translation.fault(FaultKind.TRANSLATION, 0, 2);
        }
        long output = lookup(regime.tables, address, leaf, false);
        if (output >= 0 && (leaf.word & AF) == 0 && !regime.hardwareAccess) {
            return Translation.fault(FaultKind.ACCESS_FLAG, leaf.level, 2);
        }
        return output;
    }

    // What else there is to know about the last translation.

    /** Whether the last fault was stage 2's, on the address of a stage-1 descriptor (ESR.S1PTW). */
    public boolean faultedOnStage1Walk() {
        return onStage1Walk;
    }

    /** The intermediate physical address that stage 2 last translated or refused: HPFAR_EL2. */
    public long intermediateAddress() {
        return intermediate;
    }

    /** The level of the leaf that was found; of the smaller one where there are two stages. */
    public int level() {
        return smaller().level;
    }

    /** Bytes that translate alike around the address. */
    public long leafSize() {
        return 1L << smaller().shift;
    }

    private Leaf smaller() {
        return throughStage2 && (second.shift < first.shift || !stage1.enabled) ? second : first;
    }

    /** The word of the stage-1 leaf; 0 where stage 1 is off. */
    public long leaf() {
        return stage1.enabled ? first.word : 0;
    }

    /** The word of the leaf that {@link #level} is of; 0 where nothing was looked up. */
    public long finalLeaf() {
        return stage1.enabled || throughStage2 ? smaller().word : 0;
    }

    /** What both stages grant: bits as in {@link pagefold.model.Permissions}. */
    public int granted(long address) {
        int granted = stage1.enabled ? stage1.granted(stage1.range(address), first.word, first.tables) : 0b111_111;
        return throughStage2 && stage2 != null ? granted & stage2.granted(second.word) : granted;
    }

    /** The memory type that holds, as a MAIR byte. */
    public int memoryAttribute() {
        boolean fetch = (lastRequest & Request.EXECUTE) != 0;
        int attribute = stage1Attribute(fetch);
        if (!throughStage2 || stage2 == null) {
            return attribute;
        }
        Stage2.Controls controls = stage2.controls;
        int memAttr = (int) field(second.word, 5, 2);
        boolean uncached = fetch ? controls.fetchesUncached() : controls.dataUncached();
        if (controls.forcedWriteBack()) {
            int combined = MemoryAttribute.combineForced(attribute, memAttr);
            return uncached && !MemoryAttribute.isDevice(combined) ? MemoryAttribute.NORMAL_NC : combined;
        }
        return MemoryAttribute.combine(attribute, uncached && memAttr >>> 2 != 0 ? 0b0101 : memAttr);
    }

    private int stage1Attribute(boolean fetch) {
        boolean cached = fetch ? stage1.controls.fetchesCached() : stage1.controls.dataCached();
        if (!stage1.enabled) {
            if (stage1.flat.defaultCacheable()) {
                return MemoryAttribute.NORMAL_WB;
            }
            int fetched = cached ? MemoryAttribute.NORMAL_WT : MemoryAttribute.NORMAL_NC;
            return fetch ? fetched : MemoryAttribute.DEVICE_NGNRNE;
        }
        int attribute = MemoryAttribute.of(stage1.controls.memoryAttributes(), (int) field(first.word, 4, 2));
        return cached || MemoryAttribute.isDevice(attribute) ? attribute : MemoryAttribute.NORMAL_NC;
    }

    /** The shareability that holds: 0 not, 2 outer, 3 inner shareable. */
    public int shareability(long address) {
        int attribute = memoryAttribute();
        int stated = stage1Shareability(stage1.range(address));
        if (throughStage2 && stage2 != null) {
            boolean inWord = stage2.tables.geometry.encoding() != OutputEncoding.LPA2;
            int second2 = inWord ? (int) field(second.word, 9, 8) : stage2.controls.shareability();
            stated = MemoryAttribute.combinedShareability(stated, second2);
        }
        return MemoryAttribute.shareability(attribute, stated);
    }

    private int stage1Shareability(Stage1Range range) {
        if (!stage1.enabled) {
            return stage1.flat.defaultCacheable() ? 0 : MemoryAttribute.OUTER_SHAREABLE;
        }
        int attribute = MemoryAttribute.of(stage1.controls.memoryAttributes(), (int) field(first.word, 4, 2));
        boolean inWord = range.tables.geometry.encoding() != OutputEncoding.LPA2;
        return MemoryAttribute.shareability(attribute, inWord ? (int) field(first.word, 9, 8) : range.shareability);
    }

    Stage1 regime() {
        return stage1;
    }

    @Nullable
    Stage2 secondStage() {
        return stage2;
    }

    /** Translates and notes every word read, in order. */
    long trace(long address, int request, List<Visit> into) {
        visits = into;
        try {
            return resolve(address, request);
        } finally {
            visits = null;
        }
    }
}
