package pagefold.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    /** The table of Linux's stage-2 geometries: granule, IPA size, start level, pages of the start table, its entries. */
    @ParameterizedTest
    @CsvSource({
        "12, 32, 2, 4, 2048", "12, 34, 2, 16, 8192", "12, 36, 1, 1, 64", "12, 39, 1, 1, 512", "12, 40, 1, 2, 1024",
        "12, 42, 1, 8, 4096", "12, 43, 1, 16, 8192", "12, 44, 0, 1, 32", "12, 48, 0, 1, 512", "12, 52, 0, 16, 8192",
        "14, 32, 2, 1, 128", "14, 36, 2, 1, 2048", "14, 40, 2, 16, 32768", "14, 42, 1, 1, 64", "14, 48, 1, 2, 4096",
        "14, 52, 0, 1, 32", "16, 40, 2, 1, 2048", "16, 42, 2, 1, 8192", "16, 44, 2, 4, 32768", "16, 48, 1, 1, 64",
        "16, 52, 1, 1, 1024"
    })
    void a_start_table_may_be_up_to_sixteen_tables_side_by_side(
            int granuleBits, int inputBits, int startLevel, int pages, int entries) {
        Geometry geometry = Geometry.startingAt(granuleBits, inputBits, startLevel);

        assertThat(geometry.rootPages()).isEqualTo(pages);
        assertThat(geometry.entries(startLevel)).isEqualTo(entries);
        assertThat(geometry.index((1L << inputBits) - 1, startLevel)).isEqualTo(entries - 1);
        assertThat(geometry.levels().getFirst().entries()).isEqualTo(entries);
    }

    @Test
    void a_start_level_that_does_not_fit_the_size_is_refused_with_the_sizes_that_do() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Geometry.startingAt(12, 44, 1))
                .withMessage("expected input addresses of 31 to 43 bits for start level 1, but they have 44");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Geometry.startingAt(16, 42, 1))
                .withMessage("expected input addresses of 43 to 52 bits for start level 1, but they have 42");
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
