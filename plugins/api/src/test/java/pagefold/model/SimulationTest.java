package pagefold.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.ForkSpace;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.MoveRange;
import pagefold.model.MemoryCommand.ProtectRange;
import pagefold.model.MemoryCommand.RelaxRange;
import pagefold.model.MemoryCommand.SplitRange;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryCommand.UnmapRange;

class SimulationTest {
    private static final Attributes READ_WRITE = Attributes.user(Permissions.parse("rw-/rw-"));
    private static final Permissions READ = Permissions.parse("r--/r--");

    private final List<Rejection> rejections = new ArrayList<>();

    private Simulation after(Simulation simulation, MemoryCommand... commands) {
        Simulation state = simulation;
        for (MemoryCommand command : commands) {
            switch (state.decide(command)) {
                case Decision.Accepted(MemoryEvent event) -> state = state.evolve(event);
                case Decision.Rejected(Rejection rejection) -> rejections.add(rejection);
            }
        }
        return state;
    }

    private static MapRange map(long start, long size, long output) {
        return new MapRange("u", AddressRange.ofSize(start, size), new Output.Physical(output), READ_WRITE, false);
    }

    private static Simulation withSpace() {
        return Simulation.EMPTY.evolve(new MemoryEvent.SpaceCreated("u", SpaceKind.USER));
    }

    private static List<String> show(Simulation simulation, String space) {
        AddressSpace found = simulation.space(space);
        return found == null
                ? List.of()
                : found.regions().stream()
                        .map(region -> region.range() + " " + region.output() + " "
                                + region.attributes().permissions())
                        .toList();
    }

    @Test
    void neighbours_that_continue_each_other_are_one_region() {
        Simulation state = after(withSpace(), map(0x1000, 0x1000, 0x5000), map(0x3000, 0x1000, 0x7000));

        state = after(state, map(0x2000, 0x1000, 0x6000));

        assertThat(show(state, "u"))
                .containsExactly("0x0000000000001000-0x0000000000004000 Physical[address=20480] rw-/rw-");
    }

    @Test
    void relaxing_adds_to_what_each_region_grants_and_takes_nothing_away() {
        AddressRange second = AddressRange.ofSize(0x2000, 0x1000);
        Simulation state =
                after(withSpace(), map(0x1000, 0x3000, 0x10000), new ProtectRange("u", second, Permissions.NONE));

        state = after(state, new RelaxRange("u", AddressRange.ofSize(0x2000, 0x2000), Permissions.parse("--x/r-x")));

        assertThat(show(state, "u"))
                .containsExactly(
                        "0x0000000000001000-0x0000000000002000 Physical[address=65536] rw-/rw-",
                        "0x0000000000002000-0x0000000000003000 Physical[address=69632] --x/r-x",
                        "0x0000000000003000-0x0000000000004000 Physical[address=73728] rwx/rwx");
        assertThat(rejections).isEmpty();
    }

    @Test
    void relaxing_and_splitting_need_a_range_without_holes() {
        Simulation state = after(withSpace(), map(0x1000, 0x1000, 0x5000), map(0x3000, 0x1000, 0x7000));
        AddressRange range = AddressRange.ofSize(0x1000, 0x3000);

        Simulation same = after(state, new RelaxRange("u", range, READ), new SplitRange("u", range, 0x1000));

        assertThat(same.position()).isEqualTo(state.position());
        assertThat(rejections)
                .containsExactly(
                        new Rejection.NotMapped("u", range, 0x2000), new Rejection.NotMapped("u", range, 0x2000));
    }

    @Test
    void splitting_changes_nothing_in_what_is_mapped() {
        Simulation state = after(withSpace(), map(0x1000, 0x5000, 0x10000));

        Simulation split = after(state, new SplitRange("u", AddressRange.ofSize(0x2000, 0x1000), 0x1000));

        assertThat(show(split, "u")).isEqualTo(show(state, "u"));
        assertThat(split.position()).isEqualTo(state.position() + 1);
    }

    @Test
    void protecting_the_middle_of_a_region_cuts_it_in_three_and_back_again_joins_it() {
        Simulation state = after(withSpace(), map(0x1000, 0x5000, 0x10000));

        Simulation cut = after(state, new ProtectRange("u", AddressRange.ofSize(0x2000, 0x1000), READ));
        Simulation joined =
                after(cut, new ProtectRange("u", AddressRange.ofSize(0x2000, 0x1000), READ_WRITE.permissions()));

        assertThat(show(cut, "u")).hasSize(3);
        assertThat(show(joined, "u")).isEqualTo(show(state, "u"));
        assertThat(show(state, "u")).hasSize(1);
    }

    @Test
    void the_last_page_of_the_64_bit_space_works() {
        long top = -0x1000L;
        Simulation state = after(withSpace(), map(top, 0x1000, 0x5000));

        assertThat(show(state, "u"))
                .containsExactly("0xfffffffffffff000-0x0000000000000000 Physical[address=20480] rw-/rw-");
        assertThat(state.space("u").firstHole(AddressRange.ofSize(top, 0x1000))).isNull();
        assertThat(show(after(state, new UnmapRange("u", new AddressRange(top, -1), false)), "u"))
                .isEmpty();
        assertThat(rejections).isEmpty();
    }

