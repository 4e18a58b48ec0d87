package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm64.KernelBench.attributes;
import static pagefold.arm64.KernelBench.map;

import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.arm64.KernelBench.Leaf;
import pagefold.model.Rejection;
import pagefold.testkit.Seed;

/** Where a kernel's mappings have blocks and contiguous runs: Linux's {@code __create_pgd_mapping}. */
class KernelMappingTest {
    private static final long LINEAR = 0xffff_0000_0000_0000L;
    private static final long K = 1024;
    private static final long M = 1024 * K;
    private static final long G = 1024 * M;
    private static final long PAGE_KERNEL = 0x00e8000000000703L;
    private static final long CONT = 1L << 52;

    @Test
    void a_linear_map_from_1g_has_blocks_of_1g() {
        KernelBench bench = new KernelBench("4k-48");

        bench.run(map(LINEAR, 2 * G, 0x4000_0000L, attributes("rw-/---", true, true)));

        assertThat(bench.leaves())
                .containsExactly(
                        Map.entry(LINEAR, new Leaf(1, PAGE_KERNEL & ~2 | 0x4000_0000L)),
                        Map.entry(LINEAR + G, new Leaf(1, PAGE_KERNEL & ~2 | 0x8000_0000L)));
    }

    @Test
    void a_linear_map_from_1g_and_2m_has_blocks_of_2m_and_is_contiguous_from_32m() {
        KernelBench bench = new KernelBench("4k-48");

        bench.run(map(LINEAR + 2 * M, 2 * G, 0x4020_0000L, attributes("rw-/---", true, true)));

        NavigableMap<Long, Leaf> leaves = bench.leaves();
        long block = PAGE_KERNEL & ~2;
        for (long at = 2 * M; at < G; at += 2 * M) {
            long mark = at < 32 * M ? 0 : CONT;
            assertThat(leaves.remove(LINEAR + at)).isEqualTo(new Leaf(2, block | mark | 0x4000_0000L + at));
        }
        assertThat(leaves)
                .containsExactly(
                        Map.entry(LINEAR + G, new Leaf(1, block | 0x8000_0000L)),
                        Map.entry(LINEAR + 2 * G, new Leaf(2, block | 0xc000_0000L)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"4k-39", "4k-48", "4k-52", "16k-36", "16k-47", "16k-48", "16k-52", "64k-42", "64k-48", "64k-52"})
    void leaves_are_where_linux_places_them(String profile) {
        SplittableRandom random = new SplittableRandom(Seed.of(profile));
        Rule rule = Rule.of(profile);
        for (int i = 0; i < 150; i++) {
            KernelBench bench = new KernelBench(profile);
            long unit = rule.unit(random.nextInt(4));
            long skew = random.nextInt(3) == 0 ? rule.page : unit;
            long start = rule.lowest + random.nextLong(1, 5) * unit + random.nextLong(3) * rule.page;
            long size = Math.min(random.nextLong(1, 6) * unit + random.nextLong(3) * rule.page, 40_000 * rule.page);
            long output = (start & unit - 1) + unit * 2 + (skew == unit ? 0 : rule.page);
            boolean blocks = random.nextInt(4) != 0;
            boolean contiguous = random.nextInt(4) != 0;

            bench.run(map(start, size, output, attributes("rw-/---", blocks, contiguous)));

            NavigableMap<Long, String> expected = new TreeMap<>(Long::compareUnsigned);
            rule.levels(expected, rule.first, start, start + size - 1, output, blocks, contiguous);
            NavigableMap<Long, String> found = new TreeMap<>(Long::compareUnsigned);
            bench.leaves()
                    .forEach((at, leaf) -> found.put(at, leaf.level() + ((leaf.word() & CONT) != 0 ? " CON" : "")));
            assertThat(found)
                    .as("%x + %x -> %x, blocks %s, contiguous %s", start, size, output, blocks, contiguous)
                    .isEqualTo(expected);
        }
    }

    @Test
    void a_physical_address_that_lies_elsewhere_in_its_page_is_refused() {
        Rejection rejection =
                new KernelBench("4k-48").refuse(map(LINEAR, 4 * K, 0x4000_0800L, attributes("rw-/---", true, true)));

        assertThat(rejection).isInstanceOf(Rejection.NotRepresentable.class);
        assertThat(rejection.fields()).containsEntry("reason", "misaligned");
    }

    /** The rule as it is written down, level by level and chunk by chunk, for one geometry. */
    private record Rule(int bits, int first, long page, long lowest) {

        static Rule of(String profile) {
            String[] parts = profile.split("k-");
            int bits = switch (parts[0]) {
                case "4" -> 12;
                case "16" -> 14;
                default -> 16;
            };
            int input = Integer.parseInt(parts[1]);
            int levels = (input - 4) / (bits - 3);
            return new Rule(bits, 4 - levels, 1L << bits, -1L << input);
        }

        long size(int level) {
            return 1L << (bits - 3) * (4 - level) + 3;
        }

        /** The sizes round which something changes: a run of pages, a block, a run of blocks, and a page. */
        long unit(int which) {
            return switch (which) {
                case 0 -> page;
                case 1 -> page * run(3);
                case 2 -> size(2);
                default -> size(2) * run(2);
            };
        }

        long run(int level) {
            return switch (bits) {
                case 12 -> 16;
                case 14 -> level == 3 ? 128 : 32;
                default -> 32;
            };
        }

        private void levels(
                NavigableMap<Long, String> leaves,
                int level,
                long start,
                long last,
                long output,
                boolean blocks,
                boolean contiguous) {
            boolean runs = level >= 2;
            long chunk = runs ? size(level) * run(level) : size(level);
            for (long at = start; ; ) {
                long end = Long.compareUnsigned(at | chunk - 1, last) < 0 ? at | chunk - 1 : last;
                long to = output + (at - start);
                boolean marked = runs && contiguous && ((at | end + 1 | to) & chunk - 1) == 0;
                entries(leaves, level, at, end, to, blocks, contiguous, marked);
                if (end == last) {
                    return;
                }
                at = end + 1;
            }
        }

        private void entries(
                NavigableMap<Long, String> leaves,
                int level,
                long start,
                long last,
                long output,
                boolean blocks,
                boolean contiguous,
                boolean marked) {
            long size = size(level);
            for (long at = start; ; ) {
                long end = Long.compareUnsigned(at | size - 1, last) < 0 ? at | size - 1 : last;
                long to = output + (at - start);
                boolean hasBlocks = level == 3 || blocks && (level == 2 || level == 1 && bits == 12);
                if (hasBlocks && ((at | end + 1 | to) & size - 1) == 0) {
                    leaves.put(at, level + (marked ? " CON" : ""));
                } else {
                    levels(leaves, level + 1, at, end, to, blocks, contiguous);
                }
                if (end == last) {
                    return;
                }
                at = end + 1;
            }
        }
    }
}
