package pagefold.arm64;

import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Shareability;
import pagefold.model.SpaceKind;
import pagefold.table.Geometry;
import pagefold.table.TableFormat;
import pagefold.table.TranslationRegime;

/** What all regimes of a profile have in common: their shape, and what LPA2 does to the SH field. */
abstract class Arm64Regime implements TranslationRegime {
    final StageOneProfile profile;
    final SpaceKind kind;
    private final Geometry geometry;
    private final TableFormat format;
    private final AddressRange inputRange;

    Arm64Regime(
            StageOneProfile profile, SpaceKind kind, Geometry geometry, TableFormat format, AddressRange inputRange) {
        this.profile = profile;
        this.kind = kind;
        this.geometry = geometry;
        this.format = format;
        this.inputRange = inputRange;
    }

    @Override
    public final SpaceKind kind() {
        return kind;
    }

    @Override
    public final Geometry geometry() {
        return geometry;
    }

    @Override
    public final TableFormat format() {
        return format;
    }

    @Override
    public final AddressRange inputRange() {
        return inputRange;
    }

    @Override
    public final int outputBits() {
        return profile.outputBits();
    }

    /** Why shareability cannot be held: with LPA2 the SH field has bits of the address (Arm ARM D8.3). */
    final @Nullable Unfit unfitShareability(Attributes attributes) {
        return profile.sharesByControl() && attributes.shareability() != Shareability.INNER_SHAREABLE
                ? new Unfit("attributes", "inner shareable memory, since descriptors have no SH field")
                : null;
    }

    /** The SH field, where descriptors have one. */
    final long shareabilityField(Attributes attributes) {
        return profile.sharesByControl() ? 0 : MemoryAttributes.field(attributes.shareability());
    }
}
