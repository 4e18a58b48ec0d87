package pagefold.table;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.MemoryEvent.InKernel;
import pagefold.model.MemoryEvent.RangeChanged;
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
                rejection = new LiveCheck(
                                model, e.range(), rules, e.attributes().blocks())
                        .firstUnsafe(part, new KernelSpace(model).changing(piece, e));
            }
            region = part.last() == e.range().last()
                    ? null
                    : space.firstIn(new AddressRange(part.last() + 1, e.range().last()));
        }
        return rejection;
    }

    private Rejection missing(String capability) {
        return new Rejection.MissingCapability(capability, setup.plugin(), setup.profile());
    }
}
