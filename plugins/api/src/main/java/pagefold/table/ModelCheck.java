package pagefold.table;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.Hex;
import pagefold.model.MemoryEvent.Annotated;
import pagefold.model.MemoryEvent.InKernel;
import pagefold.model.MemoryEvent.KernelCopied;
import pagefold.model.MemoryEvent.PluginSelected;
import pagefold.model.MemoryEvent.RangeAged;
import pagefold.model.MemoryEvent.RangeMapped;
import pagefold.model.MemoryEvent.RangeMoved;
import pagefold.model.MemoryEvent.RangeProtected;
import pagefold.model.MemoryEvent.RangeRelaxed;
import pagefold.model.MemoryEvent.RangeSplit;
import pagefold.model.MemoryEvent.RangeTouched;
import pagefold.model.MemoryEvent.RangeUnmapped;
import pagefold.model.MemoryEvent.RangeWriteProtected;
import pagefold.model.MemoryEvent.SpaceCreated;
import pagefold.model.MemoryEvent.SpaceDestroyed;
import pagefold.model.MemoryEvent.SpaceForked;
import pagefold.model.MemoryEvent.WithKernel;
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
 * <p>Room is counted by {@link TableRoom} and {@link FrameRoom}, over the whole list of steps and from above.
 */
final class ModelCheck {
    /** Stands for frames anywhere: no blocks. */
    static final Output COPIES = new Output.Physical(0);

    /** Stands for attributes without blocks. */
    static final Attributes PAGES = Attributes.user(Permissions.NONE);

    private final ModelSetup setup;
    private final TableRoom tables;
    private final FrameRoom frames;
    private final Map<String, ModelSpace> spaces;
    /** Whether the tables of the last step were counted as of single pages where there may be blocks. */
    private boolean hasBlocks;

    ModelCheck(ModelSetup setup, TableRoom tables, FrameRoom frames, Map<String, ModelSpace> spaces) {
        this.setup = setup;
        this.tables = tables;
        this.frames = frames;
        this.spaces = spaces;
    }

    /** Whether the last rejection holds, however tightly room is counted. */
    boolean isForSure(Rejection rejection) {
        return !(rejection instanceof Rejection.LimitExceeded exceeded)
                || exceeded.what().equals(WriteCheck.COPIED_PAGES)
                || tables.isForSure() && !hasBlocks;
    }

    /** Why a step cannot be projected, or {@code null}; what it needs is taken from the room that is left. */
    @Nullable
    Rejection check(Step step) {
        Simulation before = step.before();
        hasBlocks = false;
        return switch (step.event()) {
            case SpaceCreated e -> created(e.kind());
            case SpaceDestroyed e -> null;
            case RangeMapped e -> mapped(e, before);
            case RangeUnmapped e -> aligned(e.space(), e.range(), before);
            case RangeProtected e -> changed(e.space(), e.range(), old -> e.permissions(), before);
            case RangeRelaxed e -> changed(e.space(), e.range(), old -> old.union(e.permissions()), before);
            case RangeSplit e -> split(e, before);
            case RangeMoved e -> moved(e, before);
            case SpaceForked e -> forked(e, before);
            case KernelCopied e -> new KernelCheck(this, setup, spaces).copied(e, before, tables);
            case RangeTouched e -> new WriteCheck(this, tables, frames).check(e, before);
            case RangeAged e -> aligned(e.space(), e.range(), before);
            case RangeWriteProtected e -> aligned(e.space(), e.range(), before);
            case InKernel e -> new KernelCheck(this, setup, spaces).check(e, before);
            case WithKernel e -> new CarriedCheck(this, setup, spaces).check(e, before);
            case PluginSelected e -> null;
            case Annotated e -> null;
        };
    }

    private @Nullable Rejection created(SpaceKind kind) {
        TranslationRegime regime = setup.regimes().get(kind);
        if (regime == null) {
            return new Rejection.MissingCapability(ModelSetup.capability(kind), setup.plugin(), setup.profile());
        }
        return tables.root(regime);
    }

