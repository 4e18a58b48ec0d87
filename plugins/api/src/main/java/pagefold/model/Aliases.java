package pagefold.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the memory of a range is mapped a second time: in the kernel's linear map. */
final class Aliases {
    private Aliases() {}

    /** The parts of a linear map that the pieces of a range lead to; the map must have passed {@link #unfit}. */
    static List<AddressRange> of(AddressSpace space, AddressRange range, AddressRange linear) {
        List<AddressRange> found = new ArrayList<>();
        Region first = space.at(linear.start());
        if (first != null && first.output() instanceof Output.Physical(long base)) {
            long physical = base + (linear.start() - first.range().start());
            space.forEachIn(range, piece -> {
                if (piece.output() instanceof Output.Physical(long address)) {
                    found.add(AddressRange.ofSize(
                            linear.start() + (address - physical), piece.range().size()));
                }
            });
        }
        return found;
    }

    /** Why a linear map does not have the memory of a range, or {@code null}. */
    static @Nullable Rejection unfit(AddressSpace space, AddressRange range, AddressRange linear) {
        List<Region> pieces = new ArrayList<>();
        space.forEachIn(range, pieces::add);
        Region first = space.at(linear.start());
        if (first == null || !(first.output() instanceof Output.Physical(long base))) {
            return new Rejection.WrongMemory(
                    space.name(), linear, "its first byte must lead to a given physical address");
        }
        long physical = base + (linear.start() - first.range().start());
        for (Region piece : pieces) {
            if (!(piece.output() instanceof Output.Physical(long address))) {
                return new Rejection.WrongMemory(
                        space.name(), piece.range(), "only given physical addresses have aliases in a linear map");
            }
            long start = linear.start() + (address - physical);
            long last = start + (piece.range().size() - 1);
            boolean isInside = Long.compareUnsigned(address, physical) >= 0
                    && linear.contains(start)
                    && linear.contains(last)
                    && Long.compareUnsigned(start, last) <= 0;
            if (!isInside || !leads(space, new AddressRange(start, last), address)) {
                return new Rejection.WrongMemory(
                        space.name(), piece.range(), "not all of it is in the linear map " + linear);
            }
        }
        return null;
    }

    private static boolean leads(AddressSpace space, AddressRange alias, long address) {
        boolean[] leads = {space.firstHole(alias) == null};
        space.forEachIn(
                alias,
                part -> leads[0] &= part.output() instanceof Output.Physical(long output)
                        && output == address + (part.range().start() - alias.start()));
        return leads[0];
    }
}
