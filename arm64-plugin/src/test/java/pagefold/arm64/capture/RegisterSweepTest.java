package pagefold.arm64.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.arm64.walk.SparseMemory;
import pagefold.spi.Capture;

/**
 * Every size of an input address, with every granule, at both stages: where the walk starts, or that it may not.
 *
 * <p>The first word of the root points beyond 4 GB, which IPS and PS forbid, so that the fault tells the start level: an
 * Address size fault. Registers that mean no tables give a Translation fault of level 0.
 */
class RegisterSweepTest {
    private static final long ROOT = 0x8000_0000L;
    private static final long BEYOND = 1L << 40 | 0x403;
    private static final int TRANSLATION_0 = 0x04;

    /** Which granules a start level has which sizes with: granule code, level, least and most bits. */
    private static final int[][] STAGE_1 = {
        {12, -1, 49, 52},
        {12, 0, 40, 48},
        {12, 1, 31, 39},
        {12, 2, 22, 30},
        {12, 3, 16, 21},
        {14, 0, 48, 52},
        {14, 1, 37, 47},
        {14, 2, 26, 36},
        {14, 3, 16, 25},
        {16, 1, 43, 52},
        {16, 2, 30, 42},
        {16, 3, 17, 29}
    };

    private static final int[][] STAGE_2 = {
        {12, -1, 49, 52},
        {12, 0, 40, 52},
        {12, 1, 31, 43},
        {12, 2, 22, 34},
        {12, 3, 16, 25},
        {14, 0, 48, 52},
        {14, 1, 37, 51},
        {14, 2, 26, 40},
        {14, 3, 16, 29},
        {16, 1, 43, 52},
        {16, 2, 30, 46},
        {16, 3, 17, 33}
    };

    private static Arm64Machine machine(String cpu, Map<String, Long> registers) {
        return new Arm64Machine(new Capture(cpu, registers, Map.of(), new SparseMemory().store(ROOT, BEYOND)));
    }

    private static int status(long par) {
        return (int) (par >>> 1) & 0x3f;
    }

    private static int addressSize(int level) {
        return level < 0 ? 0x29 : level;
    }

    private static int lowerCode(int granuleBits) {
        return granuleBits == 12 ? 0 : granuleBits == 16 ? 1 : 2;
    }

    private static int upperCode(int granuleBits) {
        return granuleBits == 12 ? 2 : granuleBits == 16 ? 3 : 1;
    }

    @ParameterizedTest
    @CsvSource({"max, true", "max, false", "cortex-a76, true"})
    void stage_1_starts_where_the_table_says_for_both_ranges(String cpu, boolean ds) {
        List<String> wrong = new ArrayList<>();
        for (int granuleBits = 12; granuleBits <= 16; granuleBits += 2) {
            for (int size = 0; size < 64; size++) {
                int expected = stage1(cpu.equals("max"), ds, granuleBits, 64 - size);
                long tcr = size
                        | (long) size << 16
                        | (long) lowerCode(granuleBits) << 14
                        | (long) upperCode(granuleBits) << 30
                        | (ds ? 1L << 59 : 0);
                Arm64Machine machine =
                        machine(cpu, Map.of("TCR_EL1", tcr, "TTBR0_EL1", ROOT, "TTBR1_EL1", ROOT, "MAIR_EL1", 0xffL));
                int lower = status(machine.addressTranslation("s1e1r", 0));
                int upper = status(machine.addressTranslation("s1e1r", -1L << 64 - size));
                if (lower != expected || size >= 12 && size < 49 && upper != expected) {
                    wrong.add(granuleBits + " " + size + ": expected " + expected + ", but " + lower + " " + upper);
                }
            }
        }

        assertThat(wrong).isEmpty();
    }

    private static int stage1(boolean max, boolean ds, int granuleBits, int inputBits) {
        boolean wide = max && (granuleBits == 16 || ds);
        if (inputBits > (wide ? 52 : 48) || inputBits < (max ? 16 : 25)) {
            return TRANSLATION_0;
        }
        for (int[] row : STAGE_1) {
            if (row[0] == granuleBits && row[2] <= inputBits && inputBits <= row[3]) {
                return addressSize(row[1]);
            }
        }
        return TRANSLATION_0;
    }

