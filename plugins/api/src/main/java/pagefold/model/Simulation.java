package pagefold.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand.AgeRange;
import pagefold.model.MemoryCommand.Annotate;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.DestroySpace;
import pagefold.model.MemoryCommand.ForkSpace;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.MoveRange;
import pagefold.model.MemoryCommand.ProtectRange;
import pagefold.model.MemoryCommand.RelaxRange;
import pagefold.model.MemoryCommand.SelectPlugin;
import pagefold.model.MemoryCommand.SplitRange;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.MemoryCommand.WriteProtectRange;
import pagefold.model.MemoryEvent.Annotated;
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

/**
 * The neutral state of one simulated machine at one position of its history: an immutable value.
 *
 * <p>{@link #decide} reads and answers; {@link #evolve} makes the next value. Neither looks at a clock, at chance or at
 * anything outside, so the same events give the same state everywhere.
 */
public final class Simulation {
    /** Most spaces of one simulation. */
    public static final int MAX_SPACES = 65_536;
    /** Most regions of one space. */
    public static final int MAX_REGIONS = 1 << 20;
    /** Longest remark, in characters. */
    public static final int MAX_REMARK_LENGTH = 4096;

    /** The state at position 0. */
    public static final Simulation EMPTY =
            new Simulation(0, PersistentMap.<String, AddressSpace>empty(String::compareTo), null);

    private final long position;
    private final PersistentMap<String, AddressSpace> spaces;
    private final @Nullable PluginBinding binding;

    private Simulation(long position, PersistentMap<String, AddressSpace> spaces, @Nullable PluginBinding binding) {
        this.position = position;
        this.spaces = spaces;
        this.binding = binding;
    }

    /** Writes down everything that there is to know of this state. */
    public void save(StateSink sink) {
        StateForm.write(sink, position, binding, spaces());
    }

    /**
     * The state that was saved.
     *
     * @throws RuntimeException when it was saved by another version, or is no state
     */
    public static Simulation restored(StateSource source) {
        StateForm.readVersion(source);
        long position = source.number();
        PluginBinding binding = StateForm.readBinding(source);
        List<AddressSpace> all = StateForm.readSpaces(source);
        List<String> names = all.stream().map(AddressSpace::name).toList();
        return new Simulation(position, PersistentMap.ofSorted(String::compareTo, names, all), binding);
    }

    /** How many events led here. */
    public long position() {
        return position;
    }

    /** The plugin bound now; none before the first {@link PluginSelected}. */
    public @Nullable PluginBinding binding() {
        return binding;
    }

    public @Nullable AddressSpace space(String name) {
        return spaces.get(name);
    }

    /** All spaces, by name. */
    public List<AddressSpace> spaces() {
        List<AddressSpace> all = new ArrayList<>(spaces.size());
        spaces.forEach((name, space) -> all.add(space));
        return all;
    }

    /** What a command leads to in this state. Changes nothing. */
    public Decision decide(MemoryCommand command) {
        return switch (command) {
            case CreateSpace c -> decideCreate(c.space(), new SpaceCreated(c.space(), c.kind()));
            case DestroySpace c -> in(c.space(), this::decideDestroy);
            case MapRange c -> in(c.space(), space -> decideMap(c, space));
            case UnmapRange c -> in(c.space(), space -> decideUnmap(c, space));
            case ProtectRange c ->
                mapped(c.space(), c.range(), new RangeProtected(c.space(), c.range(), c.permissions()));
            case MoveRange c -> in(c.space(), space -> decideMove(c, space));
            case ForkSpace c -> in(c.parent(), space -> decideFork(c, space));
            case MemoryCommand.CopyKernel c -> in(c.parent(), space -> decideCopy(c, space));
            case TouchRange c -> in(c.space(), space -> Accesses.decide(c, space, CarriedKernels.of(space, this)));
            case AgeRange c -> mapped(c.space(), c.range(), new RangeAged(c.space(), c.range()));
            case WriteProtectRange c -> mapped(c.space(), c.range(), new RangeWriteProtected(c.space(), c.range()));
            case RelaxRange c -> mapped(c.space(), c.range(), new RangeRelaxed(c.space(), c.range(), c.permissions()));
            case SplitRange c -> mapped(c.space(), c.range(), new RangeSplit(c.space(), c.range(), c.leafSize()));
            case MemoryCommand.InKernel c -> in(c.space(), space -> KernelOperations.decide(c, space));
            case MemoryCommand.WithKernel c -> in(c.space(), space -> CarriedKernels.decide(c, space, this));
            case SelectPlugin c -> accepted(new PluginSelected(c.binding(), null));
            case Annotate c -> decideAnnotate(c);
        };
    }