    private @Nullable Rejection mapped(RangeMapped e, Simulation before) {
        TranslationRegime regime = regime(e.space(), before);
        Rejection rejection = placed(regime, e.space(), e.range());
        if (rejection == null) {
            rejection = output(regime, e);
        }
        if (rejection == null) {
            rejection = units(regime, e.space()).mapped(new Region(e.range(), e.output(), e.attributes()));
        }
        if (rejection == null) {
            rejection = attributes(regime, e.space(), e.range(), e.attributes());
        }
        if (rejection == null) {
            rejection = cut(e.space(), regime, e.range(), before);
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
            case Output.Repeated repeated -> 0;
        };
        if ((output & granule - 1) != 0) {
            return refused(
                    e.space(),
                    e.range(),
                    "misaligned",
                    "an output on a multiple of " + Hex.size(granule) + ", not " + Hex.address(output));
        }
        long last = output + (e.range().size() - 1);
        boolean fits = !(e.output() instanceof Output.Physical) || last >>> regime.outputBits() == 0;
        return fits
                ? null
                : refused(
                        e.space(),
                        e.range(),
                        "output-out-of-range",
                        "output addresses of " + regime.outputBits() + " bits, not up to " + Hex.address(last));
    }

    @Nullable
    Rejection attributes(TranslationRegime regime, String space, AddressRange range, Attributes attributes) {
        ModelSpace model = spaces.get(space);
        if (model != null && model.isCopy() && attributes.permissions().isExecutable()) {
            return refused(space, range, "permissions", "no execution through tables that were copied to resume from");
        }
        TranslationRegime.Unfit unfit = attributes.permissions().isNone() ? null : regime.unfit(attributes);
        if (unfit == null) {
            return null;
        }
        return unfit.capability() == null
                ? refused(space, range, unfit.reason(), unfit.expected())
                : new Rejection.MissingCapability(unfit.capability(), setup.plugin(), setup.profile());
    }

    private @Nullable Rejection room(
            String space, TranslationRegime regime, AddressRange range, Output output, Attributes attributes) {
        if (attributes.permissions().isNone()) {
            return null;
        }
        hasBlocks = false;
        if (output instanceof Output.Repeated(String object)) {
            Rejection rejection = KernelCheck.unshared(setup, regime);
            rejection = rejection != null
                    ? rejection
                    : frames.place(
                            object,
                            regime.geometry().granule(),
                            regime.geometry().granule());
            return rejection != null ? rejection : tables.shared(space, regime, range);
        }
        if (output instanceof Output.Backed(String object, long offset, Sharing sharing)) {
            long pageSize = attributes.pageSize();
            if (pageSize != 0 && !frames.fits(object, offset, range.size(), pageSize)) {
                return refused(space, range, "page-size", "an object without other frames than " + Hex.size(pageSize));
            }
            // Frames that are there already need not be where blocks need them.
            hasBlocks = attributes.isHuge() || attributes.blocks() && !frames.isFresh(object, offset, range.size());
            Rejection rejection = frames.place(object, range.size(), LargestUnit.of(regime, range, attributes));
            if (rejection != null) {
                return rejection;
            }
        }
        return hasBlocks
                ? tables.map(space, regime, range, COPIES, PAGES)
                : tables.map(space, regime, range, output, attributes);
    }

    private @Nullable Rejection changed(
            String name, AddressRange range, UnaryOperator<Permissions> change, Simulation before) {
        TranslationRegime regime = regime(name, before);
        Rejection rejection = aligned(name, range, before);
        AddressSpace space = before.space(name);
        Region region = space == null || rejection != null ? null : space.firstIn(range);
        while (rejection == null && region != null) {
            Attributes old = region.attributes();
            Attributes changed = old.withPermissions(change.apply(old.permissions()));
            AddressRange part = region.range().intersection(range);
            rejection = attributes(regime, name, part, changed);
            if (rejection == null) {
                rejection = populated(name, regime, region.slice(part), changed);
            }
            region =
                    part.last() == range.last() ? null : space.firstIn(new AddressRange(part.last() + 1, range.last()));
        }
        return rejection;
    }

    private @Nullable Rejection split(RangeSplit e, Simulation before) {
        TranslationRegime regime = regime(e.space(), before);
        long granule = regime.geometry().granule();
        if (e.leafSize() < granule) {
            return refused(
                    e.space(),
                    e.range(),
                    "leaf-size",
                    "leaves of " + Hex.size(granule) + " or more, not " + Hex.size(e.leafSize()));
        }
        AddressSpace space = before.space(e.space());
        if (space != null) {
            space.forEachIn(
                    e.range(), region -> hasBlocks |= region.attributes().blocks());
        }
        Rejection rejection = units(regime, e.space()).split(e.range(), e.leafSize(), space);
        if (rejection != null) {
            return rejection;
        }
        return hasBlocks ? tables.split(e.space(), regime, e.range(), e.leafSize()) : null;
    }

