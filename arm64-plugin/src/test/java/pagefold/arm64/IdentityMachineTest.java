package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagefold.arm64.capture.Arm64Machine;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.SpaceKind;
import pagefold.spi.Capture;
import pagefold.spi.Profile;
import pagefold.table.ModelStatistics;
import pagefold.table.TableView;
import pagefold.table.Walk;
import pagefold.testkit.Seed;

/**
 * Maps of memory at its own addresses, against Linux's two ways to make them, and against the reader of captured
 * machines under the registers that belong to them.
 */
class IdentityMachineTest {
    private static final long SEED = Seed.of("IdentityMachineTest");
    private static final int ROUNDS = 25;

    static Stream<Profile> profiles() {
        return new Arm64Plugin().profiles().stream();
    }

    private static boolean isLong(Profile profile) {
        return profile.outputBits() == 52;
    }

    private static Attributes attributes(boolean isText, boolean contiguous) {
        Attributes kernel = Attributes.kernel(Permissions.parse(isText ? "r-x/---" : "rw-/---"), MemoryType.NORMAL_WB);
        return new Attributes(
                kernel.permissions(), kernel.memoryType(), kernel.shareability(), true, false, 0, true, contiguous);
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void a_boot_map_of_text_and_data_has_the_words_and_the_tables_of_map_range(Profile profile) {
        SplittableRandom random = new SplittableRandom(Seed.part(SEED, profile.name()));

        for (int round = 0; round < ROUNDS; round++) {
            Bench bench = new Bench(profile.name(), SpaceKind.IDMAP);
            BootMap expected = new BootMap(profile.granuleBits(), isLong(profile), bench.root());
            boolean contiguous = random.nextBoolean();
            List<AddressRange> ranges = ranges(profile, random);
            for (int i = 0; i < ranges.size(); i++) {
                AddressRange range = ranges.get(i);
                assertThat(bench.map(range.start(), range.size(), range.start(), attributes(i == 0, contiguous)))
                        .isNull();
                expected.map(
                        bench.root(),
                        expected.rootLevel(),
                        range.start(),
                        range.last() + 1,
                        i == 0 ? BootMap.TEXT : BootMap.DATA,
                        contiguous);
            }

            assertThat(ImageWords.of(bench.model)).as(ranges.toString()).isEqualTo(expected.words());
            assertThat(registers(bench)).containsEntry("TCR_EL1.T0SZ", 16L).containsKey("TTBR0_EL1");
            checkWalks(profile, bench, 16, ranges, random);
        }
    }

    /** Text and data side by side, somewhere: at the ends, or round the borders of blocks and contiguous runs. */
    private static List<AddressRange> ranges(Profile profile, SplittableRandom random) {
        long page = 1L << profile.granuleBits();
        int blockShift = 2 * profile.granuleBits() - 3;
        long[] anchors = {
            0,
            (1L << 48) - (1L << blockShift + 2),
            random.nextLong(1L << 48 - blockShift - 3) << blockShift,
            random.nextLong(1, 1L << 7) << 41
        };
        long start = anchors[random.nextInt(anchors.length)];
        start += random.nextBoolean() ? 0 : random.nextLong(300) * page;
        start = Math.max(0, start - (start > 4 * page && random.nextBoolean() ? random.nextLong(4) * page : 0));
        List<AddressRange> ranges = new ArrayList<>();
        long at = start;
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            long size = random.nextBoolean()
                    ? random.nextLong(1, 700) * page
                    : (random.nextLong(1, 3) << blockShift) + random.nextLong(3) * page;
            long end = Math.min(at + size, 1L << 48);
            if (end > at) {
                ranges.add(new AddressRange(at, end - 1));
            }
            at = end;
        }
        return ranges;
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void a_whole_run_of_blocks_is_not_marked_contiguous(Profile profile) {
        Bench bench = new Bench(profile.name(), SpaceKind.IDMAP);
        BootMap expected = new BootMap(profile.granuleBits(), isLong(profile), bench.root());
        long start = 1L << 41;
        // CONT_PMDS is 16 with 4K pages and 32 with others.
        long size = 32L << 2 * profile.granuleBits() - 3;

        assertThat(bench.map(start, size, start, attributes(true, true))).isNull();

        expected.map(bench.root(), expected.rootLevel(), start, start + size, BootMap.TEXT, true);
        assertThat(ImageWords.of(bench.model)).isEqualTo(expected.words());
    }

    @Test
    void a_block_is_as_large_as_the_architecture_has_it_and_no_larger() {
        long size = 1L << 42;
        Map<String, Integer> levels = new TreeMap<>();
        for (String profile : List.of("4k-39", "4k-52", "16k-48", "16k-52", "64k-42", "64k-52")) {
            Bench bench = new Bench(profile, SpaceKind.IDMAP);
            assertThat(bench.map(size, size, size, attributes(true, true))).isNull();
            levels.put(profile, bench.walk(size).steps().getLast().level());
        }

        assertThat(levels)
                .isEqualTo(Map.of("4k-39", 1, "4k-52", 0, "16k-48", 2, "16k-52", 1, "64k-42", 2, "64k-52", 1));
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void a_machine_with_t0sz_of_the_page_finds_it_at_itself(Profile profile) {
        SplittableRandom random = new SplittableRandom(Seed.part(SEED, profile.name() + ", page"));
        long page = 1L << profile.granuleBits();
        long memory = 1L << profile.outputBits();
        List<Long> pages = new ArrayList<>(
                List.of(0L, page, memory - page, memory / 2, (1L << 48) - page, 1L << 47, 1L << 30, 1L << 21));
        if (isLong(profile)) {
            pages.addAll(List.of(1L << 48, (1L << 48) + page, 1L << 50, 1L << 51, (1L << 50) - page));
        }
        for (int i = 0; i < ROUNDS; i++) {
            pages.add(random.nextLong(memory) & -page);
        }
        for (long address : pages) {
            long at = address & -page;
            Bench bench = new Bench(profile.name(), at >>> 48 == 0 ? SpaceKind.IDMAP_PAGE : SpaceKind.IDMAP_PAGE_52);
            Attributes attributes = Attributes.kernel(Permissions.parse("r-x/---"), MemoryType.NORMAL_WB);

            assertThat(bench.map(at, page, at, attributes)).isNull();

            int maxMsb = (at & 0xfL << 48) != 0 ? 51 : 47;
            checkChain(profile, bench, at, maxMsb);
            assertThat(registers(bench)).containsEntry("TCR_EL1.T0SZ", 63L - maxMsb);
            checkWalks(profile, bench, 63 - maxMsb, List.of(AddressRange.ofSize(at, page)), random);
        }
    }

    /** From the leaf up: one word in each table, and as many tables as it takes to reach the highest bit. */
    private static void checkChain(Profile profile, Bench bench, long page, int maxMsb) {
        int pageShift = profile.granuleBits();
        BootMap format = new BootMap(pageShift, isLong(profile), 0);
        List<Integer> indices = new ArrayList<>();
        int msb;
        int lsb = pageShift;
        do {
            msb = Math.min(lsb + pageShift - 4, maxMsb);
            indices.addFirst((int) (page >>> lsb & (1L << msb - lsb + 1) - 1));
            lsb = msb + 1;
        } while (msb < maxMsb);
        List<TableView> tables = bench.model.tables(Bench.SPACE);
        Map<Long, Long> expected = new TreeMap<>();
        for (int i = 0; i < indices.size(); i++) {
            boolean isLeaf = i + 1 == indices.size();
            long word = isLeaf
                    ? format.word(page) | format.prot(BootMap.TEXT)
                    : format.word(tables.get(i + 1).address()) | 3;
            expected.put(tables.get(i).address() + 8L * indices.get(i), word);
        }

        assertThat(tables).hasSize(indices.size()).hasSizeBetween(3, 5);
        assertThat(tables.getLast().level()).isEqualTo(3);
        assertThat(ImageWords.of(bench.model)).isEqualTo(expected);
    }

    private static Map<String, Long> registers(Bench bench) {
        return bench.model.statistics().spaces().getFirst().registers().stream()
                .collect(Collectors.toMap(ModelStatistics.Register::name, ModelStatistics.Register::value));
    }

    /** A machine with TTBR0 and this T0SZ finds every mapped address at itself, and nothing else. */
    private static void checkWalks(
            Profile profile, Bench bench, int t0sz, List<AddressRange> ranges, SplittableRandom random) {
        boolean lpa2 = isLong(profile) && profile.granuleBits() != 16;
        long granule = switch (profile.granuleBits()) {
            case 12 -> 0;
            case 14 -> 2;
            default -> 1;
        };
        Map<String, Long> registers = new HashMap<>(registers(bench));
        registers.remove("TCR_EL1.T0SZ");
        registers.put(
                "TCR_EL1",
                t0sz
                        | 3L << 12
                        | granule << 14
                        | 1L << 23
                        | (isLong(profile) ? 6L : 5L) << 32
                        | 3L << 39
                        | (lpa2 ? 1L << 59 : 0));
        registers.put("TTBR1_EL1", 0L);
        registers.put("MAIR_EL1", MemoryAttributes.MAIR);
        var machine = new Arm64Machine(
                new Capture(isLong(profile) ? "" : "neoverse-n1", registers, Map.of(), bench.memory()));
        for (AddressRange range : ranges) {
            long[] inside = {range.start(), range.last(), range.start() + random.nextLong(range.size())};
            for (long at : inside) {
                Walk walk = bench.walk(at);
                assertThat(walk.outcome())
                        .isInstanceOfSatisfying(
                                Walk.Translated.class,
                                found -> assertThat(found.output()).isEqualTo(at));
                Walk judge = machine.walk("s1e1r", at);
                assertThat(walk.steps()).isEqualTo(judge.steps());
                assertThat(walk.outcome()).isEqualTo(judge.outcome());
            }
        }
        long below = ranges.getFirst().start() - 1;
        long above = ranges.getLast().last() + 1;
        for (long outside : new long[] {below, above, -1}) {
            assertThat(bench.walk(outside).outcome()).isInstanceOf(Walk.Faulted.class);
            assertThat(machine.walk("s1e1r", outside).outcome()).isInstanceOf(Walk.Faulted.class);
        }
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void unmapping_leaves_the_root_alone(Profile profile) {
        Bench bench = new Bench(profile.name(), SpaceKind.IDMAP);
        long block = 1L << 2 * profile.granuleBits() - 3;
        long page = 1L << profile.granuleBits();
        bench.map(block, 2 * block, block, attributes(true, true));

        bench.run(new MemoryCommand.UnmapRange(Bench.SPACE, AddressRange.ofSize(block, page), false));
        assertThat(bench.walk(block).outcome()).isInstanceOf(Walk.Faulted.class);
        assertThat(bench.walk(block + page).outcome())
                .isInstanceOfSatisfying(
                        Walk.Translated.class,
                        found -> assertThat(found.output()).isEqualTo(block + page));
        bench.run(new MemoryCommand.UnmapRange(Bench.SPACE, AddressRange.ofSize(block, 2 * block), true));

        assertThat(bench.model.tables(Bench.SPACE)).hasSize(1);
        assertThat(ImageWords.of(bench.model)).isEmpty();
    }

    @Test
    void a_map_grows_where_it_is() {
        Bench bench = new Bench("4k-48", SpaceKind.IDMAP);
        AddressRange range = AddressRange.ofSize(0x4000_0000, 0x1000);
        bench.map(range.start(), range.size(), range.start(), attributes(true, false));

        bench.run(new MemoryCommand.MoveRange(Bench.SPACE, range, AddressRange.ofSize(range.start(), 0x3000), false));

        assertThat(bench.word(range.start() + 0x2000)).isEqualTo(BootMap.TEXT | range.start() + 0x2000);
    }
}
