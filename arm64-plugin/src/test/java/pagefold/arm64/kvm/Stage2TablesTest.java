package pagefold.arm64.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.arm64.descriptor.Vmsa64Geometry;

/** The cases of a guest's tables that no record has, or that a record shows only from outside. 16K pages. */
class Stage2TablesTest {
    private static final KvmPolicy POLICY = KvmPolicy.LINUX_5_17;
    private static final Vmsa64Geometry GEOMETRY = KvmGeometry.stage2(14, 36, POLICY);
    private static final long PAGE = 1L << 14;
    private static final long BLOCK = 1L << 25;
    private static final long MEMORY = 1L << 32;
    private static final long ALL = 7;
    private static final long READ_WRITE = 6;

    private final Stage2Tables plain = new Stage2Tables(GEOMETRY, POLICY, false, false, 64 * PAGE);
    private final Stage2Tables forced = new Stage2Tables(GEOMETRY, POLICY, true, false, 64 * PAGE);

    private static List<LeafRun> leaves(Stage2Tables guest) {
        return LeafRun.of(guest.tables());
    }

    @Test
    void a_map_ends_at_the_first_leaf_that_differs_in_permissions_alone() {
        plain.map(PAGE, PAGE, MEMORY + PAGE, READ_WRITE);

        assertThat(plain.map(0, 3 * PAGE, MEMORY, ALL)).isEqualTo(Outcome.AGAIN);

        assertThat(leaves(plain))
                .containsExactly(new LeafRun(0, 1, 3, 0x1_0000_07ffL), new LeafRun(PAGE, 1, 3, 0x40_0001_0000_47ffL));
        assertThat(plain.maintenance().invalidations()).isZero();
        assertThat(plain.map(PAGE, PAGE, MEMORY + PAGE, READ_WRITE)).isEqualTo(Outcome.AGAIN);
    }

    @Test
    void a_change_of_software_bits_is_made_by_break_before_make() {
        plain.map(0, PAGE, MEMORY, ALL);

        assertThat(plain.map(0, PAGE, MEMORY, ALL | 5L << 55)).isEqualTo(Outcome.DONE);

        assertThat(leaves(plain)).containsExactly(new LeafRun(0, 1, 3, 0x280_0001_0000_07ffL));
        assertThat(plain.maintenance().invalidations()).isEqualTo(2);
        assertThat(plain.tables().pages.references(plain.tables().tableAt(rootWord(plain))))
                .isEqualTo(2);
    }

    private static long rootWord(Stage2Tables guest) {
        return guest.memory().load64(guest.root());
    }

    @Test
    void a_block_takes_the_place_of_a_table_after_one_flush_and_all_below_is_given_back() {
        plain.map(PAGE, 5 * PAGE, MEMORY, ALL);
        assertThat(plain.liveTables()).isEqualTo(2);

        assertThat(plain.map(0, BLOCK, MEMORY, READ_WRITE)).isEqualTo(Outcome.DONE);

        assertThat(leaves(plain)).containsExactly(new LeafRun(0, 1, 2, 0x40_0001_0000_07fdL));
        assertThat(plain.liveTables()).isOne();
        assertThat(plain.maintenance().flushes()).isOne();
        assertThat(plain.maintenance().invalidations()).isZero();
    }

    @Test
    void a_table_takes_the_place_of_a_block_and_what_the_range_leaves_out_is_lost() {
        plain.map(0, BLOCK, MEMORY, ALL);

        assertThat(plain.map(PAGE, PAGE, 3 * MEMORY, ALL)).isEqualTo(Outcome.DONE);

        assertThat(leaves(plain)).containsExactly(new LeafRun(PAGE, 1, 3, 0x3_0000_07ffL));
        assertThat(plain.maintenance().invalidations()).isEqualTo(2);
        assertThat(plain.maintenance().flushes()).isZero();
    }

    @Test
    void a_block_is_unmapped_whole_where_the_range_has_a_part_of_it() {
        plain.map(0, 2 * BLOCK, MEMORY, ALL);

        assertThat(plain.unmap(BLOCK - PAGE, PAGE)).isEqualTo(Outcome.DONE);

        assertThat(leaves(plain)).containsExactly(new LeafRun(BLOCK, 1, 2, MEMORY + BLOCK | 0x7fd));
    }

    @Test
    void caches_are_maintained_as_memory_type_permissions_and_write_back_say() {
        plain.map(0, BLOCK, MEMORY, READ_WRITE);
        assertThat(plain.maintenance().cleanedBytes()).isEqualTo(BLOCK);
        assertThat(plain.maintenance().refetchedBytes()).isZero();

        plain.relaxPermissions(PAGE, 1);
        assertThat(plain.maintenance().refetchedBytes()).isEqualTo(BLOCK);
        plain.relaxPermissions(PAGE, 1);
        assertThat(plain.maintenance().refetchedBytes()).isEqualTo(BLOCK);

        plain.map(BLOCK, PAGE, 1 << 20, READ_WRITE | 8);
        plain.flush(0, 2 * BLOCK);
        assertThat(plain.maintenance().cleanedBytes()).isEqualTo(2 * BLOCK);

        plain.unmap(0, 2 * BLOCK);
        assertThat(plain.maintenance().cleanedBytes()).isEqualTo(3 * BLOCK);

        forced.map(0, BLOCK, MEMORY, ALL);
        forced.flush(0, BLOCK);
        forced.unmap(0, BLOCK);
        assertThat(forced.maintenance().cleanedBytes()).isZero();
        assertThat(forced.maintenance().refetchedBytes()).isEqualTo(BLOCK);
    }