    /** The state after one more event, which must have been decided in this state. */
    public Simulation evolve(MemoryEvent event) {
        return switch (event) {
            case SpaceCreated e -> with(AddressSpace.empty(e.space(), e.kind()));
            case SpaceDestroyed e -> new Simulation(position + 1, spaces.remove(e.space()), binding);
            case RangeMapped e ->
                with(existing(e.space()).without(e.range()).with(new Region(e.range(), e.output(), e.attributes())));
            case RangeUnmapped e -> with(existing(e.space()).without(e.range()));
            case RangeProtected e -> with(existing(e.space()).updated(e.range(), protecting(e.permissions())));
            case RangeMoved e -> with(moved(existing(e.space()), e.from(), e.to()));
            case SpaceForked e -> forked(e);
            case MemoryEvent.KernelCopied e -> with(KernelOperations.copy(e, existing(e.space())));
            case RangeTouched e -> unchanged();
            case RangeAged e -> unchanged();
            case RangeWriteProtected e -> unchanged();
            case RangeRelaxed e -> with(existing(e.space()).updated(e.range(), relaxing(e.permissions())));
            case RangeSplit e -> unchanged();
            case MemoryEvent.InKernel e -> with(KernelOperations.evolve(e, existing(e.space())));
            case MemoryEvent.WithKernel e -> with(CarriedKernels.evolve(e, existing(e.space())));
            case PluginSelected e -> new Simulation(position + 1, spaces, e.binding());
            case Annotated e -> unchanged();
        };
    }

    private static UnaryOperator<Region> protecting(Permissions permissions) {
        return region -> region.withAttributes(region.attributes().withPermissions(permissions));
    }

    private static UnaryOperator<Region> relaxing(Permissions permissions) {
        return region -> region.withAttributes(region.attributes()
                .withPermissions(region.attributes().permissions().union(permissions)));
    }

    private Simulation with(AddressSpace space) {
        return new Simulation(position + 1, spaces.put(space.name(), space), binding);
    }

    private Simulation unchanged() {
        return new Simulation(position + 1, spaces, binding);
    }

    private AddressSpace existing(String name) {
        AddressSpace space = spaces.get(name);
        if (space == null) {
            throw new IllegalStateException("expected the space '" + name + "' at position " + position
                    + ", but it is not there (evolving an event that was not decided here)");
        }
        return space;
    }

    private static AddressSpace moved(AddressSpace space, AddressRange from, AddressRange to) {
        List<Region> pieces = new ArrayList<>();
        space.forEachIn(from, pieces::add);
        AddressSpace result = space.without(from).without(to);
        for (Region piece : pieces) {
            long start = piece.range().start() - from.start() + to.start();
            boolean isLast = piece.range().last() == from.last();
            long last = isLast ? to.last() : piece.range().last() - from.start() + to.start();
            result = result.with(
                    new Region(new AddressRange(start, last), piece.output(), piece.attributes(), piece.valid()));
        }
        return result;
    }

