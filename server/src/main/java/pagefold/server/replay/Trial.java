package pagefold.server.replay;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.MemoryEvent;
import pagefold.model.Simulation;
import pagefold.model.Step;
import pagefold.server.replay.Replayed.RefusedEvent;
import pagefold.table.PageTableModel.Refusal;

/**
 * A history under a plugin that has not seen it: every event is checked before it is applied.
 *
 * <p>After the first refusal the trial goes on with a history that leaves out what was refused and what cannot happen
 * without it, so that the report names causes and not consequences.
 */
final class Trial {
    private final List<Step> buffer = new ArrayList<>();
    private final List<RefusedEvent> refused = new ArrayList<>();
    private final Projection projection;
    private final boolean endsAtFirst;
    private Simulation state;
    private long position;
    private long refusedCount;

    /**
     * A trial from where a projection is.
     *
     * @param endsAtFirst whether one refusal is enough to know
     */
    Trial(Projection projection, boolean endsAtFirst) {
        this.projection = projection;
        this.endsAtFirst = endsAtFirst;
        this.state = projection.simulation();
        this.position = projection.position();
    }

    /** The position of the last event taken. */
    long position() {
        return position;
    }

    /** Takes the next event; answers whether more are wanted. */
    boolean take(long eventPosition, MemoryEvent event) {
        position = eventPosition;
        if (!refused.isEmpty()) {
            takeAlone(eventPosition, event);
            return !endsAtFirst;
        }
        Step step = Step.of(state, event);
        state = step.after();
        buffer.add(step);
        if (buffer.size() == Replayer.BATCH) {
            flush();
        }
        return !endsAtFirst || refused.isEmpty();
    }

    private void flush() {
        if (buffer.isEmpty()) {
            return;
        }
        List<Step> steps = List.copyOf(buffer);
        buffer.clear();
        Refusal refusal = projection.check(steps);
        if (refusal == null) {
            projection.apply(steps);
            return;
        }
        projection.apply(steps.subList(0, refusal.index()));
        state = projection.simulation();
        // Up to here positions of events and of the state agree; from here on refused events are missing in the state.
        for (Step step : steps.subList(refusal.index(), steps.size())) {
            takeAlone(step.after().position(), step.event());
        }
    }

    private void takeAlone(long eventPosition, MemoryEvent event) {
        if (!canHappen(event)) {
            return;
        }
        List<Step> step = List.of(Step.of(state, event));
        Refusal refusal = projection.check(step);
        if (refusal == null) {
            projection.apply(step);
            state = projection.simulation();
            return;
        }
        refusedCount++;
        if (refused.size() < Replayed.MAX_REFUSED) {
            refused.add(new RefusedEvent(eventPosition, event, refusal.rejection()));
        }
    }

    private boolean canHappen(MemoryEvent event) {
        return switch (event) {
            case MemoryEvent.SpaceCreated e -> true;
            case MemoryEvent.SpaceDestroyed e -> isThere(e.space());
            case MemoryEvent.RangeMapped e -> isThere(e.space());
            case MemoryEvent.RangeUnmapped e -> isThere(e.space());
            case MemoryEvent.RangeProtected e -> isMapped(e.space(), e.range());
            case MemoryEvent.RangeMoved e -> isMapped(e.space(), e.from());
            case MemoryEvent.SpaceForked e -> isThere(e.space());
            case MemoryEvent.KernelCopied e -> isThere(e.space());
            case MemoryEvent.RangeTouched e -> isMapped(e.space(), e.range());
            case MemoryEvent.RangeAged e -> isMapped(e.space(), e.range());
            case MemoryEvent.RangeWriteProtected e -> isMapped(e.space(), e.range());
            case MemoryEvent.RangeRelaxed e -> isMapped(e.space(), e.range());
            case MemoryEvent.RangeSplit e -> isMapped(e.space(), e.range());
            case MemoryEvent.RangeChanged e -> isMapped(e.space(), e.range());
            case MemoryEvent.MemorySet e -> isMapped(e.space(), e.range());
            case MemoryEvent.RangeVacated e -> isThere(e.space());
            case MemoryEvent.RangeHotRemoved e -> isThere(e.space());
            case MemoryEvent.KernelAttached e -> isThere(e.space()) && isThere(e.kernel());
            case MemoryEvent.KernelEntriesCopied e -> carried(e.space()) != null;
            case MemoryEvent.KernelTouched e -> isMapped(carried(e.space()), e.range());
            case MemoryEvent.KernelEntriesProtected e -> isMapped(carried(e.space()), e.range());
            case MemoryEvent.PluginSelected e -> true;
            case MemoryEvent.Annotated e -> true;
        };
    }

    private boolean isThere(String space) {
        return state.space(space) != null;
    }

    /** The name of the kernel that a space carries, or {@code null}. */
    private @Nullable String carried(String space) {
        AddressSpace there = state.space(space);
        return there == null ? null : there.kernel();
    }

    private boolean isMapped(@Nullable String space, AddressRange range) {
        AddressSpace there = space == null ? null : state.space(space);
        return there != null && there.firstHole(range) == null;
    }

    Replayed finish() {
        flush();
        return refused.isEmpty()
                ? new Replayed.Complete(projection)
                : new Replayed.Refused(List.copyOf(refused), refusedCount, projection);
    }
}
