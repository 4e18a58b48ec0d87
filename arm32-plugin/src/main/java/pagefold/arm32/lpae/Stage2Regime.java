package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.AF;
import static pagefold.arm32.lpae.Descriptor.S2_READ;
import static pagefold.arm32.lpae.Descriptor.S2_SOFTWARE_SHIFT;
import static pagefold.arm32.lpae.Descriptor.S2_WRITE;
import static pagefold.arm32.lpae.Descriptor.VALID;
import static pagefold.arm32.lpae.Descriptor.XN;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableFormat;
import pagefold.table.TableReader;
import pagefold.table.TranslationRegime;

/**
 * Stage 2 of PL1&amp;0 as Linux 5.5 sets it up for every guest on arm32: IPAs of 40 bits, a start table of 1024 entries at
 * level 1, which are two pages side by side.
 *
 * <p>Everything is granted to PL1 and PL0 alike: S2AP has no privileges, and XN[0] is of Armv8.2. Execution needs read.
 * There are no ASIDs, so that {@code global} says nothing. KVM never joins leaves; a block comes from mapping one.
 */
final class Stage2Regime implements TranslationRegime {
    static final int INPUT_BITS = 40;
    static final int START_LEVEL = 1;

    private final Geometry geometry = Geometry.startingAt(LpaeProfile.GRANULE_BITS, INPUT_BITS, START_LEVEL);
    private final Stage2Format format = new Stage2Format();
    private final AddressRange inputRange = new AddressRange(0, (1L << INPUT_BITS) - 1);

    @Override
    public SpaceKind kind() {
        return SpaceKind.STAGE2;
    }

    @Override
    public Geometry geometry() {
        return geometry;
    }

    @Override
    public TableFormat format() {
        return format;
    }

    @Override
    public AddressRange inputRange() {
        return inputRange;
    }

    @Override
    public int outputBits() {
        return LpaeProfile.OUTPUT_BITS;
    }

    @Override
    public @Nullable Unfit unfit(Attributes attributes) {
        Unfit lacking = Unfit.lacking(attributes, Set.of());
        if (lacking != null) {
            return lacking;
        }
        Permissions p = attributes.permissions();
        for (Access access : Access.values()) {
            if (p.allows(access, Privilege.PRIVILEGED) != p.allows(access, Privilege.UNPRIVILEGED)) {
                return new Unfit("permissions", "the same for PL1 and PL0, as S2AP[1:0] and XN have them, not " + p);
            }
        }
        if (p.allows(Access.EXECUTE, Privilege.PRIVILEGED) && !p.allows(Access.READ, Privilege.PRIVILEGED)) {
            return new Unfit("permissions", "execution only of what may be read (S2AP[0] = 1), not " + p);
        }
        return null;
    }

    @Override
    public Attributes widened(Attributes attributes) {
        Permissions p = attributes.permissions();
        Permissions wider = p;
        for (Access access : Access.values()) {
            boolean either = p.allows(access, Privilege.PRIVILEGED) || p.allows(access, Privilege.UNPRIVILEGED);
            wider = wider.with(access, Privilege.PRIVILEGED, either).with(access, Privilege.UNPRIVILEGED, either);
        }
        if (wider.allows(Access.EXECUTE, Privilege.PRIVILEGED)) {
            wider = wider.with(Access.READ, Privilege.PRIVILEGED, true).with(Access.READ, Privilege.UNPRIVILEGED, true);
        }
        return attributes.withPermissions(wider);
    }

    /** {@code PAGE_S2} and {@code PAGE_S2_DEVICE}, with what a fault has added. */
    @Override
    public long leafBits(Attributes attributes) {
        Permissions p = attributes.permissions();
        long bits = AF | MemoryAttributes.stage2Field(attributes.memoryType());
        bits |= MemoryAttributes.field(attributes.shareability());
        bits |= p.isNone() ? 0 : VALID;
        bits |= p.allows(Access.READ, Privilege.PRIVILEGED) ? S2_READ : 0;
        bits |= p.allows(Access.WRITE, Privilege.PRIVILEGED) ? S2_WRITE : 0;
        bits |= p.allows(Access.EXECUTE, Privilege.PRIVILEGED) ? 0 : XN;
        return bits | (long) attributes.software() << S2_SOFTWARE_SHIFT;
    }

    @Override
    public boolean joinsLeaves() {
        return false;
    }

    @Override
    public TableReader reader(PhysicalMemory memory, long root) {
        return SpaceReader.ofStage2(memory, root);
    }
}
