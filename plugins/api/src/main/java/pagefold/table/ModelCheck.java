package pagefold.table;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.Hex;
import pagefold.model.MemoryEvent.Annotated;
import pagefold.model.MemoryEvent.PluginSelected;
import pagefold.model.MemoryEvent.RangeAged;
import pagefold.model.MemoryEvent.RangeMapped;
import pagefold.model.MemoryEvent.RangeMoved;
import pagefold.model.MemoryEvent.RangeProtected;
import pagefold.model.MemoryEvent.RangeTouched;
import pagefold.model.MemoryEvent.RangeUnmapped;
import pagefold.model.MemoryEvent.RangeWriteProtected;
import pagefold.model.MemoryEvent.SpaceCreated;
import pagefold.model.MemoryEvent.SpaceDestroyed;
import pagefold.model.MemoryEvent.SpaceForked;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Region;
import pagefold.model.Rejection;
import pagefold.model.Sharing;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;

/**
 * Finds, before anything is written, what a profile cannot hold: alignment, address sizes, attributes, kinds of space,
 * and room for tables and frames.
 *
 * <p>Room for tables: {@link TableRoom}. Room for frames is counted from above and over the whole list of steps.
 */
final class ModelCheck {
    /** Stands for frames anywhere: no blocks. */
    private static final Output COPIES = new Output.Physical(0);

    /** Stands for attributes without blocks. */
    private static final Attributes PAGES = Attributes.user(Permissions.NONE);

    private final ModelSetup setup;
    private final TableRoom tables;
    private final Backings backings;
    private final Set<String> planned = new HashSet<>();
    private long frameBytesLeft;

    ModelCheck(ModelSetup setup, TableRoom tables, Backings backings, FramePool pool) {
        this.setup = setup;
        this.tables = tables;
        this.backings = backings;
        this.frameBytesLeft = pool.largest(0);
    }

    /** Why a step cannot be projected, or {@code null}; what it needs is taken from the room that is left. */
    @Nullable
    Rejection check(Step step) {
        Simulation before = step.before();
        return switch (step.event()) {
            case SpaceCreated e -> created(e.kind());
            case SpaceDestroyed e -> null;
            case RangeMapped e -> mapped(e, before);
            case RangeUnmapped e -> aligned(e.space(), e.range(), before);
            case RangeProtected e -> protectedRange(e, before);
            case RangeMoved e -> moved(e, before);
            case SpaceForked e -> forked(e, before);
            case RangeTouched e -> touched(e, before);
            case RangeAged e -> aligned(e.space(), e.range(), before);
            case RangeWriteProtected e -> aligned(e.space(), e.range(), before);
            case PluginSelected e -> null;
            case Annotated e -> null;
        };
    }

    private @Nullable Rejection created(SpaceKind kind) {
        TranslationRegime regime = setup.regimes().get(kind);
        if (regime == null) {
            return new Rejection.MissingCapability(capability(kind), setup.plugin(), setup.profile());
        }
        return tables.root(regime);
    }

    private static String capability(SpaceKind kind) {
        return switch (kind) {
            case USER -> "USER_SPACE";
            case KERNEL -> "KERNEL_SPACE";
            case HYP -> "HYP";
            case STAGE2 -> "STAGE_2";
        };
    }

    private @Nullable Rejection mapped(RangeMapped e, Simulation before) {
        TranslationRegime regime = regime(e.space(), before);
        Rejection rejection = placed(regime, e.space(), e.range());
        if (rejection == null) {
            rejection = output(regime, e);
        }
        if (rejection == null) {
            rejection = attributes(regime, e.space(), e.range(), e.attributes());
        }
        return rejection != null ? rejection : room(e.space(), regime, e.range(), e.output(), e.attributes());
    }

    private @Nullable Rejection placed(TranslationRegime regime, String space, AddressRange range) {
        AddressRange input = regime.inputRange();
        if (!input.contains(range)) {
            return refused(space, range, "input-out-of-range", "addresses within " + input);
        }
        long granule = regime.geometry().granule();
        return range.isAligned(granule)
                ? null
                : refused(space, range, "misaligned", "both ends on a multiple of " + Hex.size(granule));
    }