    private Simulation forked(SpaceForked event) {
        AddressSpace parent = existing(event.space());
        AddressSpace shared = parent;
        for (Region region : parent.regions()) {
            if (region.output() instanceof Output.Backed(String object, long offset, Sharing sharing)
                    && sharing == Sharing.PRIVATE) {
                Output copied = new Output.Backed(object, offset, Sharing.COPY_ON_WRITE);
                shared = shared.without(region.range()).with(new Region(region.range(), copied, region.attributes()));
            }
        }
        return new Simulation(
                position + 1,
                spaces.put(shared.name(), shared).put(event.child(), shared.renamed(event.child())),
                binding);
    }

    private static Decision accepted(MemoryEvent event) {
        return new Decision.Accepted(event);
    }

    private static Decision rejected(Rejection rejection) {
        return new Decision.Rejected(rejection);
    }

    private Decision in(String name, Function<AddressSpace, Decision> decide) {
        AddressSpace space = spaces.get(name);
        return space == null ? rejected(new Rejection.NoSuchSpace(name)) : decide.apply(space);
    }

    private Decision mapped(String name, AddressRange range, MemoryEvent event) {
        return in(name, space -> {
            Long hole = space.firstHole(range);
            if (hole != null) {
                return rejected(new Rejection.NotMapped(name, range, hole));
            }
            Rejection unfit = SharedMemory.in(space, range);
            unfit = unfit != null ? unfit : HugePages.changed(event, range, space);
            if (unfit != null) {
                return rejected(unfit);
            }
            // Cutting a region at both ends of a range leaves at most two more of them.
            return roomFor(space, 2, event);
        });
    }

    static Decision roomFor(AddressSpace space, int more, MemoryEvent event) {
        long needed = (long) space.regionCount() + more;
        return needed > MAX_REGIONS
                ? rejected(new Rejection.LimitExceeded("regions in a space", MAX_REGIONS, needed))
                : accepted(event);
    }

    private Decision decideCreate(String name, MemoryEvent event) {
        if (spaces.get(name) != null) {
            return rejected(new Rejection.SpaceExists(name));
        }
        if (spaces.size() >= MAX_SPACES) {
            return rejected(new Rejection.LimitExceeded("spaces", MAX_SPACES, MAX_SPACES + 1L));
        }
        return accepted(event);
    }

    private Decision decideDestroy(AddressSpace space) {
        Rejection carried = CarriedKernels.carried(space, this);
        return carried != null ? rejected(carried) : accepted(new SpaceDestroyed(space.name()));
    }

    private static Decision decideMap(MapRange c, AddressSpace space) {
        long more = c.range().size() - 1;
        boolean fits = switch (c.output()) {
            case Output.Physical(long address) -> Long.compareUnsigned(address + more, address) >= 0;
            case Output.Backed(String object, long offset, Sharing sharing) -> more >= 0 && offset + more >= 0;
            case Output.Repeated repeated -> true;
        };
        if (!fits) {
            long output = switch (c.output()) {
                case Output.Physical(long address) -> address;
                case Output.Backed(String object, long offset, Sharing sharing) -> offset;
                case Output.Repeated repeated -> 0;
            };
            return rejected(new Rejection.OutputOutOfRange(c.space(), c.range(), output));
        }
        Rejection unfit = SharedMemory.unfit(c, space);
        unfit = unfit != null ? unfit : HugePages.unfit(c, space);
        if (unfit != null) {
            return rejected(unfit);
        }
        Region conflict = c.replace() ? null : space.firstIn(c.range());
        if (conflict != null) {
            return rejected(new Rejection.Overlaps(c.space(), c.range(), conflict.range()));
        }
        return roomFor(space, 2, new RangeMapped(c.space(), c.range(), c.output(), c.attributes()));
    }

