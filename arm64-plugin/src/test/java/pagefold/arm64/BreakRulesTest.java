package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.CONTIGUOUS;
import static pagefold.arm64.descriptor.Descriptor.NG;
import static pagefold.arm64.descriptor.Descriptor.bit;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.SpaceKind;
import pagefold.table.TableFormat;
import pagefold.table.TranslationRegime;

/**
 * Which bits of a live page may change without a break: every single bit, against the list of the Arm ARM (D8.16.1),
 * which names address, memory type, cacheability, shareability, contiguity, and global after not global. Case 65 of the
 * list in {@code CornerCasesTest}; of two read-only pages with the same content we do not know that they have it, so a
 * new address always needs a break.
 */
class BreakRulesTest {
    private static final int PAGE = 3;
    /** AttrIndx 2, not global, accessed: none of the exceptions for memory with tags. */
    private static final long STAGE_1 = 0x1234_5678_9000L | 2 << 2 | NG | AF | 3;

    private static TableFormat format(SpaceKind kind) {
        TranslationRegime regime =
                Arm64Plugin.setup("4k-48", Coarsening.REJECT).regimes().get(kind);
        assertThat(regime).isNotNull();
        return regime.format();
    }

    private static Set<Integer> breaking(SpaceKind kind, long word) {
        TableFormat format = format(kind);
        return IntStream.range(2, 64)
                .filter(number -> format.needsBreak(word, word ^ bit(number), PAGE))
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<Integer> bits(int... numbers) {
        return IntStream.of(numbers).boxed().collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<Integer> withAddress(int... others) {
        Set<Integer> all = IntStream.rangeClosed(12, 49).boxed().collect(Collectors.toCollection(TreeSet::new));
        all.addAll(bits(others));
        return all;
    }

    @ParameterizedTest
    @EnumSource(
            value = SpaceKind.class,
            names = {"USER", "KERNEL"})
    void case_65_of_two_ranges_type_shareability_address_contiguity_and_global_after_not_global(SpaceKind kind) {
        Set<Integer> madeGlobal = breaking(kind, STAGE_1);
        Set<Integer> madeNotGlobal = breaking(kind, STAGE_1 & ~NG);

        // PBHA, bits 62 to 59, are no part of what these tables say: a change there is treated as one.
        assertThat(madeGlobal).isEqualTo(withAddress(2, 3, 4, 5, 8, 9, 11, 52, 59, 60, 61, 62));
        assertThat(madeNotGlobal).isEqualTo(withAddress(2, 3, 4, 5, 8, 9, 52, 59, 60, 61, 62));
    }

    @Test
    void case_65_of_one_range_there_are_no_global_pages() {
        Set<Integer> breaking = breaking(SpaceKind.HYP, STAGE_1 & ~NG);

        assertThat(breaking).contains(2, 3, 4, 8, 9, 52).containsAll(withAddress());
        assertThat(breaking).doesNotContain(7, 10, 50, 51, 54, 55, 56, 57, 58);
    }

    @Test
    void case_65_of_stage_2_memory_attributes_count_and_rights_do_not() {
        Set<Integer> breaking = breaking(SpaceKind.STAGE2, 0x1234_5678_9000L | 0xf << 2 | AF | 3);

        assertThat(breaking).contains(2, 3, 4, 5, 8, 9, 52).containsAll(withAddress());
        assertThat(breaking).doesNotContain(6, 7, 10, 51, 53, 54, 55, 56, 57, 58);
    }

    @Test
    void inside_a_run_only_what_hardware_and_its_software_keep_for_each_page_may_differ() {
        Set<Integer> breaking = breaking(SpaceKind.USER, STAGE_1 | CONTIGUOUS);

        assertThat(breaking).contains(2, 8, 11, 53, 54, 6, 50);
        // Without the mark it is no member of a run, and that is a change of contiguity.
        assertThat(breaking).contains(52);
        assertThat(breaking).doesNotContain(7, 10, 51, 55);
    }
}
