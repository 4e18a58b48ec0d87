package pagefold.arm32.lpae;

import static pagefold.arm32.lpae.Descriptor.AF;
import static pagefold.arm32.lpae.Descriptor.AP2;
import static pagefold.arm32.lpae.Descriptor.DIRTY;
import static pagefold.arm32.lpae.Descriptor.NONE;
import static pagefold.arm32.lpae.Descriptor.RDONLY;
import static pagefold.arm32.lpae.Descriptor.USER;
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
 * Stage 1 of PL2: one range of addresses, one privilege, no ASIDs. Whatever is mapped can be read; {@code global} says
 * nothing. Joining makes no larger leaves, since all are pages.
 *
 * <p>Linux 5.5 stores these words without looking at RDONLY, so that hardware would let PL2 write to what is read-only
 * for Linux. Here AP[2] is set then, as in a kernel's words.
 */
final class HypRegime implements TranslationRegime {
    private final Geometry geometry = Geometry.of(LpaeProfile.GRANULE_BITS, LpaeProfile.INPUT_BITS);
    private final LpaeFormat format = new LpaeFormat(SpaceKind.HYP);
    private final AddressRange inputRange = new AddressRange(0, (1L << LpaeProfile.INPUT_BITS) - 1);

    @Override
    public SpaceKind kind() {
        return SpaceKind.HYP;
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
        boolean isUser = false;
        for (Access access : Access.values()) {
            isUser |= p.allows(access, Privilege.UNPRIVILEGED);
        }
        if (isUser || !p.allows(Access.READ, Privilege.PRIVILEGED)) {
            return new Unfit(
                    "permissions", "r--/---, rw-/---, r-x/--- or rwx/---, as AP[2] and XN have them, not " + p);
        }
        return null;
    }

    @Override
    public Attributes widened(Attributes attributes) {
        return attributes.withPermissions(attributes.permissions().with(Access.READ, Privilege.PRIVILEGED, true));
    }

    /** {@code PAGE_HYP}: a kernel's page with AP[1], which reads as 1 at PL2. */
    @Override
    public long leafBits(Attributes attributes) {
        Permissions p = attributes.permissions();
        long bits = AF | USER | DIRTY | MemoryAttributes.field(attributes.memoryType());
        bits |= MemoryAttributes.field(attributes.shareability()) | LpaeRegime.software(attributes.software());
        bits |= p.isNone() ? NONE : VALID;
        bits |= p.allows(Access.WRITE, Privilege.PRIVILEGED) ? 0 : RDONLY | AP2;
        return bits | (p.allows(Access.EXECUTE, Privilege.PRIVILEGED) ? 0 : XN);
    }

    @Override
    public boolean joinsLeaves() {
        return false;
    }

    @Override
    public TableReader reader(PhysicalMemory memory, long root) {
        return SpaceReader.ofPl2(memory, root);
    }
}
