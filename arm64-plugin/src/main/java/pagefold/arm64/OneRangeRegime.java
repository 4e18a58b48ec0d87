package pagefold.arm64;

import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.GP;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.SOFTWARE_SHIFT;
import static pagefold.arm64.descriptor.Descriptor.USER;
import static pagefold.arm64.descriptor.Descriptor.VALID;
import static pagefold.arm64.descriptor.Descriptor.XN;
import static pagefold.arm64.descriptor.Descriptor.bit;

import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableReader;

/**
 * Stage 1 of EL2 without E2H, or of EL3: one range of addresses, one privilege, no ASIDs. Whatever is mapped can be
 * read; {@code global} says nothing.
 *
 * <p>Words are those of KVM 6.12's hypervisor without VHE: AP[1] is set, as it is RES1. KVM never joins leaves; a block
 * comes from mapping one.
 */
final class OneRangeRegime extends Arm64Regime {
    /**
     * A regime.
     *
     * @param kind {@code HYP} or {@code MONITOR}
     */
    OneRangeRegime(StageOneProfile profile, SpaceKind kind) {
        super(
                profile,
                kind,
                Geometry.of(profile.granuleBits(), profile.inputBits()),
                new OneRangeFormat(profile.granuleBits(), profile.encoding()),
                new AddressRange(0, bit(profile.inputBits()) - 1));
    }

    @Override
    public @Nullable Unfit unfit(Attributes attributes) {
        Permissions p = attributes.permissions();
        boolean unprivileged = false;
        for (Access access : Access.values()) {
            unprivileged |= p.allows(access, Privilege.UNPRIVILEGED);
        }
        if (unprivileged || !p.allows(Access.READ, Privilege.PRIVILEGED)) {
            return new Unfit(
                    "permissions", "r--/---, rw-/---, r-x/--- or rwx/---, as AP[2] and XN have them, not " + p);
        }
        return unfitShareability(attributes);
    }

    @Override
    public Attributes widened(Attributes attributes) {
        return attributes.withPermissions(attributes.permissions().with(Access.READ, Privilege.PRIVILEGED, true));
    }

    @Override
    public long leafBits(Attributes attributes) {
        Permissions p = attributes.permissions();
        long bits = AF | USER | MemoryAttributes.field(attributes.memoryType());
        bits |= p.isNone() ? 0 : VALID;
        bits |= p.allows(Access.WRITE, Privilege.PRIVILEGED) ? 0 : RDONLY;
        bits |= p.allows(Access.EXECUTE, Privilege.PRIVILEGED) ? 0 : XN;
        bits |= attributes.guarded() ? GP : 0;
        bits |= shareabilityField(attributes);
        return bits | (long) attributes.software() << SOFTWARE_SHIFT;
    }

    @Override
    public boolean joinsLeaves() {
        return false;
    }

    @Override
    public TableReader reader(PhysicalMemory memory, long root) {
        return SpaceReader.oneRange(profile, kind, memory, root);
    }
}