    private @Nullable Rejection output(TranslationRegime regime, RangeMapped e) {
        long granule = regime.geometry().granule();
        long output = switch (e.output()) {
            case Output.Physical physical -> physical.address();
            case Output.Backed backed -> backed.offset();
        };
        if ((output & granule - 1) != 0) {
            return refused(
                    e.space(),
                    e.range(),
                    "misaligned",
                    "an output on a multiple of " + Hex.size(granule) + ", not " + Hex.address(output));
        }
        long last = output + (e.range().size() - 1);
        boolean fits = e.output() instanceof Output.Backed || last >>> regime.outputBits() == 0;
        return fits
                ? null
                : refused(
                        e.space(),
                        e.range(),
                        "output-out-of-range",
                        "output addresses of " + regime.outputBits() + " bits, not up to " + Hex.address(last));
    }

    private @Nullable Rejection attributes(
            TranslationRegime regime, String space, AddressRange range, Attributes attributes) {
        TranslationRegime.Unfit unfit = attributes.permissions().isNone() ? null : regime.unfit(attributes);
        return unfit == null ? null : refused(space, range, unfit.reason(), unfit.expected());
    }

    private @Nullable Rejection room(
            String space, TranslationRegime regime, AddressRange range, Output output, Attributes attributes) {
        if (output instanceof Output.Backed) {
            long needed = range.size() + ModelSpace.largestUnit(regime, range, attributes);
            if (Long.compareUnsigned(needed, frameBytesLeft) > 0 || needed < 0) {
                return new Rejection.LimitExceeded("bytes of free frames", Math.max(0, frameBytesLeft), needed);
            }
            frameBytesLeft -= needed;
        }
        boolean isPlaced = output instanceof Output.Backed(String object, long offset, Sharing sharing)
                && (!planned.add(object) || backings.isMapped(object));
        // Frames that are placed for another mapping need not fit this one's blocks.
        Attributes fitting = isPlaced ? PAGES : attributes;
        return attributes.permissions().isNone() ? null : tables.map(space, regime, range, output, fitting);
    }

    private @Nullable Rejection protectedRange(RangeProtected e, Simulation before) {
        TranslationRegime regime = regime(e.space(), before);
        Rejection rejection = aligned(e.space(), e.range(), before);
        AddressSpace space = before.space(e.space());
        Region region = space == null || rejection != null ? null : space.firstIn(e.range());
        while (rejection == null && region != null) {
            Attributes changed = region.attributes().withPermissions(e.permissions());
            AddressRange part = region.range().intersection(e.range());
            rejection = attributes(regime, e.space(), part, changed);
            if (rejection == null) {
                rejection = populated(e.space(), regime, region.slice(part), e.permissions());
            }
            region = part.last() == e.range().last()
                    ? null
                    : space.firstIn(new AddressRange(part.last() + 1, e.range().last()));
        }
        return rejection;
    }

    private @Nullable Rejection populated(
            String space, TranslationRegime regime, Region region, Permissions permissions) {
        boolean appears = region.attributes().permissions().isNone() && !permissions.isNone();
        boolean isGiven = region.output() instanceof Output.Physical;
        return appears
                ? tables.map(space, regime, region.range(), region.output(), isGiven ? region.attributes() : PAGES)
                : null;
    }

    private @Nullable Rejection aligned(String space, AddressRange range, Simulation before) {
        TranslationRegime regime = regime(space, before);
        long granule = regime.geometry().granule();
        return range.isAligned(granule)
                ? cut(space, regime, range, before)
                : refused(space, range, "misaligned", "both ends on a multiple of " + Hex.size(granule));
    }

    /** Blocks that the ends of a range cut become tables. */
    private @Nullable Rejection cut(String space, TranslationRegime regime, AddressRange range, Simulation before) {
        return hasBlocks(before, space, range.start()) || hasBlocks(before, space, range.last())
                ? tables.ends(space, regime, range)
                : null;
    }

