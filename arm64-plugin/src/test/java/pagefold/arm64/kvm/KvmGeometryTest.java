package pagefold.arm64.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;

/** The shapes of KVM's tables, over every granule and every size. */
class KvmGeometryTest {
    private static final KvmPolicy POLICY = KvmPolicy.LINUX_5_17;

    @ParameterizedTest
    @CsvSource({
        "12, 32, 2, 4, 802d3520", // as recorded
        "12, 34, 2, 16, 802d351e",
        "12, 36, 1, 1, 802d355c", // as recorded
        "12, 39, 1, 1, 802d3559",
        "12, 40, 1, 2, 802d3558", // as recorded
        "12, 42, 1, 8, 802d3556", // as recorded
        "12, 43, 1, 16, 802d3555",
        "12, 44, 0, 1, 802d3594", // as recorded
        "12, 48, 0, 1, 802d3590", // as recorded
        "14, 32, 2, 1, 802db560",
        "14, 36, 2, 1, 802db55c",
        "14, 40, 2, 16, 802db558",
        "14, 42, 1, 1, 802db596",
        "14, 44, 1, 1, 802db594",
        "14, 48, 1, 2, 802db590",
        "16, 32, 2, 1, 802d7560", // as recorded
        "16, 36, 2, 1, 802d755c", // as recorded
        "16, 40, 2, 1, 802d7558", // as recorded
        "16, 42, 2, 1, 802d7556", // as recorded
        "16, 44, 2, 4, 802d7554", // as recorded
        "16, 48, 1, 1, 802d7590", // as recorded
    })
    void a_guest_has_the_start_level_root_and_vtcr_of_linux(
            int granuleBits, int inputBits, int startLevel, int rootPages, String vtcr) {
        Vmsa64Geometry geometry = KvmGeometry.stage2(granuleBits, inputBits, POLICY);

        assertThat(geometry.startLevel()).isEqualTo(startLevel);
        assertThat(geometry.shape().rootPages()).isEqualTo(rootPages);
        assertThat(Long.toHexString(KvmGeometry.vtcr(geometry, POLICY))).isEqualTo(vtcr);
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 14, 16})
    void a_guest_has_the_fewest_levels_that_sixteen_concatenated_tables_allow_but_two(int granuleBits) {
        int stride = granuleBits - 3;
        for (int bits = 32; bits <= 48; bits++) {
            Vmsa64Geometry geometry = KvmGeometry.stage2(granuleBits, bits, POLICY);
            int levels = 4 - geometry.startLevel();

            assertThat(levels).isGreaterThanOrEqualTo(2);
            assertThat(granuleBits + levels * stride + 4).isGreaterThanOrEqualTo(bits);
            if (levels > 2) {
                assertThat(granuleBits + (levels - 1) * stride + 4).isLessThan(bits);
            }
            long reach = (long) geometry.entries(geometry.startLevel()) << geometry.shift(geometry.startLevel());
            assertThat(reach).isEqualTo(1L << bits);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 14, 16})
    void vtcr_says_the_geometry(int granuleBits) {
        for (int bits = 32; bits <= 48; bits++) {
            Vmsa64Geometry geometry = KvmGeometry.stage2(granuleBits, bits, POLICY);
            long vtcr = KvmGeometry.vtcr(geometry, POLICY);

            assertThat(fromVtcr(vtcr)).isEqualTo(geometry);
        }
    }

    /** Arm ARM, VTCR_EL2: T0SZ, TG0, SL0. */
    static Vmsa64Geometry fromVtcr(long vtcr) {
        int granuleBits = switch ((int) (vtcr >>> 14) & 3) {
            case 0 -> 12;
            case 1 -> 16;
            case 2 -> 14;
            default -> throw new AssertionError("reserved");
        };
        int base = granuleBits == 12 ? 2 : 3;
        int inputBits = 64 - ((int) vtcr & 63);
        return new Vmsa64Geometry(granuleBits, inputBits, base - ((int) (vtcr >>> 6) & 3), OutputEncoding.PA_48);
    }

    @ParameterizedTest
    @CsvSource({"12, 39, 1", "12, 48, 0", "14, 36, 2", "14, 39, 1", "14, 47, 1", "14, 48, 0", "16, 39, 2", "16, 48, 1"})
    void the_hypervisor_starts_where_the_size_of_its_addresses_says(int granuleBits, int inputBits, int startLevel) {
        Vmsa64Geometry geometry = KvmGeometry.hyp(granuleBits, inputBits);

        assertThat(geometry.startLevel()).isEqualTo(startLevel);
        assertThat(geometry.shape().rootPages()).isOne();
    }

    @Test
    void sizes_that_kvm_does_not_have_are_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> KvmGeometry.stage2(12, 31, POLICY));
        assertThatIllegalArgumentException().isThrownBy(() -> KvmGeometry.stage2(16, 49, POLICY));
        assertThatIllegalArgumentException().isThrownBy(() -> KvmGeometry.stage2(13, 40, POLICY));
        assertThatIllegalArgumentException().isThrownBy(() -> KvmGeometry.hyp(12, 24));
        assertThatIllegalArgumentException().isThrownBy(() -> KvmGeometry.hyp(12, 49));
        assertThatIllegalArgumentException().isThrownBy(() -> KvmGeometry.hyp(15, 48));
    }
}