    @Test
    void age_is_seen_set_and_cleared_without_any_invalidation() {
        forced.map(0, PAGE, MEMORY, ALL);
        assertThat(forced.isYoung(PAGE - 1)).isTrue();

        assertThat(forced.makeOld(0)).isEqualTo(0x1_0000_07dbL);
        assertThat(forced.isYoung(0)).isFalse();
        assertThat(forced.makeYoung(0)).isEqualTo(0x1_0000_03dbL);
        assertThat(forced.isYoung(0)).isTrue();

        assertThat(forced.isYoung(PAGE)).isFalse();
        assertThat(forced.makeYoung(PAGE)).isZero();
        assertThat(forced.makeYoung(1L << 40)).isZero();
        assertThat(forced.maintenance().invalidations()).isZero();
    }

    @Test
    void relaxing_grants_and_never_takes_away() {
        forced.map(0, PAGE, MEMORY, READ_WRITE);
        forced.writeProtect(0, BLOCK);
        assertThat(leaves(forced)).containsExactly(new LeafRun(0, 1, 3, 0x40_0001_0000_075bL));

        assertThat(forced.relaxPermissions(0, 1)).isEqualTo(Outcome.DONE);
        assertThat(leaves(forced)).containsExactly(new LeafRun(0, 1, 3, 0x1_0000_075bL));
        assertThat(forced.relaxPermissions(0, 2)).isEqualTo(Outcome.DONE);
        assertThat(leaves(forced)).containsExactly(new LeafRun(0, 1, 3, 0x1_0000_07dbL));

        assertThat(forced.relaxPermissions(0, 1L << 55)).isEqualTo(Outcome.INVALID);
        assertThat(forced.relaxPermissions(1L << 40, 1)).isEqualTo(Outcome.OUT_OF_RANGE);
        assertThat(forced.maintenance().invalidations()).isEqualTo(4);
    }

    @Test
    void owners_are_noted_page_by_page_and_forgotten_by_unmapping() {
        plain.map(0, BLOCK, MEMORY, ALL);

        assertThat(plain.setOwner(0, 2 * PAGE, 1)).isEqualTo(Outcome.DONE);
        assertThat(leaves(plain)).containsExactly(new LeafRun(0, 2, 3, 4));
        assertThat(plain.maintenance().invalidations()).isEqualTo(2);

        assertThat(plain.setOwner(PAGE, PAGE, 0)).isEqualTo(Outcome.DONE);
        assertThat(plain.setOwner(0, PAGE, 255)).isEqualTo(Outcome.DONE);
        assertThat(leaves(plain)).containsExactly(new LeafRun(0, 1, 3, 255 << 2));
        assertThat(plain.setOwner(0, PAGE, 256)).isEqualTo(Outcome.INVALID);
        assertThat(plain.setOwner(0, PAGE, -1)).isEqualTo(Outcome.INVALID);

        assertThat(plain.unmap(0, BLOCK)).isEqualTo(Outcome.DONE);
        assertThat(leaves(plain)).isEmpty();
        assertThat(plain.liveTables()).isOne();
        // The table that went was valid, the annotation was not.
        assertThat(plain.maintenance().invalidations()).isEqualTo(4);
    }

    @Test
    void memory_takes_the_place_of_an_annotation_without_any_invalidation() {
        plain.setOwner(0, PAGE, 1);

        assertThat(plain.map(0, PAGE, MEMORY, ALL)).isEqualTo(Outcome.DONE);

        assertThat(leaves(plain)).containsExactly(new LeafRun(0, 1, 3, 0x1_0000_07ffL));
        assertThat(plain.maintenance().invalidations()).isZero();
    }

    @Test
    void device_memory_is_never_executable() {
        assertThat(plain.map(0, PAGE, 0, 9)).isEqualTo(Outcome.INVALID);
        assertThat(plain.map(0, PAGE, 0, READ_WRITE | 8)).isEqualTo(Outcome.DONE);

        assertThat(leaves(plain)).containsExactly(new LeafRun(0, 1, 3, 0x40_0000_0000_07c7L));
    }

    @Test
    void without_memory_for_a_table_a_map_ends_and_keeps_what_it_has_mapped() {
        Stage2Tables small = new Stage2Tables(GEOMETRY, POLICY, true, true, 2 * PAGE);

        assertThat(small.map(BLOCK - PAGE, 2 * PAGE, MEMORY, ALL)).isEqualTo(Outcome.NO_MEMORY);

        assertThat(leaves(small)).containsExactly(new LeafRun(BLOCK - PAGE, 1, 3, 0x1_0000_07dbL));
        assertThat(small.liveTables()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1L << 13})
    void a_range_begins_at_its_page_and_ends_after_its_last_one(long offset) {
        plain.map(offset, PAGE, MEMORY + offset, ALL);

        assertThat(leaves(plain)).containsExactly(new LeafRun(0, 1, 3, 0x1_0000_07ffL));
    }

    @Test
    void ranges_end_within_the_input_addresses() {
        long limit = 1L << 36;
        assertThat(plain.map(limit - PAGE, PAGE, MEMORY, ALL)).isEqualTo(Outcome.DONE);
        assertThat(plain.map(limit, PAGE, MEMORY, ALL)).isEqualTo(Outcome.OUT_OF_RANGE);
        assertThat(plain.map(limit + PAGE, -PAGE, MEMORY, ALL)).isEqualTo(Outcome.OUT_OF_RANGE);
        assertThat(plain.unmap(limit, 0)).isEqualTo(Outcome.DONE);
        assertThat(plain.unmap(PAGE, -PAGE)).isEqualTo(Outcome.DONE);
        assertThat(plain.unmap(-PAGE, PAGE)).isEqualTo(Outcome.OUT_OF_RANGE);
        assertThat(plain.writeProtect(0, limit + 1)).isEqualTo(Outcome.OUT_OF_RANGE);
        assertThat(leaves(plain)).hasSize(1);
    }
}