    private static boolean hasBlocks(Simulation state, String space, long address) {
        AddressSpace found = state.space(space);
        Region region = found == null ? null : found.at(address);
        return region != null && region.attributes().blocks();
    }

    private @Nullable Rejection moved(RangeMoved e, Simulation before) {
        TranslationRegime regime = regime(e.space(), before);
        Rejection rejection = placed(regime, e.space(), e.from());
        if (rejection == null) {
            rejection = placed(regime, e.space(), e.to());
        }
        AddressSpace space = before.space(e.space());
        Region tail = space == null ? null : space.at(e.from().last());
        if (rejection != null || tail == null) {
            return rejection;
        }
        Output more = tail.output().advanced(e.from().last() - tail.range().start());
        boolean given = more instanceof Output.Physical(long address)
                && address + (e.to().size() - e.from().size()) >>> regime.outputBits() != 0;
        if (given) {
            return refused(
                    e.space(), e.to(), "output-out-of-range", "output addresses of " + regime.outputBits() + " bits");
        }
        Attributes pages = Attributes.user(new Permissions(63));
        rejection = room(e.space(), regime, e.to(), tail.output(), pages);
        // Blocks that do not fit where they move to are split first.
        return rejection != null ? rejection : pagewise(e.space(), regime, e.from(), space);
    }

    /** Room for a range whose blocks may all be split. */
    private @Nullable Rejection pagewise(
            String name, TranslationRegime regime, AddressRange range, @Nullable AddressSpace space) {
        boolean[] blocks = new boolean[1];
        if (space != null) {
            space.forEachIn(range, region -> blocks[0] |= region.attributes().blocks());
        }
        return blocks[0] ? tables.map(name, regime, range, COPIES, PAGES) : null;
    }

    private @Nullable Rejection forked(SpaceForked e, Simulation before) {
        TranslationRegime regime = regime(e.space(), before);
        AddressSpace space = before.space(e.space());
        Rejection rejection = tables.root(regime);
        for (Region region : space == null ? List.<Region>of() : space.regions()) {
            rejection = rejection != null ? rejection : tables.copy(e.space(), e.child(), regime, region.range());
        }
        return rejection;
    }

    private @Nullable Rejection touched(RangeTouched e, Simulation before) {
        long bytes = e.range()
                .widened(regime(e.space(), before).geometry().granule())
                .size();
        if (Long.compareUnsigned(bytes, frameBytesLeft) > 0) {
            return new Rejection.LimitExceeded("bytes of free frames", frameBytesLeft, bytes);
        }
        frameBytesLeft -= bytes;
        // Copies of single pages leave no block whole.
        TranslationRegime regime = regime(e.space(), before);
        boolean copies = e.access() == Access.WRITE && isCopyOnWrite(before.space(e.space()), e.range());
        if (copies) {
            return pagewise(e.space(), regime, e.range(), before.space(e.space()));
        }
        return e.access() == Access.WRITE ? cut(e.space(), regime, e.range(), before) : null;
    }

    private static boolean isCopyOnWrite(@Nullable AddressSpace space, AddressRange range) {
        boolean[] found = new boolean[1];
        if (space != null) {
            space.forEachIn(
                    range,
                    region -> found[0] |= region.output() instanceof Output.Backed backed
                            && backed.sharing() == Sharing.COPY_ON_WRITE);
        }
        return found[0];
    }

    private TranslationRegime regime(String space, Simulation before) {
        AddressSpace found = before.space(space);
        TranslationRegime regime = found == null ? null : setup.regimes().get(found.kind());
        if (regime == null) {
            throw new IllegalStateException("expected the space '" + space + "' with a regime, but it has none");
        }
        return regime;
    }

    private Rejection refused(String space, AddressRange range, String reason, String expected) {
        return new Rejection.NotRepresentable(setup.profile(), space, range, reason, expected);
    }
}
