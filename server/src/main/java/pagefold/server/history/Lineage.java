package pagefold.server.history;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.MemoryEvent;
import pagefold.model.Output;
import pagefold.model.Sharing;
import pagefold.model.Simulation;
import pagefold.server.log.EventLog;
import pagefold.server.log.RecordedEvent;

/**
 * The events that made the region at an address what it is, read backwards from a position: to the event that mapped it,
 * or to the one that emptied the address, or to the making of the space. It follows moves to where the memory came from,
 * and forks into the parent.
 *
 * <p>Of an address in what a space carries of its kernel it is the lineage of the kernel's region, with how the space got
 * the entry that leads there.
 *
 * <p>Events that change pages and not regions (touched, aged, write-protected, split) do not belong to it.
 */
public final class Lineage {
    /** Most events that are kept: the first one and the last ones; more are only counted. */
    public static final int MAX_LISTED = 1_000;

    private static final int CHUNK = 4_096;

    private final EventLog log;
    private final String simulation;
    private final NavigableMap<Long, RecordedEvent> events = new TreeMap<>();
    /** Changes of memory with an alias in a linear map that may be at the address: by position, the address then. */
    private final Map<Long, Long> doubtful = new HashMap<>();

    private String space;
    private long address;
    /** Whether the address is in what the space has of its kernel: then it is how it got that which is read. */
    private final boolean isCarried;

    private long count;
    private boolean isComplete;
    /** The first fork of the space, behind what has been read; private memory is copied on write from there on. */
    private @Nullable RecordedEvent fork;

    private Lineage(EventLog log, String simulation, String space, long address, boolean isCarried) {
        this.isCarried = isCarried;
        this.log = log;
        this.simulation = simulation;
        this.space = space;
        this.address = address;
    }

    /** Reads it. */
    static Lineage of(EventLog log, String simulation, long position, String space, long address) {
        Lineage lineage = new Lineage(log, simulation, space, address, false);
        lineage.read(position);
        lineage.settle();
        return lineage;
    }

    /**
     * Reads that of an address of the kernel that a space carries: what made the kernel's region what it is, and which of
     * the space's own events copied or changed the entry that leads there, back to the one that gave it the kernel.
     */
    static Lineage ofCarried(
            EventLog log, String simulation, long position, String space, String kernel, long address) {
        Lineage carried = new Lineage(log, simulation, space, address, true);
        carried.read(position);
        Lineage region = of(log, simulation, position, kernel, address);
        long both = region.count + carried.count;
        carried.events.values().forEach(region::add);
        region.count = both;
        return region;
    }

    /** Those that are kept, in order of position. */
    List<RecordedEvent> events() {
        return List.copyOf(events.values());
    }

    /** How many there are. */
    long count() {
        return count;
    }

    private void read(long position) {
        long end = position;
        while (end > 0 && !isComplete) {
            long from = Math.max(1, end - CHUNK + 1);
            List<RecordedEvent> chunk = log.read(simulation, from, (int) (end - from + 1));
            for (int i = chunk.size() - 1; i >= 0 && !isComplete; i--) {
                take(chunk.get(i));
            }
            end = from - 1;
        }
    }

    private void take(RecordedEvent recorded) {
        switch (recorded.event()) {
            case MemoryEvent.SpaceForked(String parent, String child) -> {
                if (child.equals(space)) {
                    add(recorded);
                    space = parent;
                    fork = null;
                    // A child has the kernel's entries from the kernel itself.
                    isComplete = isCarried;
                } else if (parent.equals(space)) {
                    fork = recorded;
                }
            }
            case MemoryEvent.KernelCopied(String from, String child, AddressRange range) -> {
                if (child.equals(space)) {
                    add(recorded);
                    space = from;
                    isComplete = !range.contains(address);
                }
            }
            case MemoryEvent.InSpace in -> {
                if (in.space().equals(space) && isCarried) {
                    takeCarried(recorded, in);
                } else if (in.space().equals(space)) {
                    takeInSpace(recorded, in);
                }
            }
            case MemoryEvent.PluginSelected selected -> {}
            case MemoryEvent.Annotated remark -> {}
        }
    }

