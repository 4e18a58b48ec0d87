package pagefold.server.importer;

import java.util.ArrayList;
import java.util.List;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.Hex;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.MoveRange;
import pagefold.model.MemoryCommand.ProtectRange;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Region;
import pagefold.model.Sharing;

/**
 * System calls that change mappings, as commands.
 *
 * <p>Lengths are rounded up to the page as the kernel does. A call that succeeded proves what it needed: memory that
 * {@code mprotect} changed was mapped, an address that {@code mmap} chose was free. Where the trace has not shown that,
 * it is made so and counted. Huge pages are taken at the length given.
 */
final class MemoryCalls {
    private static final Permissions READ_WRITE = Permissions.parse("rw-/rw-");
    private static final int MAX_PATH = 200;

    private final CommandRecorder recorder;
    private final Backing backing = new Backing();
    private final long pageBytes;

    MemoryCalls(CommandRecorder recorder, int pageBytes) {
        this.recorder = recorder;
        this.pageBytes = pageBytes;
    }

    /** What a user may do, and the kernel with it: as on Linux, memory that may be written may be read. */
    static Permissions permissions(long prot) {
        boolean writes = (prot & Flags.PROT_WRITE) != 0;
        boolean reads = writes || (prot & Flags.PROT_READ) != 0;
        boolean executes = (prot & Flags.PROT_EXEC) != 0;
        Permissions granted = Permissions.NONE.with(Access.EXECUTE, Privilege.UNPRIVILEGED, executes);
        // Memory that is only executable is still readable to the kernel.
        return granted.with(Access.READ, Privilege.UNPRIVILEGED, reads)
                .with(Access.READ, Privilege.PRIVILEGED, reads || executes)
                .with(Access.WRITE, Privilege.UNPRIVILEGED, writes)
                .with(Access.WRITE, Privilege.PRIVILEGED, writes);
    }

    void map(String space, SystemCall call) throws LineException {
        AddressRange range = range(call.value(), call.number(1));
        Permissions permissions = permissions(Flags.PROT.parse(call.argument(2)));
        long flags = Flags.MAP.parse(call.argument(3));
        String descriptor = call.argument(4);
        long offset = call.number(5);
        if ((flags & Flags.MAP_SHARING) == 0) {
            throw new LineException("expected MAP_SHARED or MAP_PRIVATE");
        }
        boolean isPrivate = (flags & Flags.MAP_SHARING) == Flags.MAP_PRIVATE;
        Output output;
        if ((flags & Flags.MAP_ANONYMOUS) != 0) {
            output = backing.anonymous(space, range.size(), isPrivate ? Sharing.PRIVATE : Sharing.SHARED);
        } else {
            if (offset < 0 || (offset & pageBytes - 1) != 0) {
                throw new LineException(
                        "expected an offset that is a multiple of the page, but it is " + Hex.address(offset));
            }
            output = new Output.Backed(
                    file(descriptor, space), offset, isPrivate ? Sharing.COPY_ON_WRITE : Sharing.SHARED);
        }
        boolean replace = (flags & Flags.MAP_FIXED) != 0 || isStale(space, range);
        recorder.emit(new MapRange(space, range, output, Attributes.user(permissions), replace));
    }

    /** Whether something is known to be mapped where the kernel has just chosen: it must have gone unseen. */
    private boolean isStale(String space, AddressRange range) {
        boolean stale = recorder.existing(space).firstIn(range) != null;
        if (stale) {
            recorder.reconstruct("unmapped unseen");
        }
        return stale;
    }

    private String file(String descriptor, String space) throws LineException {
        Cursor cursor = new Cursor(descriptor, 0);
        String digits = cursor.digits();
        if (digits.isEmpty() || digits.length() > 9) {
            throw new LineException("expected a file descriptor, but found '" + Numbers.shortened(descriptor) + "'");
        }
        if (cursor.peek() != '<') {
            return backing.file(Long.parseLong(digits), space);
        }
        return object(cursor.decoration());
    }

