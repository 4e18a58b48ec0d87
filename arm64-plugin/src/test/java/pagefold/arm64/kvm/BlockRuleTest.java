package pagefold.arm64.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.arm64.descriptor.Vmsa64Geometry;

/** Which leaves a map makes, around the edges of a block of every level that has some. */
class BlockRuleTest {
    private static final KvmPolicy POLICY = KvmPolicy.LINUX_5_17;
    private static final long LIMIT = 64L << 20;
    private static final long READ_WRITE = 6;

    /** All offsets of both addresses from a block's start, and all sizes about a block's, one unit off and not. */
    @ParameterizedTest
    @CsvSource({"12, 2, 3", "12, 1, 2", "14, 2, 3", "16, 2, 3"})
    void leaves_are_the_largest_that_alignment_and_size_allow_from_left_to_right(
            int granuleBits, int blockLevel, int unitLevel) {
        Vmsa64Geometry geometry = KvmGeometry.stage2(granuleBits, 40, POLICY);
        long block = geometry.entrySize(blockLevel);
        long unit = geometry.entrySize(unitLevel);
        for (long inputOffset : new long[] {0, unit, block - unit}) {
            for (long outputOffset : new long[] {0, unit, block - unit}) {
                for (long size : new long[] {unit, block - unit, block, block + unit, 2 * block, 2 * block + unit}) {
                    long input = 4 * block + inputOffset;
                    long output = 64 * block + outputOffset;
                    Stage2Tables guest = new Stage2Tables(geometry, POLICY, true, false, LIMIT);
                    assertThat(guest.map(input, size, output, READ_WRITE)).isEqualTo(Outcome.DONE);
                    HypTables hyp = new HypTables(KvmGeometry.hyp(granuleBits, 48), POLICY, LIMIT);
                    assertThat(hyp.map(input, size, output, READ_WRITE)).isEqualTo(Outcome.DONE);

                    List<String> expected = greedy(granuleBits, input, size, output);
                    assertThat(shape(guest.tables())).isEqualTo(expected);
                    assertThat(shape(hyp.tables())).isEqualTo(expected);
                    assertThat(hyp.unmap(input, size)).isEqualTo(size);
                    assertThat(hyp.liveTables()).isOne();
                }
            }
        }
    }

    /** Runs of the largest leaves, as {@code level x count}. */
    private static List<String> greedy(int granuleBits, long input, long size, long output) {
        int first = granuleBits == 12 ? 1 : 2;
        List<String> runs = new ArrayList<>();
        int lastLevel = -1;
        long count = 0;
        long done = 0;
        while (done < size) {
            int level = first;
            long leaf = leafSize(granuleBits, level);
            while (((input + done | output + done) & leaf - 1) != 0 || size - done < leaf) {
                level++;
                leaf = leafSize(granuleBits, level);
            }
            if (level != lastLevel && count > 0) {
                runs.add(lastLevel + " x " + count);
                count = 0;
            }
            lastLevel = level;
            count++;
            done += leaf;
        }
        runs.add(lastLevel + " x " + count);
        return runs;
    }

    private static long leafSize(int granuleBits, int level) {
        return 1L << granuleBits + (granuleBits - 3) * (3 - level);
    }

    private static List<String> shape(KvmTables tables) {
        return LeafRun.of(tables).stream()
                .map(run -> run.level() + " x " + run.count())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 14, 16})
    void a_guest_of_pages_only_has_no_blocks(int granuleBits) {
        Vmsa64Geometry geometry = KvmGeometry.stage2(granuleBits, 40, POLICY);
        Stage2Tables guest = new Stage2Tables(geometry, POLICY, true, true, LIMIT);

        guest.map(0, geometry.entrySize(2), 0, READ_WRITE);

        assertThat(shape(guest.tables())).containsExactly("3 x " + (1 << granuleBits - 3));
    }

    @Test
    void the_levels_whose_blocks_hardware_lacks_without_52_bits_have_none() {
        Stage2Tables guest16 = new Stage2Tables(KvmGeometry.stage2(14, 48, POLICY), POLICY, true, false, LIMIT);
        guest16.map(1L << 36, 1L << 36, 1L << 36, READ_WRITE);
        Stage2Tables guest64 = new Stage2Tables(KvmGeometry.stage2(16, 48, POLICY), POLICY, true, false, LIMIT);
        guest64.map(1L << 42, 1L << 42, 1L << 42, READ_WRITE);
        Stage2Tables guest4 = new Stage2Tables(KvmGeometry.stage2(12, 48, POLICY), POLICY, true, false, LIMIT);
        guest4.map(1L << 39, 1L << 39, 1L << 39, READ_WRITE);

        assertThat(shape(guest16.tables())).containsExactly("2 x 2048");
        assertThat(shape(guest64.tables())).containsExactly("2 x 8192");
        assertThat(shape(guest4.tables())).containsExactly("1 x 512");
    }
}
