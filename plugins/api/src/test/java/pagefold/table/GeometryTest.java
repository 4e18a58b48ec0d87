package pagefold.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GeometryTest {

    @Test
    void thirty_two_bits_of_input_have_a_root_of_four_entries() {
        Geometry geometry = Geometry.of(12, 32);

        assertThat(geometry.startLevel()).isEqualTo(1);
        assertThat(geometry.entries(1)).isEqualTo(4);
        assertThat(geometry.levels())
                .containsExactly(
                        new Geometry.Level("PGD", 1, 30, 4, false),
                        new Geometry.Level("P4D", 1, 30, 1, true),
                        new Geometry.Level("PUD", 1, 30, 1, true),
                        new Geometry.Level("PMD", 2, 21, 512, false),
                        new Geometry.Level("PTE", 3, 12, 512, false));
        assertThat(List.of(geometry.genericName(1), geometry.genericName(2), geometry.genericName(3)))
                .containsExactly("PGD", "PMD", "PTE");
        assertThat(geometry.index(0xffff_f000L, 1)).isEqualTo(3);
    }

    @Test
    void bits_above_the_input_size_are_no_part_of_the_first_index() {
        Geometry quarter = Geometry.of(12, 30);

        assertThat(quarter.startLevel()).isEqualTo(2);
        assertThat(quarter.entries(2)).isEqualTo(512);
        assertThat(quarter.index(0xc020_0000L, 2)).isEqualTo(1);
    }

    @Test
    void five_levels_built_in_run_as_four_with_pgd_folded_into_p4d() {
        Geometry geometry = Geometry.of(12, 48, 52);

        assertThat(geometry.isFoldedAtRunTime()).isTrue();
        assertThat(geometry.levels())
                .containsExactly(
                        new Geometry.Level("PGD", 0, 39, 1, true),
                        new Geometry.Level("P4D", 0, 39, 512, false),
                        new Geometry.Level("PUD", 1, 30, 512, false),
                        new Geometry.Level("PMD", 2, 21, 512, false),
                        new Geometry.Level("PTE", 3, 12, 512, false));
        assertThat(geometry.genericName(0)).isEqualTo("P4D");
    }

    @Test
    void four_levels_built_in_run_as_three_with_pgd_and_p4d_folded_into_pud() {
        Geometry geometry = Geometry.of(14, 47, 52);

        assertThat(geometry.isFoldedAtRunTime()).isTrue();
        assertThat(geometry.levels())
                .containsExactly(
                        new Geometry.Level("PGD", 1, 36, 1, true),
                        new Geometry.Level("P4D", 1, 36, 1, true),
                        new Geometry.Level("PUD", 1, 36, 2048, false),
                        new Geometry.Level("PMD", 2, 25, 2048, false),
                        new Geometry.Level("PTE", 3, 14, 2048, false));
    }

    @Test
    void where_no_level_is_saved_the_root_keeps_the_size_that_was_built_in() {
        Geometry geometry = Geometry.of(16, 48, 52);

        assertThat(geometry.isFoldedAtRunTime()).isFalse();
        assertThat(geometry.entries(1)).isEqualTo(1024);
        assertThat(geometry.index(0xffff_0000_0000_0000L, 1)).isEqualTo(960);
        assertThat(geometry.index(0xffff_ffff_ffffL, 1)).isEqualTo(63);
    }
}
