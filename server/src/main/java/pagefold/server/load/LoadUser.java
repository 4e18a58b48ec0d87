package pagefold.server.load;

import java.util.Arrays;
import java.util.SplittableRandom;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.Output;
import pagefold.model.Permissions;

/**
 * What one user does: a random walk through map, unmap and protect on slots of its own space, none of which the server
 * has a reason to refuse, under profiles of 32 bits neither. The same seed gives the same commands.
 */
public final class LoadUser {
    private static final int SLOTS = 2048;
    private static final long SLOT_BYTES = 0x1_0000;
    private static final long BASE = 0x1000_0000L;
    private static final long PHYSICAL = 0x8000_0000L;
    private static final Permissions WRITABLE = Permissions.parse("rw-/rw-");
    private static final Permissions READABLE = Permissions.parse("r--/r--");

    private final String simulation;
    private final String space;
    private final LoadMix mix;
    private final SplittableRandom random;
    /** All slots; the first {@link #mapped} of them are mapped. */
    private final int[] slots = new int[SLOTS];

    private final boolean[] readOnly = new boolean[SLOTS];
    private int mapped;

    /** A user; its number makes its space and its random numbers its own. */
    public LoadUser(String simulation, int number, LoadMix mix, long seed) {
        this.simulation = simulation;
        this.space = "user-" + number;
        this.mix = mix;
        this.random = new SplittableRandom(seed * 1_000_003 + number);
        Arrays.setAll(slots, slot -> slot);
    }

    /** The simulation in which it works. */
    public String simulation() {
        return simulation;
    }

    /** Its space. */
    public String space() {
        return space;
    }

    /** What the user does next. */
    public sealed interface Step {

        /** A command that changes the space. */
        record Change(MemoryCommand command) implements Step {}

        /** A translation of an address. */
        record Walk(long address) implements Step {}
    }

    /** The next step; with nothing mapped, or everything, it is the one that is possible. */
    public Step next() {
        LoadMix.Deed deed = mix.draw(random);
        if (mapped == 0) {
            return new Step.Change(map());
        }
        return switch (deed) {
            case MAP -> new Step.Change(mapped == SLOTS ? unmap() : map());
            case UNMAP -> new Step.Change(unmap());
            case PROTECT -> new Step.Change(protect());
            case WALK -> new Step.Walk(start(slots[random.nextInt(mapped)]) + random.nextLong(SLOT_BYTES));
        };
    }

    private MemoryCommand map() {
        int index = mapped + random.nextInt(SLOTS - mapped);
        int slot = slots[index];
        slots[index] = slots[mapped];
        slots[mapped] = slot;
        mapped++;
        readOnly[slot] = false;
        return new MemoryCommand.MapRange(
                space,
                range(slot),
                new Output.Physical(PHYSICAL + slot * SLOT_BYTES),
                Attributes.user(WRITABLE),
                false);
    }

    private MemoryCommand unmap() {
        int index = random.nextInt(mapped);
        int slot = slots[index];
        mapped--;
        slots[index] = slots[mapped];
        slots[mapped] = slot;
        return new MemoryCommand.UnmapRange(space, range(slot), false);
    }

    private MemoryCommand protect() {
        int slot = slots[random.nextInt(mapped)];
        readOnly[slot] = !readOnly[slot];
        return new MemoryCommand.ProtectRange(space, range(slot), readOnly[slot] ? READABLE : WRITABLE);
    }

    private static AddressRange range(int slot) {
        return AddressRange.ofSize(start(slot), SLOT_BYTES);
    }

    private static long start(int slot) {
        return BASE + slot * SLOT_BYTES;
    }
}