    @Test
    void a_rejection_carries_the_numbers_and_changes_nothing() {
        Simulation state = after(withSpace(), map(0x1000, 0x2000, 0x5000));

        Simulation same = after(
                state,
                map(0x2000, 0x1000, 0x9000),
                new ProtectRange("u", AddressRange.ofSize(0x1000, 0x4000), READ),
                new UnmapRange("u", AddressRange.ofSize(0x8000, 0x1000), false),
                map(0x8000, 0x2000, -0x1000L),
                new CreateSpace("u", SpaceKind.KERNEL),
                new ForkSpace("nobody", "v"),
                new TouchRange("u", AddressRange.ofSize(0x1000, 1), Access.EXECUTE, Privilege.UNPRIVILEGED),
                new MoveRange("u", AddressRange.ofSize(0x1000, 0x2000), AddressRange.ofSize(0x2000, 0x2000), true));

        assertThat(same).isSameAs(state);
        assertThat(rejections)
                .extracting(Rejection::code)
                .containsExactly(
                        "overlaps",
                        "not-mapped",
                        "not-mapped",
                        "output-out-of-range",
                        "space-exists",
                        "no-such-space",
                        "access-denied",
                        "bad-move");
        assertThat(rejections.getFirst().fields())
                .containsEntry("conflictingRange", "0x0000000000001000-0x0000000000003000");
    }

    @Test
    void a_fork_makes_private_memory_copy_on_write_on_both_sides_and_leaves_shared_memory() {
        Simulation state = after(
                withSpace(),
                new MapRange(
                        "u",
                        AddressRange.ofSize(0x1000, 0x1000),
                        new Output.Backed("a", 0, Sharing.PRIVATE),
                        READ_WRITE,
                        false),
                new MapRange(
                        "u",
                        AddressRange.ofSize(0x8000, 0x1000),
                        new Output.Backed("b", 0, Sharing.SHARED),
                        READ_WRITE,
                        false),
                new ForkSpace("u", "v"));

        assertThat(show(state, "u")).isEqualTo(show(state, "v"));
        assertThat(show(state, "v").getFirst()).contains("COPY_ON_WRITE");
        assertThat(show(state, "v").getLast()).contains("SHARED");
    }

    @Test
    void random_histories_agree_with_a_map_of_pages() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Simulation state = withSpace();
        TreeMap<Long, String> pages = new TreeMap<>();
        for (int i = 0; i < 5_000; i++) {
            long first = random.nextInt(64);
            long count = 1 + random.nextInt(12);
            AddressRange range = AddressRange.ofSize(first << 12, count << 12);
            boolean mapped = pages.subMap(first, first + count).size() == count;
            boolean free = pages.subMap(first, first + count).isEmpty();
            int before = rejections.size();
            switch (random.nextInt(4)) {
                case 0 -> {
                    boolean replace = random.nextBoolean();
                    long output = random.nextInt(4) * 64L + first << 12;
                    state = after(state, new MapRange("u", range, new Output.Physical(output), READ_WRITE, replace));
                    if (replace || free) {
                        for (long page = first; page < first + count; page++) {
                            pages.put(page, Long.toHexString(output + (page - first << 12)) + " rw-/rw-");
                        }
                    }
                    assertThat(rejections.size() == before).isEqualTo(replace || free);
                }
                case 1 -> {
                    state = after(state, new UnmapRange("u", range, true));
                    pages.subMap(first, first + count).clear();
                }
                case 2 -> {
                    state = after(state, new ProtectRange("u", range, READ));
                    if (mapped) {
                        pages.subMap(first, first + count).replaceAll((page, text) -> text.split(" ")[0] + " r--/r--");
                    }
                    assertThat(rejections.size() == before).isEqualTo(mapped);
                }
                default -> {
                    long to = 128 + random.nextInt(64);
                    state = after(state, new MoveRange("u", range, AddressRange.ofSize(to << 12, count << 12), true));
                    if (mapped) {
                        pages.subMap(to, to + count).clear();
                        for (long page = first; page < first + count; page++) {
                            pages.put(page - first + to, pages.remove(page));
                        }
                    }
                }
            }
            check(state, pages);
        }
    }

    private static void check(Simulation state, TreeMap<Long, String> expected) {
        TreeMap<Long, String> found = new TreeMap<>();
        Region previous = null;
        for (Region region : state.space("u").regions()) {
            assertThat(previous != null && previous.joins(region)).isFalse();
            for (long at = region.range().start(); at < region.range().last(); at += 4096) {
                Region page = region.slice(AddressRange.ofSize(at, 4096));
                found.put(
                        at >>> 12,
                        Long.toHexString(((Output.Physical) page.output()).address()) + " "
                                + page.attributes().permissions());
            }
            previous = region;
        }
        assertThat(found).isEqualTo(expected);
    }
}
