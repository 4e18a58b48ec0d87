package pagefold.arm64.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shapes of tables against Arm ARM D8.2, tables D8-11 to D8-13 as text. */
class Vmsa64GeometryTest {

    @ParameterizedTest
    @CsvSource({
        "12, -1, 49, 52",
        "12, 0, 40, 48",
        "12, 1, 31, 39",
        "12, 2, 22, 30",
        "12, 3, 16, 21",
        "14, 0, 48, 52",
        "14, 1, 37, 47",
        "14, 2, 26, 36",
        "14, 3, 16, 25",
        "16, 1, 43, 52",
        "16, 2, 30, 42",
        "16, 3, 17, 29"
    })
    void the_size_of_an_address_tells_the_start_level(int granuleBits, int level, int least, int most) {
        for (int inputBits = least; inputBits <= most; inputBits++) {
            assertThat(Vmsa64Geometry.startLevel(granuleBits, inputBits)).isEqualTo(level);
        }
    }

    static List<Vmsa64Geometry> all() {
        List<Vmsa64Geometry> all = new ArrayList<>();
        for (int granuleBits = 12; granuleBits <= 16; granuleBits += 2) {
            for (int inputBits = granuleBits + 1; inputBits <= 52; inputBits++) {
                all.add(Vmsa64Geometry.stage1(granuleBits, inputBits, OutputEncoding.PA_48));
            }
        }
        return all;
    }

    @Test
    void every_bit_of_an_address_is_decoded_by_exactly_one_level() {
        for (Vmsa64Geometry geometry : all()) {
            for (int bit = 0; bit < geometry.inputBits(); bit++) {
                int decoded = bit < geometry.granuleBits() ? 1 : 0;
                for (int level = geometry.startLevel(); level <= 3; level++) {
                    decoded += geometry.index(1L << bit, level) == 0 ? 0 : 1;
                }
                assertThat(decoded).as("%s bit %s", geometry, bit).isEqualTo(1);
            }
        }
    }

    @Test
    void the_entries_of_all_levels_make_up_the_whole_input() {
        for (Vmsa64Geometry geometry : all()) {
            int bits = geometry.granuleBits();
            for (int level = geometry.startLevel(); level <= 3; level++) {
                bits += Integer.numberOfTrailingZeros(geometry.entries(level));
            }
            assertThat(bits).isEqualTo(geometry.inputBits());
            assertThat(geometry.rootBytes()).isBetween(8L * 2, 1L << geometry.granuleBits());
        }
    }

    @ParameterizedTest
    @CsvSource({"12, PA_48, 12", "12, LPA2, 012", "14, PA_48, 2", "14, LPA2, 12", "16, PA_48, 2", "16, LPA_64K, 12"})
    void blocks_are_allowed_where_the_architecture_has_them(int granuleBits, OutputEncoding encoding, String levels) {
        Vmsa64Geometry geometry = Vmsa64Geometry.stage1(granuleBits, 48, encoding);
        for (int level = -1; level < 3; level++) {
            assertThat(geometry.allowsBlock(level)).isEqualTo(levels.contains(Integer.toString(level)));
        }
    }

    @ParameterizedTest
    @CsvSource({"12, 1, 16", "12, 2, 16", "12, 3, 16", "14, 2, 32", "14, 3, 128", "16, 2, 32", "16, 3, 32", "16, 1, 1"})
    void contiguous_runs_have_the_architectures_lengths(int granuleBits, int level, int entries) {
        assertThat(Vmsa64Geometry.stage1(granuleBits, 48, OutputEncoding.PA_48).contiguousEntries(level))
                .isEqualTo(entries);
    }

    @Test
    void a_stage_2_root_may_be_sixteen_tables_but_not_more() {
        assertThat(new Vmsa64Geometry(12, 43, 1, OutputEncoding.PA_48).entries(1))
                .isEqualTo(16 * 512);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Vmsa64Geometry(12, 44, 1, OutputEncoding.PA_48))
                .withMessageContaining("31 to 43 bits");
    }

    @ParameterizedTest
    @CsvSource({"PA_48, 12, 48", "LPA2, 12, 52", "LPA2, 14, 52", "LPA_64K, 16, 52", "PA_48, 16, 48"})
    void every_address_bit_survives_its_encoding(OutputEncoding encoding, int low, int bits) {
        for (int bit = low; bit < bits; bit++) {
            long word = encoding.encode(1L << bit);
            assertThat(encoding.decode(word, low)).isEqualTo(1L << bit);
            assertThat(word & ~encoding.mask(low)).isZero();
        }
        assertThat(encoding.decode(-1L, low)).isEqualTo(Descriptor.bits(bits - 1, low));
    }
}