    @ParameterizedTest
    @CsvSource({"max, 52, true", "max, 52, false", "neoverse-n1, 48, false", "cortex-a76, 40, false"})
    void stage_2_starts_where_its_registers_say_if_they_agree(String cpu, int physicalBits, boolean ds) {
        List<String> wrong = new ArrayList<>();
        for (int granuleBits = 12; granuleBits <= 16; granuleBits += 2) {
            for (int code = 0; code < 8; code++) {
                for (int size = 0; size < 64; size++) {
                    int expected = stage2(physicalBits, ds, granuleBits, code, 64 - size);
                    long vtcr = size
                            | (long) (code & 3) << 6
                            | (long) (code >> 2) << 33
                            | (long) lowerCode(granuleBits) << 14
                            | (ds ? 1L << 32 : 0);
                    Map<String, Long> registers = Map.of("VTCR_EL2", vtcr, "VTTBR_EL2", ROOT, "HCR_EL2", 0x8000_0001L);
                    int found = status(machine(cpu, registers).addressTranslation("s12e1r", 0));
                    if (found != expected) {
                        wrong.add(granuleBits + " SL " + code + " T0SZ " + size + ": " + expected + " " + found);
                    }
                }
            }
        }

        assertThat(wrong).isEmpty();
    }

    private static int stage2(int physicalBits, boolean ds, int granuleBits, int code, int inputBits) {
        boolean max = physicalBits == 52;
        int cap = granuleBits == 16 || ds ? 52 : 48;
        if (inputBits > Math.min(physicalBits, cap) || inputBits < (max ? 16 : 25)) {
            return TRANSLATION_0;
        }
        int level = stage2Level(physicalBits, ds, granuleBits, code);
        for (int[] row : STAGE_2) {
            if (row[0] == granuleBits && row[1] == level && row[2] <= inputBits && inputBits <= row[3]) {
                return addressSize(level);
            }
        }
        return TRANSLATION_0;
    }

    /** The start level that SL0 (and SL2 above it) stand for; 9: none. */
    private static int stage2Level(int physicalBits, boolean ds, int granuleBits, int code) {
        boolean max = physicalBits == 52;
        return switch (granuleBits) {
            case 12 -> {
                int effective = ds ? code : code & 3;
                int[] levels = {2, 1, physicalBits < 44 ? 9 : 0, max ? 3 : 9, -1, 9, 9, 9};
                yield levels[effective];
            }
            case 14 -> new int[] {3, 2, physicalBits < 42 ? 9 : 1, ds ? 0 : 9}[code & 3];
            default -> new int[] {3, 2, physicalBits < 44 ? 9 : 1, 9}[code & 3];
        };
    }

    @Test
    void el2_and_el3_have_their_fields_in_other_places() {
        Map<String, Long> registers = new HashMap<>();
        for (String level : List.of("EL2", "EL3")) {
            // 48 bits of input, PS = 40 bits: the word points to 1 TB, which is beyond.
            registers.put("TCR_" + level, 16L | 2L << 16);
            registers.put("TTBR0_" + level, ROOT);
            registers.put("MAIR_" + level, 0xffL);
        }

        assertThat(status(machine("max", registers).addressTranslation("s1e2r", 0)))
                .isZero();
        assertThat(status(machine("max", registers).addressTranslation("s1e3w", 0)))
                .isZero();
        assertThat(status(machine("max", registers).addressTranslation("s1e2r", 1L << 55)))
                .isEqualTo(TRANSLATION_0);
    }

    @Test
    void a_granule_that_is_not_implemented_is_the_smallest_one_that_is() {
        Map<String, Long> sixteen = Map.of("TCR_EL1", 25L | 2L << 14, "TTBR0_EL1", ROOT, "MAIR_EL1", 0xffL);

        assertThat(status(machine("cortex-a57", sixteen).addressTranslation("s1e1r", 0)))
                .isEqualTo(addressSize(1));
    }

    @Test
    void what_cannot_be_answered_is_said() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> machine("max", Map.of()).addressTranslation("s1e2r", 0))
                .withMessageContaining("TCR_EL2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> machine("max", Map.of()).addressTranslation("s1e7r", 0))
                .withMessageContaining("s1e7r");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> machine("pentium", Map.of()))
                .withMessageContaining("pentium");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> machine("max", Map.of()).dump("kernel", new StringBuilder()))
                .withMessageContaining("kernel");
    }
}