    /** The name of the object for a path; one that is too long keeps its end, and a hash of the whole. */
    static String object(String path) throws LineException {
        if (path.isEmpty() || path.chars().anyMatch(Character::isISOControl)) {
            throw new LineException("expected a path of printable characters");
        }
        return path.length() <= MAX_PATH
                ? path
                : "…" + Integer.toHexString(path.hashCode()) + "…" + path.substring(path.length() - MAX_PATH);
    }

    void unmap(String space, SystemCall call) throws LineException {
        AddressRange range = range(call.number(0), call.number(1));
        if (recorder.existing(space).firstHole(range) != null) {
            recorder.reconstruct("unmapped with holes");
        }
        recorder.emit(new UnmapRange(space, range, true));
    }

    void protect(String space, SystemCall call) throws LineException {
        if (call.number(1) == 0) {
            recorder.skip("mprotect of nothing");
            return;
        }
        AddressRange range = range(call.number(0), call.number(1));
        Permissions permissions = permissions(Flags.PROT.parse(call.argument(2)));
        boolean known = recorder.existing(space).firstIn(range) != null;
        fillHoles(space, range, permissions, "protected unseen");
        if (known) {
            recorder.emit(new ProtectRange(space, range, permissions));
        }
    }

    /** Maps what is not known to be mapped in a range that must be. */
    private void fillHoles(String space, AddressRange range, Permissions permissions, String why) throws LineException {
        List<AddressRange> holes = new ArrayList<>();
        long[] next = {range.start()};
        recorder.existing(space).forEachIn(range, region -> {
            if (region.range().start() != next[0]) {
                holes.add(new AddressRange(next[0], region.range().start() - 1));
            }
            next[0] = region.range().last() + 1;
        });
        if (next[0] <= range.last()) {
            holes.add(new AddressRange(next[0], range.last()));
        }
        for (AddressRange hole : holes) {
            recorder.reconstruct(why);
            Output output = Backing.unseen(space, hole.start());
            recorder.emit(new MapRange(space, hole, output, Attributes.user(permissions), false));
        }
    }

    /** The answer is where the heap ends now, whatever was asked for. */
    void setBreak(TracedMemory memory, SystemCall call) throws LineException {
        long before = memory.heapEnd();
        long now = call.value();
        if (now < 0) {
            throw new LineException("expected a user address, but found " + Hex.address(now));
        }
        if (before >= 0) {
            long from = roundUp(before);
            long to = roundUp(now);
            if (to > from) {
                growHeap(memory.space(), new AddressRange(from, to - 1));
            } else if (to < from) {
                recorder.emit(new UnmapRange(memory.space(), new AddressRange(to, from - 1), true));
            }
        }
        memory.setHeapEnd(now);
    }

    private void growHeap(String space, AddressRange range) throws LineException {
        boolean stale = isStale(space, range);
        Region below = range.start() == 0 ? null : recorder.existing(space).at(range.start() - 1);
        boolean grows = below != null && backing.endsItsObject(below);
        Output output = below != null && grows
                ? backing.grown(below, range.size())
                : backing.anonymous(space, range.size(), Sharing.PRIVATE);
        recorder.emit(new MapRange(space, range, output, Attributes.user(READ_WRITE), stale));
    }

    /** {@code MADV_DONTNEED}: private memory is as it was at first; shared memory stays what it is. */
    void discard(String space, SystemCall call) throws LineException {
        if (call.number(1) == 0) {
            recorder.skip("madvise of nothing");
            return;
        }
        AddressRange range = range(call.number(0), call.number(1));
        AddressSpace before = recorder.existing(space);
        if (before.firstHole(range) != null) {
            recorder.skip("madvise(MADV_DONTNEED) of unseen memory");
        }
        List<Region> regions = new ArrayList<>();
        before.forEachIn(range, regions::add);
        for (Region region : regions) {
            remapFresh(space, region);
        }
    }

    private void remapFresh(String space, Region region) throws LineException {
        if (!(region.output() instanceof Output.Backed(String object, long offset, Sharing sharing))
                || sharing == Sharing.SHARED) {
            return;
        }
        Output output = backing.isAnonymous(region.output())
                ? backing.anonymous(space, region.range().size(), Sharing.PRIVATE)
                : region.output();
        recorder.emit(new MapRange(space, region.range(), output, region.attributes(), true));
    }

