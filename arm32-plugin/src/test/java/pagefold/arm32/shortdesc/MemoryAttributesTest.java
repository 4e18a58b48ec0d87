package pagefold.arm32.shortdesc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.arm32.shortdesc.MemoryAttributes.Kind;
import pagefold.arm32.shortdesc.MemoryAttributes.Memory;
import pagefold.model.Shareability;
import pagefold.testkit.Seed;

/** TEX, C and B against the manual's tables (Arm ARM G5.7.2, G5.7.3). */
class MemoryAttributesTest {
    private static final String CODES = "NC WBWA WT WB";

    /** The manual's table without remap; the outer attribute first, shareable where S or the kind says so. */
    @ParameterizedTest
    @CsvSource({
        "000,00,STRONGLY_ORDERED,NC,NC",
        "000,01,DEVICE,NC,NC",
        "000,10,NORMAL,WT,WT",
        "000,11,NORMAL,WB,WB",
        "001,00,NORMAL,NC,NC",
        "001,11,NORMAL,WBWA,WBWA",
        "010,00,DEVICE,NC,NC",
        "100,00,NORMAL,NC,NC",
        "100,01,NORMAL,NC,WBWA",
        "101,10,NORMAL,WBWA,WT",
        "110,11,NORMAL,WT,WB",
        "111,00,NORMAL,WB,NC",
        "111,11,NORMAL,WB,WB"
    })
    void without_remap_the_bits_mean_what_the_table_says(String tex, String cb, Kind kind, String outer, String inner) {
        int texCb = Integer.parseInt(tex + cb, 2);

        Memory memory = MemoryAttributes.direct(true).of(texCb, true);

        assertThat(memory.kind()).isEqualTo(kind);
        assertThat(code(memory.outer())).isEqualTo(outer);
        assertThat(code(memory.inner())).isEqualTo(inner);
        assertThat(memory.shareability()).isEqualTo(Shareability.OUTER_SHAREABLE);
    }

    private static String code(int code) {
        return CODES.split(" ")[code];
    }

    @Test
    void without_remap_s_decides_for_cached_memory_and_the_kind_for_all_other() {
        for (int texCb : new int[] {0b000_10, 0b000_11, 0b001_11, 0b101_01, 0b100_01}) {
            assertThat(MemoryAttributes.direct(true).of(texCb, false).shareability())
                    .isEqualTo(Shareability.NON_SHAREABLE);
        }
        for (int texCb : new int[] {0b000_00, 0b000_01, 0b010_00, 0b001_00, 0b100_00}) {
            assertThat(MemoryAttributes.direct(true).of(texCb, false).shareability())
                    .isEqualTo(Shareability.OUTER_SHAREABLE);
        }
        // Armv7 has Device memory that is not shareable, and Normal memory by S alone.
        assertThat(MemoryAttributes.direct(false).of(0b010_00, true).shareability())
                .isEqualTo(Shareability.NON_SHAREABLE);
        assertThat(MemoryAttributes.direct(false).of(0b001_00, false).shareability())
                .isEqualTo(Shareability.NON_SHAREABLE);
    }

    /** Linux 6.12's registers, and what it calls the eight encodings. */
    @Test
    void linux_registers_give_linux_types() {
        MemoryAttributes linux = MemoryAttributes.remapped(0xff0a_81a8L, 0x40e0_40e0L, false);

        List<String> found = new ArrayList<>();
        for (int n = 0; n < 8; n++) {
            Memory memory = linux.of(n, true);
            found.add(memory.type().text() + " " + code(memory.outer()) + " " + code(memory.inner()) + " "
                    + memory.shareability());
        }

        assertThat(found)
                .containsExactly(
                        "device-nGnRnE NC NC OUTER_SHAREABLE",
                        "normal-nc NC NC INNER_SHAREABLE",
                        "normal-wt WT WT INNER_SHAREABLE",
                        "normal-wb WB WB INNER_SHAREABLE",
                        "device-nGnRE NC NC INNER_SHAREABLE",
                        "device-nGnRnE NC NC OUTER_SHAREABLE",
                        "device-nGnRnE NC NC OUTER_SHAREABLE",
                        "normal-wb WBWA WBWA INNER_SHAREABLE");
    }

    /** Random registers, each field taken out bit by bit. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void with_remap_every_field_of_prrr_and_nmrr_counts(boolean hasArmv8) {
        Random random = new Random(Seed.of(getClass().getSimpleName()));
        for (int round = 0; round < 2000; round++) {
            long prrr = random.nextLong() & 0xffff_ffffL;
            long nmrr = random.nextLong() & 0xffff_ffffL;
            int n = random.nextInt(8);
            int software = random.nextInt(4) << 3;
            boolean isShareable = random.nextBoolean();

            Memory memory = MemoryAttributes.remapped(prrr, nmrr, hasArmv8).of(software | n, isShareable);

            assertThat(memory)
                    .as("PRRR %x NMRR %x n %d S %s", prrr, nmrr, n, isShareable)
                    .isEqualTo(expected(prrr, nmrr, n, isShareable, hasArmv8));
        }
    }

    private static Memory expected(long prrr, long nmrr, int n, boolean isShareable, boolean hasArmv8) {
        int type = bit(prrr, 2 * n + 1) << 1 | bit(prrr, 2 * n);
        boolean outerDomain = bit(prrr, 24 + n) == 0;
        Shareability domain = outerDomain ? Shareability.OUTER_SHAREABLE : Shareability.INNER_SHAREABLE;
        if (type == 0) {
            return new Memory(Kind.STRONGLY_ORDERED, 0, 0, Shareability.OUTER_SHAREABLE);
        }
        if (type == 1) {
            boolean isShared = bit(prrr, isShareable ? 17 : 16) == 1;
            Shareability old = isShared ? domain : Shareability.NON_SHAREABLE;
            return new Memory(Kind.DEVICE, 0, 0, hasArmv8 ? Shareability.OUTER_SHAREABLE : old);
        }
        int inner = bit(nmrr, 2 * n + 1) << 1 | bit(nmrr, 2 * n);
        int outer = bit(nmrr, 2 * n + 17) << 1 | bit(nmrr, 2 * n + 16);
        boolean isShared = bit(prrr, isShareable ? 19 : 18) == 1;
        if (hasArmv8 && inner == 0 && outer == 0) {
            return new Memory(Kind.NORMAL, 0, 0, Shareability.OUTER_SHAREABLE);
        }
        return new Memory(Kind.NORMAL, inner, outer, isShared ? domain : Shareability.NON_SHAREABLE);
    }

    private static int bit(long word, int position) {
        return (int) (word >>> position) & 1;
    }
}
