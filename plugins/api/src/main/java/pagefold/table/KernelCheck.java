package pagefold.table;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.MemoryEvent.InKernel;
import pagefold.model.MemoryEvent.KernelCopied;
import pagefold.model.MemoryEvent.MemorySet;
import pagefold.model.MemoryEvent.RangeChanged;
import pagefold.model.MemoryEvent.RangeHotRemoved;
import pagefold.model.MemoryEvent.RangeVacated;
import pagefold.model.Region;
import pagefold.model.Rejection;
import pagefold.model.Simulation;

/**
 * Finds, before anything is written, which live words of a kernel cannot change as an event says.
 *
 * <p>It looks at the words that are there: the tables must be those of the state before the event.
 */
final class KernelCheck {
    private final ModelCheck all;
    private final ModelSetup setup;
    private final Map<String, ModelSpace> spaces;

    KernelCheck(ModelCheck all, ModelSetup setup, Map<String, ModelSpace> spaces) {
        this.all = all;
        this.setup = setup;
        this.spaces = spaces;
    }

    @Nullable
    Rejection check(InKernel event, Simulation before) {
        AddressSpace space = before.space(event.space());
        ModelSpace model = spaces.get(event.space());
        if (space == null || model == null) {
            throw new IllegalStateException("expected the space '" + event.space() + "', but it is not there");
        }
        return switch (event) {
            case RangeChanged e -> changed(e, space, model, before);
            case MemorySet e -> set(e, space, model, before);
            case RangeVacated e -> all.aligned(e.space(), e.range(), before);
            case RangeHotRemoved e -> removed(e, model, before);
        };
    }

    private @Nullable Rejection changed(RangeChanged e, AddressSpace space, ModelSpace model, Simulation before) {
        TranslationRegime.LiveWords rules = model.regime().liveWords();
        if (rules == null) {
            return missing("LIVE_CHANGES");
        }
        Rejection rejection = all.aligned(e.space(), e.range(), before);
        if (rejection == null) {
            rejection = all.attributes(model.regime(), e.space(), e.range(), e.attributes());
        }
        Region region = space.firstIn(e.range());
        while (rejection == null && region != null) {
            AddressRange part = region.range().intersection(e.range());
            Region piece = region.slice(part);
            rejection = all.populated(e.space(), model.regime(), piece, e.attributes());
            if (rejection == null) {
                rejection = LiveCheck.of(
                                model,
                                e.range(),
                                inPlace(model.regime(), rules, e.attributes().blocks()))
                        .firstUnsafe(part, new KernelSpace(model).changing(piece, e));
            }
            region = part.last() == e.range().last()
                    ? null
                    : space.firstIn(new AddressRange(part.last() + 1, e.range().last()));
        }
        return rejection;
    }

    private static LiveCheck.Rule inPlace(TranslationRegime regime, TranslationRegime.LiveWords rules, boolean blocks) {
        int last = regime.geometry().lastLevel();
        return (oldWord, newWord, level) ->
                !blocks && level < last && regime.format().isLeaf(oldWord, level)
                        ? "blocks are not asked for, and a table cannot take its place"
                        : rules.unsafe(oldWord, newWord);
    }

    /** Page by page: what is larger has no words of its own pages. */
    private @Nullable Rejection set(MemorySet e, AddressSpace space, ModelSpace model, Simulation before) {
        TranslationRegime.LiveWords words = model.regime().liveWords();
        if (words == null) {
            return missing("LIVE_CHANGES");
        }
        AddressSpace after = before.evolve(e).space(e.space());
        for (AddressRange range : e.ranges(space)) {
            Rejection rejection = all.aligned(e.space(), range, before);
            if (rejection == null && after != null) {
                rejection = representable(after, range, model.regime());
            }
            if (rejection == null) {
                rejection = LiveCheck.of(model, range, pageByPage(model.regime()))
                        .firstUnsafe(range, (word, level, address) -> words.changed(word, e.change()));
            }
            if (rejection != null) {
                return rejection;
            }
        }
        return null;
    }

    private @Nullable Rejection representable(AddressSpace after, AddressRange range, TranslationRegime regime) {
        Rejection[] rejection = new Rejection[1];
        after.forEachIn(range, region -> {
            if (rejection[0] == null) {
                rejection[0] = all.attributes(regime, after.name(), region.range(), region.attributes());
            }
        });
        return rejection[0];
    }

    private static LiveCheck.Rule pageByPage(TranslationRegime regime) {
        int last = regime.geometry().lastLevel();
        return (oldWord, newWord, level) -> {
            if (level < last) {
                return "a block does not change page by page";
            }
            return regime.format().isContiguous(oldWord) ? "the Contiguous bit is set" : null;
        };
    }

    private @Nullable Rejection removed(RangeHotRemoved e, ModelSpace model, Simulation before) {
        Rejection rejection = all.aligned(e.space(), e.range(), before);
        AddressRange part = model.within(e.range());
        return rejection != null || part == null
                ? rejection
                : LiveCheck.of(model, e.range(), (oldWord, newWord, level) -> null)
                        .firstUnsafe(part, (word, level, address) -> 0);
    }

    /** Why a kernel's tables cannot be copied; what that needs is taken from the room that is left. */
    @Nullable
    Rejection copied(KernelCopied e, Simulation before, TableRoom tables) {
        Rejection rejection = unsafeToCopy(e, before);
        TranslationRegime regime = all.regime(e.space(), before);
        if (rejection == null) {
            rejection = tables.root(regime);
        }
        AddressRange input = regime.inputRange();
        return rejection != null || !input.overlaps(e.range())
                ? rejection
                : tables.copy(e.space(), e.child(), regime, e.range().intersection(input));
    }

    private @Nullable Rejection unsafeToCopy(KernelCopied e, Simulation before) {
        ModelSpace model = spaces.get(e.space());
        if (model == null || model.regime().copyWords() == null) {
            return missing("KERNEL_COPIES");
        }
        Rejection rejection = all.aligned(e.space(), e.range(), before);
        AddressRange part = model.within(e.range());
        return rejection != null || part == null
                ? rejection
                : LiveCheck.of(model, e.range(), (oldWord, newWord, level) -> null)
                        .firstUnsafe(part, (word, level, address) -> word);
    }

    /** Why tables cannot be shared, or {@code null}. */
    static @Nullable Rejection unshared(ModelSetup setup, TranslationRegime regime) {
        return regime.sharedLinks() == null
                ? new Rejection.MissingCapability("SHARED_TABLES", setup.plugin(), setup.profile())
                : null;
    }

    private Rejection missing(String capability) {
        return new Rejection.MissingCapability(capability, setup.plugin(), setup.profile());
    }
}
