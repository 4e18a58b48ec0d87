package pagefold.arm64.descriptor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.arm64.descriptor.DescriptorText.Use;
import pagefold.table.Walk.Field;

/** What is said of words: no field overlaps another one, and the common words read as the Arm ARM has them. */
class DescriptorTextTest {

    @ParameterizedTest
    @CsvSource({"12, PA_48", "12, LPA2", "14, PA_48", "14, LPA2", "16, PA_48", "16, LPA_64K"})
    void fields_go_from_high_to_low_without_overlap_and_hold_their_bits(int granuleBits, OutputEncoding encoding) {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        Vmsa64Geometry geometry = Vmsa64Geometry.stage1(granuleBits, 48, encoding);
        for (Use use : Use.values()) {
            for (int i = 0; i < 1000; i++) {
                int level = geometry.startLevel() + random.nextInt(4 - geometry.startLevel());
                long word = random.nextLong();
                int above = 64;
                for (Field field : new DescriptorText(geometry, use).fields(word, level)) {
                    assertThat(field.high()).isLessThan(above).isGreaterThanOrEqualTo(field.low());
                    assertThat(field.value()).isEqualTo(Descriptor.field(word, field.high(), field.low()));
                    above = field.low();
                }
            }
        }
    }

    @Test
    void a_word_is_named_by_what_it_does_at_its_level() {
        DescriptorText text = new DescriptorText(Vmsa64Geometry.stage1(12, 48, OutputEncoding.PA_48), Use.TWO_RANGES);

        assertThat(text.meaning(0, 3)).isEqualTo("invalid");
        assertThat(text.meaning(2, 3)).isEqualTo("invalid, the rest is software's");
        assertThat(text.meaning(0x1003, 0)).isEqualTo("table at 0x0000000000001000");
        assertThat(text.meaning(0x40000701, 1)).isEqualTo("block of 1G at 0x0000000040000000");
        assertThat(text.meaning(0x40000701, 0)).contains("invalid");
        assertThat(text.meaning(0x7703, 3)).isEqualTo("page at 0x0000000000007000");
        assertThat(text.meaning(0x7701, 3)).isEqualTo("reserved, so invalid");
    }

    @Test
    void the_same_bits_have_other_names_in_other_regimes() {
        Vmsa64Geometry geometry = Vmsa64Geometry.stage1(12, 48, OutputEncoding.PA_48);

        assertThat(names(geometry, Use.TWO_RANGES)).contains("UXN", "PXN", "AP[1]", "nG", "AttrIndx");
        assertThat(names(geometry, Use.ONE_RANGE)).contains("XN").doesNotContain("PXN", "AP[1]", "nG");
        assertThat(names(geometry, Use.STAGE_2))
                .contains("XN[1:0]", "S2AP[0]", "MemAttr")
                .doesNotContain("AttrIndx");
    }

    private static List<String> names(Vmsa64Geometry geometry, Use use) {
        return new DescriptorText(geometry, use)
                .fields(0x703, 3).stream().map(Field::name).toList();
    }
}