    void move(String space, SystemCall call) throws LineException {
        long flags = call.arguments().size() > 3 ? Flags.MREMAP.parse(call.argument(3)) : 0;
        AddressRange to = range(call.value(), call.number(2));
        if (call.number(1) == 0) {
            mapAgain(space, call.number(0), to);
            return;
        }
        AddressRange from = range(call.number(0), call.number(1));
        fillHoles(space, from, READ_WRITE, "moved unseen, taken as rw-");
        if (to.size() < from.size()) {
            AddressRange kept = AddressRange.ofSize(from.start(), to.size());
            recorder.emit(new UnmapRange(space, new AddressRange(kept.last() + 1, from.last()), true));
            from = kept;
        }
        if (from.equals(to)) {
            return;
        }
        List<Region> left = new ArrayList<>();
        if ((flags & Flags.MREMAP_DONTUNMAP) != 0) {
            recorder.existing(space).forEachIn(from, left::add);
        }
        relocate(space, from, to, (flags & Flags.MREMAP_FIXED) != 0);
        for (Region region : left) {
            boolean isAnonymous = backing.isAnonymous(region.output());
            Output output =
                    isAnonymous ? backing.anonymous(space, region.range().size(), Sharing.PRIVATE) : region.output();
            recorder.emit(new MapRange(space, region.range(), output, region.attributes(), false));
        }
    }

    /** Moves and grows; new anonymous memory continues its object where that ends there, else it is fresh. */
    private void relocate(String space, AddressRange from, AddressRange to, boolean fixed) throws LineException {
        Region tail = recorder.existing(space).at(from.last());
        if (tail == null) {
            throw new IllegalStateException("expected memory at " + Hex.address(from.last()) + ", but there is none");
        }
        Region cut = tail.slice(tail.range().intersection(from));
        boolean grows = to.size() > from.size();
        boolean fresh = grows && backing.growsAfresh(cut);
        AddressRange moved = fresh ? AddressRange.ofSize(to.start(), from.size()) : to;
        if (!moved.equals(from)) {
            boolean inPlace = moved.start() == from.start();
            AddressRange target = inPlace ? new AddressRange(from.last() + 1, moved.last()) : moved;
            boolean replace = fixed || isStale(space, target);
            recorder.emit(new MoveRange(space, from, moved, replace));
            if (grows && !fresh && backing.endsItsObject(cut)) {
                backing.grown(cut, to.size() - from.size());
            }
        }
        if (fresh) {
            AddressRange more = new AddressRange(moved.last() + 1, to.last());
            boolean replace = fixed || isStale(space, more);
            Output output = backing.anonymous(space, more.size(), Sharing.PRIVATE);
            recorder.emit(new MapRange(space, more, output, cut.attributes(), replace));
        }
    }

    /** {@code mremap} of length 0: shared memory is mapped once more. */
    private void mapAgain(String space, long address, AddressRange to) throws LineException {
        Region region = recorder.existing(space).at(address);
        if (region == null) {
            recorder.skip("mremap of length 0 of unseen memory");
            return;
        }
        Output output = region.output().advanced(address - region.range().start());
        recorder.emit(new MapRange(space, to, output, region.attributes(), isStale(space, to)));
    }

    private long roundUp(long value) throws LineException {
        long rounded = value + pageBytes - 1 & -pageBytes;
        if (rounded < 0) {
            throw new LineException("expected a user address, but found " + Hex.address(value));
        }
        return rounded;
    }

    private AddressRange range(long address, long length) throws LineException {
        if ((address & pageBytes - 1) != 0) {
            throw new LineException("expected an address that is a multiple of the page of " + Hex.size(pageBytes)
                    + ", but found " + Hex.address(address));
        }
        if (length <= 0) {
            throw new LineException("expected a length of at least 1, but found " + Long.toUnsignedString(length));
        }
        long size = roundUp(length);
        if (address < 0 || address + size - 1 < 0) {
            throw new LineException("expected user addresses, but found " + Hex.address(address) + " with a length of "
                    + Hex.address(length));
        }
        return AddressRange.ofSize(address, size);
    }
}
