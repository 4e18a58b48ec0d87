package pagefold.arm64;

import static pagefold.arm64.descriptor.Descriptor.bit;

import org.jspecify.annotations.Nullable;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.SpaceKind;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableReader;

/**
 * Identity maps, through TTBR0_EL1 with a TCR_EL1.T0SZ of their own: 48 bits, whatever the kernel's own addresses have
 * (IDMAP_VA_BITS; {@code max_msb} of {@code trans_pgd_idmap_page}), and 52 for a page that lies higher.
 */
final class IdentityRegime extends Arm64Regime {
    private static final int INPUT_BITS = 48;
    private static final int WIDE_INPUT_BITS = 52;

    private final El1And0Regime kernel;

    IdentityRegime(StageOneProfile profile, SpaceKind kind) {
        int bits = inputBits(kind);
        super(
                profile,
                kind,
                Geometry.of(profile.granuleBits(), bits),
                new IdentityFormat(profile, kind),
                new AddressRange(kind == SpaceKind.IDMAP_PAGE_52 ? bit(INPUT_BITS) : 0, bit(bits) - 1));
        this.kernel = new El1And0Regime(profile, SpaceKind.KERNEL);
    }

    /** Size of the addresses that a kind of identity map translates: 64 - T0SZ. */
    private static int inputBits(SpaceKind kind) {
        return kind == SpaceKind.IDMAP_PAGE_52 ? WIDE_INPUT_BITS : INPUT_BITS;
    }

    /** The tables as hardware walks them. */
    static Vmsa64Geometry geometry(StageOneProfile profile, SpaceKind kind) {
        return Vmsa64Geometry.stage1(profile.granuleBits(), inputBits(kind), profile.encoding());
    }

    @Override
    public @Nullable Unfit unfit(Attributes attributes) {
        return kernel.unfit(attributes);
    }

    @Override
    public Attributes widened(Attributes attributes) {
        return kernel.widened(attributes);
    }

    @Override
    public long leafBits(Attributes attributes) {
        return kernel.leafBits(attributes);
    }

    /** Linux maps them once, and never joins anything. */
    @Override
    public boolean joinsLeaves() {
        return false;
    }

    @Override
    public TableReader reader(PhysicalMemory memory, long root) {
        return SpaceReader.identity(profile, kind, memory, root);
    }
}
