package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.table.TableView;

/** All tables with their words at once. */
class TablesWithWordsTest {

    @ParameterizedTest
    @ValueSource(strings = {"4k-48", "4k-39", "4k-52", "16k-47", "16k-36", "64k-42", "64k-48"})
    void all_tables_with_their_words_are_those_that_one_after_the_other_are(String profile) {
        KernelBench bench = new KernelBench(profile);
        AddressRange input = bench.model.inputRange(KernelBench.SPACE);
        long page =
                bench.model.statistics().spaces().getFirst().leaves().getLast().size();
        Attributes attributes = KernelBench.attributes("rw-/---", false, false);
        for (int i = 0; i < 5; i++) {
            bench.run(KernelBench.map(input.start() + i * 0x4001L * page, page * (i + 1), 0x8000_0000L, attributes));
        }

        List<TableView> whole = bench.model.tablesWithWords(KernelBench.SPACE);

        List<TableView> single = bench.model.tables(KernelBench.SPACE).stream()
                .map(table -> Objects.requireNonNull(bench.model.table(table.address())))
                .toList();
        assertThat(whole).hasSizeGreaterThan(2).usingRecursiveComparison().isEqualTo(single);
        assertThat(whole).allSatisfy(table -> assertThat(table.words()).isNotEmpty());
    }
}
