package pagefold.arm64.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.arm64.descriptor.Vmsa64Geometry;

/** The hypervisor's tables: protections, and what a map does to that which is in its way. 16K pages. */
class HypTablesTest {
    private static final Vmsa64Geometry GEOMETRY = KvmGeometry.hyp(14, 39);
    private static final long PAGE = 1L << 14;
    private static final long BLOCK = 1L << 25;
    private static final long MEMORY = 1L << 32;

    private final HypTables hyp = new HypTables(GEOMETRY, KvmPolicy.LINUX_5_17, 64 * PAGE);

    private List<LeafRun> leaves() {
        return LeafRun.of(hyp.tables());
    }

    @ParameterizedTest
    @CsvSource({
        "4, 00400001000007c3",
        "5, 00000001000007c3",
        "6, 0040000100000743",
        "c, 00400001000007d3",
        "e, 0040000100000753",
        "780000000000004, 07c00001000007c3",
        "0, -",
        "1, -",
        "2, -",
        "3, -",
        "7, -",
        "8, -",
        "9, -",
        "a, -",
        "b, -",
        "d, -",
        "f, -"
    })
    void every_protection_is_a_word_or_is_refused(String protection, String word) {
        Outcome outcome = hyp.map(0, PAGE, MEMORY, Long.parseLong(protection, 16));

        if (word.equals("-")) {
            assertThat(outcome).isEqualTo(Outcome.INVALID);
            assertThat(leaves()).isEmpty();
        } else {
            assertThat(outcome).isEqualTo(Outcome.DONE);
            assertThat(leaves()).containsExactly(new LeafRun(0, 1, 3, Long.parseUnsignedLong(word, 16)));
        }
        assertThat(hyp.maintenance().warnings()).isZero();
    }

    @Test
    void the_same_again_is_fine_and_so_are_other_software_bits() {
        hyp.map(0, 2 * PAGE, MEMORY, 4);

        assertThat(hyp.map(0, 2 * PAGE, MEMORY, 4)).isEqualTo(Outcome.DONE);
        assertThat(hyp.map(0, PAGE, MEMORY, 4 | 1L << 55)).isEqualTo(Outcome.DONE);

        assertThat(leaves())
                .containsExactly(
                        new LeafRun(0, 1, 3, 0xc0_0001_0000_07c3L), new LeafRun(PAGE, 1, 3, 0x40_0001_0000_47c3L));
        assertThat(hyp.maintenance().warnings()).isZero();
        assertThat(hyp.maintenance().invalidations()).isZero();
    }

    @Test
    void another_page_in_the_way_ends_the_map_with_two_warnings() {
        hyp.map(PAGE, PAGE, MEMORY, 4);

        assertThat(hyp.map(0, 3 * PAGE, MEMORY, 6)).isEqualTo(Outcome.INVALID);

        assertThat(leaves())
                .containsExactly(
                        new LeafRun(0, 1, 3, 0x40_0001_0000_0743L), new LeafRun(PAGE, 1, 3, 0x40_0001_0000_07c3L));
        assertThat(hyp.maintenance().warnings()).isEqualTo(2);
    }

    @Test
    void a_block_in_the_way_of_a_page_is_overwritten_and_its_table_never_given_back() {
        hyp.map(0, BLOCK, MEMORY, 4);
        int before = hyp.liveTables();

        assertThat(hyp.map(PAGE, PAGE, MEMORY, 4)).isEqualTo(Outcome.DONE);
        assertThat(hyp.maintenance().warnings()).isOne();
        assertThat(leaves()).containsExactly(new LeafRun(PAGE, 1, 3, 0x40_0001_0000_07c3L));

        assertThat(hyp.unmap(PAGE, PAGE)).isEqualTo(PAGE);
        assertThat(leaves()).isEmpty();
        // The last level's table went; the one above has a reference too many, and so has kept its own.
        assertThat(hyp.liveTables()).isEqualTo(before).isEqualTo(2);
    }

    @Test
    void a_block_in_the_way_of_a_block_is_overwritten_by_memory_one_block_farther_on() {
        hyp.map(0, BLOCK, MEMORY, 4);

        assertThat(hyp.map(0, BLOCK, 3 * MEMORY, 4)).isEqualTo(Outcome.DONE);

        assertThat(hyp.maintenance().warnings()).isEqualTo(2);
        assertThat(leaves()).containsExactly(new LeafRun(0, 2048, 3, 0x40_0000_0000_07c3L | 3 * MEMORY + BLOCK));
    }

    @Test
    void unmapping_ends_at_a_hole_and_at_a_block_beyond_the_range() {
        hyp.map(0, 2 * PAGE, MEMORY, 4);
        hyp.map(3 * PAGE, PAGE, MEMORY, 4);
        hyp.map(BLOCK, BLOCK, MEMORY, 4);

        assertThat(hyp.unmap(0, 4 * PAGE)).isEqualTo(2 * PAGE);
        assertThat(hyp.unmap(BLOCK, BLOCK - PAGE)).isZero();
        assertThat(hyp.unmap(3 * PAGE, BLOCK)).isEqualTo(PAGE);
        assertThat(hyp.unmap(BLOCK, BLOCK)).isEqualTo(BLOCK);
        assertThat(hyp.unmap(1L << 40, PAGE)).isZero();

        assertThat(leaves()).isEmpty();
    }

    @Test
    void tables_are_given_back_when_a_walk_leaves_them_empty() {
        hyp.map(BLOCK - PAGE, 2 * PAGE, MEMORY, 4);
        assertThat(hyp.liveTables()).isEqualTo(4);

        assertThat(hyp.unmap(BLOCK - PAGE, 2 * PAGE)).isEqualTo(2 * PAGE);

        assertThat(hyp.liveTables()).isOne();
        assertThat(hyp.maintenance().invalidations()).isEqualTo(5);
        hyp.destroy();
        assertThat(hyp.tables().pages.memory().usedBytes()).isZero();
    }

    @Test
    void destroying_gives_all_tables_back() {
        hyp.map(BLOCK - PAGE, 2 * BLOCK, MEMORY - PAGE, 4);

        hyp.destroy();

        assertThat(hyp.liveTables()).isZero();
        assertThat(hyp.tables().pages.memory().usedBytes()).isZero();
    }
}
