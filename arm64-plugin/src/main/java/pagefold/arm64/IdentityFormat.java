package pagefold.arm64;

import static pagefold.arm64.descriptor.Descriptor.UXN_TABLE;

import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.model.SpaceKind;
import pagefold.table.Geometry;

/**
 * The words of identity maps, which are a kernel's.
 *
 * <p>{@code map_range} (arch/arm64/kernel/pi/map_range.c) links tables with UXNTable, has blocks where they fit, also
 * where Linux has none elsewhere but the architecture has (Arm ARM D8.3), and contiguous runs of pages alone; {@code
 * trans_pgd_idmap_page} (arch/arm64/mm/trans_pgd.c) links tables without attributes and has pages alone.
 */
final class IdentityFormat extends Stage1Format {
    private final boolean hasPagesAlone;
    private final Vmsa64Geometry geometry;

    IdentityFormat(StageOneProfile profile, SpaceKind kind) {
        super(
                profile.granuleBits(),
                profile.encoding(),
                kind,
                profile.hardwareDirty(),
                kind == SpaceKind.IDMAP ? UXN_TABLE : 0);
        this.geometry = IdentityRegime.geometry(profile, kind);
        this.hasPagesAlone = kind != SpaceKind.IDMAP;
    }

    @Override
    public boolean leafAllowed(int level) {
        return level == Geometry.LAST_LEVEL || !hasPagesAlone && geometry.allowsBlock(level);
    }

    @Override
    public int contiguousEntries(int level) {
        return level == Geometry.LAST_LEVEL && !hasPagesAlone ? super.contiguousEntries(level) : 1;
    }
}