    private static Decision decideUnmap(UnmapRange c, AddressSpace space) {
        Long hole = c.holes() ? null : space.firstHole(c.range());
        if (hole != null) {
            return rejected(new Rejection.NotMapped(c.space(), c.range(), hole));
        }
        if (c.policy() != MemoryCommand.UnmapPolicy.FREE_TABLES && space.kind() != SpaceKind.KERNEL) {
            return rejected(new Rejection.WrongKind(c.space(), space.kind(), "be unmapped as kernels do"));
        }
        Rejection cut = HugePages.cut(space, c.range());
        if (cut != null) {
            return rejected(cut);
        }
        MemoryEvent event = switch (c.policy()) {
            case FREE_TABLES -> new RangeUnmapped(c.space(), c.range());
            case KEEP_TABLES -> new MemoryEvent.RangeVacated(c.space(), c.range());
            case HOT_REMOVE -> new MemoryEvent.RangeHotRemoved(c.space(), c.range());
        };
        return roomFor(space, 1, event);
    }

    private static Decision decideMove(MoveRange c, AddressSpace space) {
        AddressRange from = c.from();
        AddressRange to = c.to();
        if (Long.compareUnsigned(to.size() - 1, from.size() - 1) < 0) {
            return rejected(new Rejection.BadMove(c.space(), from, to, "the destination is shorter than the source"));
        }
        Long hole = space.firstHole(from);
        if (hole != null) {
            return rejected(new Rejection.NotMapped(c.space(), from, hole));
        }
        Rejection unfit = SharedMemory.in(space, from);
        unfit = unfit != null ? unfit : HugePages.moved(c, space);
        if (unfit != null) {
            return rejected(unfit);
        }
        boolean inPlace = from.start() == to.start();
        if (!inPlace && from.overlaps(to)) {
            return rejected(new Rejection.BadMove(c.space(), from, to, "source and destination overlap"));
        }
        if (inPlace && from.equals(to)) {
            return rejected(new Rejection.BadMove(c.space(), from, to, "source and destination are the same"));
        }
        AddressRange free = inPlace ? new AddressRange(from.last() + 1, to.last()) : to;
        Region conflict = c.replace() ? null : space.firstIn(free);
        if (conflict != null) {
            return rejected(new Rejection.Overlaps(c.space(), to, conflict.range()));
        }
        Region tail = space.at(from.last());
        if (tail != null && !fits(tail, from, to)) {
            return rejected(new Rejection.BadMove(c.space(), from, to, "the output would run past its end"));
        }
        return roomFor(space, 3, new RangeMoved(c.space(), from, to));
    }

    private static boolean fits(Region tail, AddressRange from, AddressRange to) {
        long more = to.size() - from.size() + (from.last() - tail.range().start());
        return switch (tail.output()) {
            case Output.Physical(long address) -> Long.compareUnsigned(address + more, address) >= 0;
            case Output.Backed(String object, long offset, Sharing sharing) -> more >= 0 && offset + more >= 0;
            case Output.Repeated repeated -> true;
        };
    }

    private Decision decideFork(ForkSpace c, AddressSpace parent) {
        if (parent.kind() != SpaceKind.USER) {
            return rejected(new Rejection.WrongKind(c.parent(), parent.kind(), "be forked"));
        }
        return decideCreate(c.child(), new SpaceForked(c.parent(), c.child()));
    }

    private Decision decideCopy(MemoryCommand.CopyKernel c, AddressSpace parent) {
        Rejection rejection = KernelOperations.uncopied(parent, c.range());
        return rejection != null
                ? rejected(rejection)
                : decideCreate(c.child(), new MemoryEvent.KernelCopied(c.parent(), c.child(), c.range()));
    }

    private Decision decideAnnotate(Annotate c) {
        if (c.text().length() > MAX_REMARK_LENGTH) {
            return rejected(new Rejection.LimitExceeded(
                    "characters in a remark", MAX_REMARK_LENGTH, c.text().length()));
        }
        String space = c.space();
        return space == null
                ? accepted(new Annotated(null, c.text()))
                : in(space, existing -> accepted(new Annotated(space, c.text())));
    }
}