    private void takeCarried(RecordedEvent recorded, MemoryEvent.InSpace event) {
        switch (event) {
            case MemoryEvent.SpaceCreated e -> isComplete = true;
            case MemoryEvent.KernelAttached e -> end(recorded, true);
            case MemoryEvent.KernelEntriesCopied e -> add(recorded, e.range());
            case MemoryEvent.KernelTouched e -> add(recorded, e.range());
            case MemoryEvent.KernelEntriesProtected e -> add(recorded, e.range());
            default -> {}
        }
    }

    private void takeInSpace(RecordedEvent recorded, MemoryEvent.InSpace event) {
        switch (event) {
            case MemoryEvent.SpaceCreated e -> end(recorded, true);
            case MemoryEvent.SpaceDestroyed e -> end(recorded, true);
            case MemoryEvent.RangeMapped e -> mapped(recorded, e);
            case MemoryEvent.RangeUnmapped e -> end(recorded, e.range().contains(address));
            case MemoryEvent.RangeVacated e -> end(recorded, e.range().contains(address));
            case MemoryEvent.RangeHotRemoved e -> end(recorded, e.range().contains(address));
            case MemoryEvent.RangeProtected e -> add(recorded, e.range());
            case MemoryEvent.RangeRelaxed e -> add(recorded, e.range());
            case MemoryEvent.RangeChanged e -> add(recorded, e.range());
            case MemoryEvent.MemorySet e -> {
                AddressRange aliases = e.aliases();
                add(recorded, e.range());
                if (aliases != null && aliases.contains(address) && !e.range().contains(address)) {
                    doubtful.put(recorded.position(), address);
                }
            }
            case MemoryEvent.RangeMoved e -> moved(recorded, e.from(), e.to());
            case MemoryEvent.RangeTouched e -> {}
            case MemoryEvent.RangeAged e -> {}
            case MemoryEvent.RangeWriteProtected e -> {}
            case MemoryEvent.RangeSplit e -> {}
            case MemoryEvent.SpaceForked e -> {}
            case MemoryEvent.KernelCopied e -> {}
            // The regions of a kernel that a process carries are in the kernel's space.
            case MemoryEvent.WithKernel e -> {}
        }
    }

    private void mapped(RecordedEvent recorded, MemoryEvent.RangeMapped mapped) {
        RecordedEvent copying = fork;
        boolean isPrivate = mapped.output() instanceof Output.Backed backed && backed.sharing() == Sharing.PRIVATE;
        if (copying != null && isPrivate && mapped.range().contains(address)) {
            add(copying);
        }
        end(recorded, mapped.range().contains(address));
    }

    private void add(RecordedEvent recorded, AddressRange range) {
        if (range.contains(address)) {
            add(recorded);
        }
    }

    private void end(RecordedEvent recorded, boolean isThere) {
        if (isThere) {
            add(recorded);
            isComplete = true;
        }
    }

    private void add(RecordedEvent recorded) {
        count++;
        events.put(recorded.position(), recorded);
        if (events.size() > MAX_LISTED) {
            events.remove(events.higherKey(events.firstKey()));
        }
    }

    /** What is behind the length of the source continues its last region. */
    private void moved(RecordedEvent recorded, AddressRange from, AddressRange to) {
        if (to.contains(address)) {
            add(recorded);
            long offset = address - to.start();
            address = Long.compareUnsigned(offset, from.size() - 1) < 0 ? from.start() + offset : from.last();
        } else {
            end(recorded, from.contains(address));
        }
    }

    /** Adds the changes whose alias was at the address, which only the state before each of them tells. */
    private void settle() {
        if (doubtful.isEmpty()) {
            return;
        }
        long last = doubtful.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
        Simulation[] state = {Simulation.EMPTY};
        log.read(simulation, 1, recorded -> {
            Long then = doubtful.get(recorded.position());
            if (then != null && recorded.event() instanceof MemoryEvent.MemorySet set && changes(set, state[0], then)) {
                add(recorded);
            }
            state[0] = state[0].evolve(recorded.event());
            return recorded.position() < last;
        });
    }

    private static boolean changes(MemoryEvent.MemorySet set, Simulation before, long address) {
        AddressSpace space = before.space(set.space());
        return space != null && set.ranges(space).stream().anyMatch(range -> range.contains(address));
    }
}
