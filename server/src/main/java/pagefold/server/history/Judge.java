package pagefold.server.history;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.MemoryEvent;
import pagefold.model.Region;
import pagefold.model.Simulation;
import pagefold.server.history.Bisection.Evidence;
import pagefold.server.history.Condition.Target;
import pagefold.server.replay.Projection;
import pagefold.table.Translation;
import pagefold.table.Walk;

/** Judges whether a condition holds, position by position. */
abstract sealed class Judge {
    private static final AddressRange ALL = new AddressRange(0, -1L);

    /** A judge of a condition that is looked for from a position on, at which the projection is. */
    static Judge of(Condition condition, Projection first) {
        return switch (condition) {
            case Condition.Granted granted -> new OfGranted(granted);
            case Condition.Changed changed -> new OfChange(changed, first);
            case Condition.OfRegion region -> new OfRegions(region);
        };
    }

    /** What meets the condition in a state; {@code null} when nothing does. */
    abstract @Nullable Evidence evidence(Projection state);

    /** The same for a state whose predecessor did not meet it. */
    abstract @Nullable Evidence evidence(MemoryEvent event, Simulation before, Projection after);

    /** How an access ends, as {@link Translation} has it; {@code null} when the space is not there. */
    private static @Nullable Long ending(Projection state, Target target) {
        return state.simulation().space(target.space()) == null
                ? null
                : state.<Long>inPlugin(
                        "translating an address",
                        () -> state.model()
                                .translate(target.space(), target.address(), target.access(), target.privilege()));
    }

    private static Evidence walked(Projection state, Target target) {
        boolean isThere = state.simulation().space(target.space()) != null;
        return new Bisection.OfWalk(
                isThere
                        ? state.<Walk>inPlugin(
                                "walking its tables",
                                () -> state.model()
                                        .walk(target.space(), target.address(), target.access(), target.privilege()))
                        : null);
    }

    private static final class OfGranted extends Judge {
        private final Condition.Granted condition;

        OfGranted(Condition.Granted condition) {
            this.condition = condition;
        }

        @Override
        @Nullable
        Evidence evidence(Projection state) {
            Long ending = ending(state, condition.target());
            Long output = condition.output();
            if (ending == null || Translation.isFault(ending) || output != null && !output.equals(ending)) {
                return null;
            }
            Evidence walked = walked(state, condition.target());
            boolean isMet = condition.permissions() == null
                    || walked instanceof Bisection.OfWalk(Walk walk)
                            && walk != null
                            && walk.outcome() instanceof Walk.Translated translated
                            && condition
                                    .permissions()
                                    .equals(translated.attributes().permissions());
            return isMet ? walked : null;
        }

        @Override
        @Nullable
        Evidence evidence(MemoryEvent event, Simulation before, Projection after) {
            return evidence(after);
        }
    }

    private static final class OfChange extends Judge {
        private final Condition.Changed condition;
        private final @Nullable Long first;

        OfChange(Condition.Changed condition, Projection first) {
            this.condition = condition;
            this.first = ending(first, condition.target());
        }

        @Override
        @Nullable
        Evidence evidence(Projection state) {
            Long ending = ending(state, condition.target());
            return java.util.Objects.equals(ending, first) ? null : walked(state, condition.target());
        }

        @Override
        @Nullable
        Evidence evidence(MemoryEvent event, Simulation before, Projection after) {
            return evidence(after);
        }
    }

    private static final class OfRegions extends Judge {
        private final Condition.OfRegion condition;

        OfRegions(Condition.OfRegion condition) {
            this.condition = condition;
        }

        @Override
        @Nullable
        Evidence evidence(Projection state) {
            for (AddressSpace space : state.simulation().spaces()) {
                Evidence met = met(space, List.of(ALL));
                if (met != null) {
                    return met;
                }
            }
            return null;
        }

        @Override
        @Nullable
        Evidence evidence(MemoryEvent event, Simulation before, Projection after) {
            if (!(event instanceof MemoryEvent.InSpace in)) {
                return null;
            }
            String name = switch (in) {
                case MemoryEvent.SpaceForked forked -> forked.child();
                case MemoryEvent.KernelCopied copied -> copied.child();
                default -> in.space();
            };
            AddressSpace space = after.simulation().space(name);
            return space == null ? null : met(space, changed(in, before));
        }

        private static List<AddressRange> changed(MemoryEvent.InSpace event, Simulation before) {
            return switch (event) {
                case MemoryEvent.RangeMapped e -> List.of(e.range());
                case MemoryEvent.RangeProtected e -> List.of(e.range());
                case MemoryEvent.RangeRelaxed e -> List.of(e.range());
                case MemoryEvent.RangeMoved e -> List.of(e.to());
                case MemoryEvent.RangeChanged e -> List.of(e.range());
                case MemoryEvent.MemorySet e -> {
                    AddressSpace space = before.space(e.space());
                    yield space == null ? List.of() : e.ranges(space);
                }
                case MemoryEvent.SpaceForked e -> List.of(ALL);
                case MemoryEvent.KernelCopied e -> List.of(ALL);
                case MemoryEvent.SpaceCreated e -> List.of();
                case MemoryEvent.SpaceDestroyed e -> List.of();
                case MemoryEvent.RangeUnmapped e -> List.of();
                case MemoryEvent.RangeVacated e -> List.of();
                case MemoryEvent.RangeHotRemoved e -> List.of();
                case MemoryEvent.RangeTouched e -> List.of();
                case MemoryEvent.RangeAged e -> List.of();
                case MemoryEvent.RangeWriteProtected e -> List.of();
                case MemoryEvent.RangeSplit e -> List.of();
                case MemoryEvent.WithKernel e -> List.of();
            };
        }

        private @Nullable Evidence met(AddressSpace space, List<AddressRange> ranges) {
            String only = condition.space();
            if (only != null && !only.equals(space.name())) {
                return null;
            }
            Region[] met = new Region[1];
            for (AddressRange range : ranges) {
                space.forEachIn(range, region -> {
                    if (met[0] == null && condition.isMet(region)) {
                        met[0] = region;
                    }
                });
            }
            return met[0] == null ? null : new Bisection.OfRegion(space.name(), met[0]);
        }
    }
}
