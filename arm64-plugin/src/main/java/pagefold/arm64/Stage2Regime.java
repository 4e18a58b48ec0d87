package pagefold.arm64;

import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.S2_MEM_ATTR_SHIFT;
import static pagefold.arm64.descriptor.Descriptor.S2_READ;
import static pagefold.arm64.descriptor.Descriptor.S2_WRITE;
import static pagefold.arm64.descriptor.Descriptor.S2_XN_SHIFT;
import static pagefold.arm64.descriptor.Descriptor.SOFTWARE_SHIFT;
import static pagefold.arm64.descriptor.Descriptor.VALID;
import static pagefold.arm64.descriptor.Descriptor.bit;

import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableReader;

/**
 * Stage 2 of EL1&amp;0: intermediate physical to physical addresses of one guest.
 *
 * <p>Reading and writing are granted to EL1 and EL0 alike (S2AP), execution to each by itself (XN[1:0], FEAT_XNX):
 *
 * <pre>
 * privileged x  unprivileged x    XN[1:0]
 *      yes            yes           00
 *      no             yes           01
 *      no             no            10
 *      yes            no            11
 * </pre>
 *
 * There are no ASIDs, so that {@code global} says nothing. KVM never joins leaves; a block comes from mapping one.
 */
final class Stage2Regime extends Arm64Regime {
    private static final int EXECUTE_BOTH = 0b00;
    private static final int EXECUTE_EL0 = 0b01;
    private static final int EXECUTE_NONE = 0b10;
    private static final int EXECUTE_EL1 = 0b11;

    private final Stage2Options options;

    Stage2Regime(StageOneProfile profile, Stage2Options options) {
        Geometry geometry =
                options.geometry(profile.granuleBits(), profile.encoding()).shape();
        super(
                profile,
                SpaceKind.STAGE2,
                geometry,
                new Stage2Format(profile.granuleBits(), profile.encoding(), options.hardwareDirty()),
                new AddressRange(0, bit(geometry.inputBits()) - 1));
        this.options = options;
    }

    @Override
    public @Nullable Unfit unfit(Attributes attributes) {
        Permissions p = attributes.permissions();
        for (Access access : new Access[] {Access.READ, Access.WRITE}) {
            if (p.allows(access, Privilege.PRIVILEGED) != p.allows(access, Privilege.UNPRIVILEGED)) {
                return new Unfit("permissions", "the same reads and writes at EL1 and EL0, as S2AP has them, not " + p);
            }
        }
        if (memoryAttribute(attributes.memoryType()) < 0) {
            String types =
                    options.forcedWriteBack() ? "a Device type, normal-nc or normal-wb" : "any but normal-tagged";
            return new Unfit(
                    "memory-type",
                    types + ", as MemAttr[" + (options.forcedWriteBack() ? 2 : 3) + ":0] has them, not "
                            + attributes.memoryType().text());
        }
        if (attributes.guarded()) {
            return new Unfit("attributes", "no guarded pages, which only stage 1 has (bit 50)");
        }
        return unfitShareability(attributes);
    }

    @Override
    public Attributes widened(Attributes attributes) {
        Permissions p = attributes.permissions();
        Permissions wider = p;
        for (Access access : new Access[] {Access.READ, Access.WRITE}) {
            boolean either = p.allows(access, Privilege.PRIVILEGED) || p.allows(access, Privilege.UNPRIVILEGED);
            wider = wider.with(access, Privilege.PRIVILEGED, either).with(access, Privilege.UNPRIVILEGED, either);
        }
        return attributes.withPermissions(wider);
    }

    /** MemAttr (Arm ARM D8.6.5, with FWB D8.6.6), or -1 where it has no code for a memory type. */
    private int memoryAttribute(MemoryType type) {
        boolean forced = options.forcedWriteBack();
        return switch (type) {
            case DEVICE_NGNRNE -> 0b0000;
            case DEVICE_NGNRE -> 0b0001;
            case DEVICE_NGRE -> 0b0010;
            case DEVICE_GRE -> 0b0011;
            case NORMAL_NC -> 0b0101;
            case NORMAL_WT -> forced ? -1 : 0b1010;
            case NORMAL_WB -> forced ? 0b0110 : 0b1111;
            case NORMAL_TAGGED -> -1;
        };
    }

    @Override
    public long leafBits(Attributes attributes) {
        Permissions p = attributes.permissions();
        long bits = AF | (long) memoryAttribute(attributes.memoryType()) << S2_MEM_ATTR_SHIFT;
        bits |= p.isNone() ? 0 : VALID;
        bits |= p.allows(Access.READ, Privilege.PRIVILEGED) ? S2_READ : 0;
        bits |= p.allows(Access.WRITE, Privilege.PRIVILEGED) ? (options.hardwareDirty() ? DBM : S2_WRITE) : 0;
        bits |= (long) executeNever(p) << S2_XN_SHIFT;
        bits |= shareabilityField(attributes);
        return bits | (long) attributes.software() << SOFTWARE_SHIFT;
    }

    private static int executeNever(Permissions p) {
        boolean atEl1 = p.allows(Access.EXECUTE, Privilege.PRIVILEGED);
        boolean atEl0 = p.allows(Access.EXECUTE, Privilege.UNPRIVILEGED);
        return atEl1 ? (atEl0 ? EXECUTE_BOTH : EXECUTE_EL1) : (atEl0 ? EXECUTE_EL0 : EXECUTE_NONE);
    }

    @Override
    public boolean joinsLeaves() {
        return false;
    }

    @Override
    public TableReader reader(PhysicalMemory memory, long root) {
        return SpaceReader.stage2(profile, options, memory, root);
    }
}