    @Nullable
    Rejection populated(String space, TranslationRegime regime, Region region, Attributes changed) {
        return region.attributes().permissions().isNone()
                ? room(space, regime, region.range(), region.output(), changed)
                : null;
    }

    @Nullable
    Rejection aligned(String space, AddressRange range, Simulation before) {
        TranslationRegime regime = regime(space, before);
        long granule = regime.geometry().granule();
        return range.isAligned(granule)
                ? cut(space, regime, range, before)
                : refused(space, range, "misaligned", "both ends on a multiple of " + Hex.size(granule));
    }

    /** Blocks that the ends of a range cut become tables. */
    @Nullable
    Rejection cut(String space, TranslationRegime regime, AddressRange range, Simulation before) {
        if (!hasBlocks(before, space, range.start()) && !hasBlocks(before, space, range.last())) {
            return null;
        }
        Rejection rejection = units(regime, space).cut(range, before.space(space));
        return rejection != null ? rejection : tables.ends(space, regime, range.intersection(regime.inputRange()));
    }

    private static boolean hasBlocks(Simulation state, String space, long address) {
        AddressSpace found = state.space(space);
        Region region = found == null ? null : found.at(address);
        return region != null && (region.attributes().blocks() || region.output() instanceof Output.Repeated);
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
        rejection = movedBlocks(regime, e, space, new Region(e.to(), more.advanced(1), tail.attributes()));
        if (rejection == null) {
            rejection = cut(e.space(), regime, e.from(), before);
        }
        if (rejection == null) {
            rejection = cut(e.space(), regime, e.to(), before);
        }
        if (rejection == null) {
            // Blocks that do not fit where they move to are split first.
            rejection = pagewise(e.space(), regime, e.from(), space);
        }
        if (rejection == null) {
            hasBlocks = true;
            rejection = tables.map(e.space(), regime, e.to(), COPIES, PAGES);
        }
        return rejection != null || e.to().size() == e.from().size()
                ? rejection
                : room(
                        e.space(),
                        regime,
                        new AddressRange(e.to().start() + e.from().size(), e.to().last()),
                        more.advanced(1),
                        tail.attributes());
    }

    /** Whether blocks that no pages can take the place of fit where they move to; {@code tail} begins with what is new. */
    private @Nullable Rejection movedBlocks(
            TranslationRegime regime, RangeMoved e, @Nullable AddressSpace space, Region tail) {
        OutputUnits units = units(regime, e.space());
        Rejection rejection = units.moved(e.from(), e.to().start() - e.from().start(), space);
        return rejection != null || e.to().size() == e.from().size()
                ? rejection
                : units.mapped(new Region(
                        new AddressRange(e.to().start() + e.from().size(), e.to().last()),
                        tail.output(),
                        tail.attributes()));
    }

    OutputUnits units(TranslationRegime regime, String space) {
        return new OutputUnits(setup, regime, space);
    }

    /** Room for a range whose blocks may all be split. */
    private @Nullable Rejection pagewise(
            String name, TranslationRegime regime, AddressRange range, @Nullable AddressSpace space) {
        if (space != null) {
            space.forEachIn(range, region -> hasBlocks |= region.attributes().blocks());
        }
        return hasBlocks ? tables.map(name, regime, range, COPIES, PAGES) : null;
    }

    private @Nullable Rejection forked(SpaceForked e, Simulation before) {
        TranslationRegime regime = regime(e.space(), before);
        AddressSpace space = before.space(e.space());
        Rejection rejection = tables.root(regime);
        for (Region region : space == null ? List.<Region>of() : space.regions()) {
            rejection = rejection != null ? rejection : tables.copy(e.space(), e.child(), regime, region.range());
        }
        boolean carries = space != null && space.kernel() != null;
        return rejection == null && carries ? vectors(e.child(), regime) : rejection;
    }

    /** Room for the tables of what a process that carries a kernel has at its lowest addresses. */
    @Nullable
    Rejection vectors(String space, TranslationRegime regime) {
        TranslationRegime.LowVectors vectors = regime.lowVectors();
        return vectors == null ? null : tables.ends(space, regime, vectors.range());
    }

    TranslationRegime regime(String space, Simulation before) {
        AddressSpace found = before.space(space);
        TranslationRegime regime = found == null ? null : setup.regimes().get(found.kind());
        if (regime == null) {
            throw new IllegalStateException("expected the space '" + space + "' with a regime, but it has none");
        }
        return regime;
    }

    Rejection refused(String space, AddressRange range, String reason, String expected) {
        return new Rejection.NotRepresentable(setup.profile(), space, range, reason, expected);
    }
}
