package pagefold.arm64.walk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.model.MemoryType;

/** Memory types of two stages together: Arm ARM D8.6.6, by cases written out and by laws over all pairs. */
class MemoryAttributeTest {
    private static final int[] FIRST = {
        0x00, 0x04, 0x08, 0x0c, 0x44, 0xaa, 0xbb, 0xff, 0xee, 0xdd, 0x77, 0x33, 0x4f, 0xf4, 0xf0
    };

    @ParameterizedTest
    @CsvSource({
        "0x00, 15, 0x00", "0x0c, 5, 0x0c", "0x0c, 0, 0x00", "0x04, 3, 0x04", "0xff, 1, 0x04", "0xff, 3, 0x0c",
        "0xff, 15, 0xff", "0xff, 5, 0x44", "0xff, 10, 0xbb", "0xbb, 15, 0xbb", "0x77, 10, 0x33", "0x44, 15, 0x44",
        "0xf4, 15, 0xf4", "0xf0, 15, 0xf0", "0xf0, 10, 0xbb", "0xff, 13, 0xf4", "0x08, 5, 0x08"
    })
    void two_types_become_the_weaker_one(String first, int second, String combined) {
        assertThat(MemoryAttribute.combine(Integer.decode(first), second)).isEqualTo(Integer.decode(combined));
    }

    @ParameterizedTest
    @CsvSource({
        "0x00, 7, 0x00",
        "0xff, 7, 0xff",
        "0xbb, 6, 0xff",
        "0x33, 6, 0x77",
        "0x44, 6, 0xff",
        "0x0c, 6, 0xff",
        "0xff, 5, 0x44",
        "0x04, 5, 0x04",
        "0xff, 1, 0x04",
        "0x0c, 1, 0x04",
        "0x00, 1, 0x00"
    })
    void stage_2_forces_a_type_where_it_may(String first, int second, String combined) {
        assertThat(MemoryAttribute.combineForced(Integer.decode(first), second)).isEqualTo(Integer.decode(combined));
    }

    @Test
    void a_device_of_either_stage_stays_one() {
        for (int first : FIRST) {
            for (int second = 0; second < 16; second++) {
                boolean device = MemoryAttribute.isDevice(first) || second < 4;
                assertThat(MemoryAttribute.isDevice(MemoryAttribute.combine(first, second)))
                        .isEqualTo(device);
            }
        }
    }

    @Test
    void write_back_at_stage_2_changes_nothing() {
        for (int first : FIRST) {
            assertThat(MemoryAttribute.combine(first, 15)).isEqualTo(first);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0x00, DEVICE_NGNRNE",
        "0x04, DEVICE_NGNRE",
        "0x08, DEVICE_NGRE",
        "0x0c, DEVICE_GRE",
        "0x44, NORMAL_NC",
        "0xbb, NORMAL_WT",
        "0xff, NORMAL_WB",
        "0xf0, NORMAL_TAGGED",
        "0xf4, NORMAL_NC",
        "0x33, NORMAL_WT",
        "0x77, NORMAL_WB"
    })
    void a_mair_byte_has_a_type(String attribute, MemoryType type) {
        assertThat(MemoryAttribute.type(Integer.decode(attribute))).isEqualTo(type);
    }

    @Test
    void the_wider_shareability_wins_and_devices_are_outer_shareable() {
        int[][] table = {{0, 0, 2, 3}, {0, 0, 2, 3}, {2, 2, 2, 2}, {3, 3, 2, 3}};
        for (int first = 0; first < 4; first++) {
            for (int second = 0; second < 4; second++) {
                assertThat(MemoryAttribute.combinedShareability(first, second)).isEqualTo(table[first][second]);
            }
        }
        assertThat(MemoryAttribute.shareability(0x04, 0)).isEqualTo(2);
        assertThat(MemoryAttribute.shareability(0x44, 3)).isEqualTo(2);
        assertThat(MemoryAttribute.shareability(0xff, 3)).isEqualTo(3);
    }
}
