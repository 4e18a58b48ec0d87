package pagefold.arm64.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm64.capture.TranslatingMachine.fault;
import static pagefold.arm64.capture.TranslatingMachine.onWalk;
import static pagefold.arm64.capture.TranslatingMachine.stage2;
import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.bit;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Cases of address formation, levels and ranges that real walkers got wrong, through the registers of a machine.
 *
 * <p>The number in a name is the case's in our list. What is not here belongs to AArch32 (6, 13, 14, 23, 24), or needs
 * TLBs or external aborts, which are not simulated (49, 53, 54, 56 to 64).
 */
class CornerCasesTest {
    private static final long ROOT = 0x1_0000;
    private static final long VALID_BLOCK = AF | 1;
    private static final long VALID_PAGE = AF | 3;
    private static final int TRANSLATION = 0x04;

    private final TranslatingMachine machine = new TranslatingMachine();

    @Test
    void case_01_reserved_address_bits_of_a_block_are_no_part_of_the_output() {
        machine.tcr(16, 0, 5).ttbr0(ROOT).store(ROOT, 0x1_1003);
        machine.store(0x1_1000, 0x8000_0000L | bit(12) | bit(16) | bit(20) | bit(29) | VALID_BLOCK);

        assertThat(machine.read(0x1234)).isEqualTo(0x8000_1000L);
    }

    @Test
    void case_02_the_upper_bits_of_a_blocks_output_survive() {
        machine.tcr(16, 0, 5).ttbr0(ROOT).store(ROOT, 0x1_1003).store(0x1_1000, 0xff12_4000_0000L | VALID_BLOCK);

        assertThat(machine.read(0x3fff_f000L)).isEqualTo(0xff12_7fff_f000L);
    }

    @Test
    void case_03_the_address_of_a_lower_table_is_masked_with_the_granule() {
        machine.tcr(17, 2, 5).ttbr0(0x1_0000).store(0x1_0000, 0x2_3003).store(0x2_0000, 0x4_0000_0000L | VALID_BLOCK);

        assertThat(machine.read(0x4000)).isEqualTo(0x4_0000_4000L);
    }

    @Test
    void case_04_outputs_are_put_together_stage_by_stage() {
        machine.tcr(25, 0, 5).ttbr0(0x4000_0000L).stage2(25, 1, 5, 0x9_0000);
        // The guest: its root at intermediate 1 GB, which is physical 2 GB; a block of 1 GB to intermediate 0.
        machine.store(0x9_0008, 0x8000_0000L | 0x7fd).store(0x8000_0000L, VALID_BLOCK);
        machine.store(0x9_0000, 0x9_1003).store(0x9_1000, 0x9_2003).store(0x9_2000 + 8 * 5, 0xa_0000_5000L | 0x7ff);

        assertThat(machine.ask("s12e1r", 0x5123)).isEqualTo(0xa_0000_5000L);
        assertThat(machine.ask("s1e1r", 0x5123)).isEqualTo(0x5000);
        assertThat(machine.ask("s12e1r", 0x6000)).isEqualTo(stage2(0x07));
    }

    @Test
    void case_05_low_bits_of_ttbr_and_the_asid_are_no_part_of_the_base() {
        machine.tcr(25, 0, 5).ttbr0(0xabcdL << 48 | ROOT | 0xfff).store(ROOT, 0x4000_0000L | VALID_BLOCK);

        assertThat(machine.read(0x1000)).isEqualTo(0x4000_1000L);
    }

    @Test
    void case_07_the_bits_of_52_bit_addresses_are_where_granule_and_ds_put_them() {
        machine.tcr(22, 1, 6).ttbr0(ROOT).store(ROOT, 0x2_0003).store(0x2_0000, 0x8000_0000L | 0xb000 | VALID_PAGE);
        assertThat(machine.read(0)).isEqualTo(0xb_0000_8000_0000L);
        machine.tcr(22, 1, 6, bit(59));
        assertThat(machine.read(0)).as("64K ignores DS").isEqualTo(0xb_0000_8000_0000L);

        machine.tcr(25, 0, 6).store(ROOT, bit(49) | bit(48) | 0x300 | 0x4000_0000L | VALID_BLOCK);
        assertThat(machine.read(0)).as("DS = 0").isEqualTo(0x4000_0000L);
        machine.tcr(25, 0, 6, bit(59));
        assertThat(machine.read(0)).as("DS = 1").isEqualTo(0xf_0000_4000_0000L);
    }

    @Test
    void case_08_ips_of_52_bits_means_48_without_ds() {
        machine.tcr(25, 0, 6).ttbr0(ROOT | 0x3c).store(ROOT, 0x4000_0000L | VALID_BLOCK);

        assertThat(machine.read(0)).isEqualTo(0x4000_0000L);
    }

    @Test
    void case_09_el2_takes_its_output_size_from_ps_and_not_where_ips_is() {
        long small = 25 | 5L << 33;
        machine.register("MAIR_EL2", 0xff).register("TTBR0_EL2", ROOT).register("TCR_EL2", small);
        machine.store(ROOT, 0x1_4000_0000L | VALID_BLOCK);

        assertThat(machine.ask("s1e2r", 0)).isEqualTo(fault(0x01));
        machine.register("TCR_EL2", 25 | 1 << 16);
        assertThat(machine.ask("s1e2r", 0)).isEqualTo(0x1_4000_0000L);
    }

    @TestFactory
    Stream<DynamicTest> case_10_output_sizes_are_a_table_of_codes() {
        int[] bits = {32, 36, 40, 42, 44, 48, 52};
        return IntStream.range(0, bits.length)
                .mapToObj(code -> DynamicTest.dynamicTest("case 10, code " + code, () -> {
                    machine.tcr(22, 1, code).ttbr0(ROOT);
                    for (int bit = 31; bit < 52; bit++) {
                        long word = bit < 48 ? bit(bit) : bit(bit - 36);
                        machine.store(ROOT, 0x2_0003).store(0x2_0000, word | VALID_PAGE);
                        assertThat(machine.read(0))
                                .as("bit %s", bit)
                                .isEqualTo(bit < bits[code] ? bit(bit) : fault(0x03));
                    }
                }));
    }

    @Test
    void case_11_the_granules_of_ttbr1_have_codes_of_their_own() {
        long[] leaf = {0, 0x8000_0000L | VALID_BLOCK, 0x4000_0000L | VALID_BLOCK, 0x6000_0000L | VALID_BLOCK};
        int[] size = {0, 28, 25, 22};
        for (int code = 1; code <= 3; code++) {
            machine.register("TCR_EL1", (long) size[code] << 16 | (long) code << 30 | 5L << 32 | bit(7));
            machine.register("TTBR1_EL1", ROOT).store(ROOT, leaf[code]);
            long base = -1L << 64 - size[code];
            assertThat(machine.read(base)).as("code %s", code).isEqualTo(leaf[code] & ~0xfffL);
        }
    }

    @Test
    void case_12_a_granule_that_is_not_implemented_becomes_one_that_is() {
        machine.cpu("cortex-a57").tcr(25, 2, 4).ttbr0(ROOT).store(ROOT, 0x4000_0000L | VALID_BLOCK);

        assertThat(machine.read(0x1000)).isEqualTo(0x4000_1000L);
    }

    @Test
    void case_15_what_faults_before_a_walk_does_so_at_level_0() {
        machine.tcr(25, 0, 5).ttbr0(ROOT).store(ROOT, 0x4000_0000L | VALID_BLOCK);
        assertThat(machine.read(bit(39))).as("gap").isEqualTo(fault(TRANSLATION));
        assertThat(machine.read(bit(39) - 1 & -0x4000_0000L)).as("no gap").isEqualTo(fault(TRANSLATION | 1));
        machine.tcr(25, 0, 5, bit(7));
        assertThat(machine.read(0)).as("EPD").isEqualTo(fault(TRANSLATION));
        for (int size : new int[] {0, 11, 15, 49, 63}) {
            machine.tcr(size, 0, 5);
            assertThat(machine.read(0)).as("TxSZ %s", size).isEqualTo(fault(TRANSLATION));
        }
    }

    @Test
    void case_16_level_minus_1_has_codes_of_its_own() {
        machine.tcr(12, 0, 6, bit(59)).ttbr0(ROOT);
        assertThat(machine.read(0)).isEqualTo(fault(0x2b));
        machine.tcr(12, 0, 5, bit(59)).store(ROOT, 0x300 | 3);
        assertThat(machine.read(0)).isEqualTo(fault(0x29));
    }

    @Test
    void case_17_a_fault_on_a_stage_1_walk_has_the_level_of_stage_2() {
        machine.tcr(16, 0, 5).ttbr0(0x4000_0000L).stage2(25, 1, 5, 0x9_0000).store(0x9_0008, 0x9_1003);

        assertThat(machine.ask("s1e1r", 0)).isEqualTo(onWalk(0x06));
        machine.store(0x9_1000, 0x9_2003);
        assertThat(machine.ask("s1e1r", 0)).isEqualTo(onWalk(0x07));
    }

    @Test
    void case_18_a_block_at_a_level_without_blocks_is_a_translation_fault_there() {
        machine.ttbr0(ROOT).store(ROOT, VALID_BLOCK);
        assertThat(machine.tcr(16, 0, 5).read(0)).as("4K, level 0").isEqualTo(fault(0x04));
        assertThat(machine.tcr(16, 0, 6, bit(59)).read(0))
                .as("4K with DS, level 0")
                .isEqualTo(0);
        assertThat(machine.tcr(12, 0, 6, bit(59)).read(0))
                .as("4K with DS, level -1")
                .isEqualTo(fault(0x2b));
        assertThat(machine.tcr(17, 2, 5).read(0)).as("16K, level 1").isEqualTo(fault(0x05));
        assertThat(machine.tcr(17, 2, 6, bit(59)).read(0))
                .as("16K with DS, level 1")
                .isEqualTo(0);
        assertThat(machine.tcr(16, 2, 6, bit(59)).read(0))
                .as("16K with DS, level 0")
                .isEqualTo(fault(0x04));
        assertThat(machine.tcr(16, 1, 6).read(0)).as("64K with LPA, level 1").isEqualTo(0);
        machine.cpu("cortex-a57");
        assertThat(machine.tcr(16, 1, 4).read(0)).as("64K, level 1").isEqualTo(fault(0x05));
    }

    @Test
    void case_19_a_word_of_level_3_that_ends_in_01_is_a_translation_fault() {
        machine.tcr(43, 0, 5).ttbr0(ROOT).store(ROOT, 0x4000_0000L | VALID_BLOCK);
        assertThat(machine.read(0)).isEqualTo(fault(0x07));
        machine.store(ROOT, 0x4000_0000L | VALID_PAGE);
        assertThat(machine.read(0)).isEqualTo(0x4000_0000L);
    }

    @Test
    void case_20_a_regime_of_one_range_has_no_upper_half() {
        machine.register("MAIR_EL2", 0xff).register("TTBR0_EL2", ROOT).register("TCR_EL2", 25 | 5 << 16 | bit(20));
        machine.store(ROOT, 0x4000_0000L | VALID_BLOCK);

        assertThat(machine.ask("s1e2r", 0)).isEqualTo(0x4000_0000L);
        assertThat(machine.ask("s1e2r", 0xffL << 56)).as("a tag").isEqualTo(0x4000_0000L);
        assertThat(machine.ask("s1e2r", bit(55))).isEqualTo(fault(TRANSLATION));
        assertThat(machine.ask("s1e2r", -1L)).isEqualTo(fault(TRANSLATION));
    }

    @Test
    void case_21_the_top_byte_is_ignored_where_tbi_says_so() {
        machine.tcr(25, 0, 5).ttbr0(ROOT).store(ROOT, 0x4000_0000L | VALID_BLOCK);
        assertThat(machine.read(0x5aL << 56)).isEqualTo(fault(TRANSLATION));
        machine.tcr(25, 0, 5, bit(37));
        assertThat(machine.read(0x5aL << 56)).isEqualTo(0x4000_0000L);
        assertThat(machine.read(bit(54))).isEqualTo(fault(TRANSLATION));
    }

    @Test
    void case_22_every_legal_size_starts_at_its_level_with_a_table_of_its_size() {
        int[][] granules = {{0, 12, 16, 48}, {1, 16, 12, 47}, {2, 14, 16, 48}};
        for (int[] granule : granules) {
            for (int size = granule[2]; size <= granule[3]; size++) {
                machine.tcr(size, granule[0], 5).ttbr0(ROOT);
                long address = (1L << 64 - size) - (1L << granule[1]);
                machine.mapPage(ROOT, granule[1], 64 - size, address, 0x7654_0000L);
                assertThat(machine.read(address))
                        .as("TG %s, TxSZ %s", granule[0], size)
                        .isEqualTo(0x7654_0000L);
                machine.forget();
            }
        }
    }

    @Test
    void case_25_the_size_of_intermediate_addresses_is_judged_by_the_processor_and_not_by_ps() {
        machine.tcr(25, 0, 5).ttbr0(0).stage2(24, 1, 0, 0x8_0000).store(0x8_0000, 0x4000_0000L | 0x7fd);
        machine.store(0x4000_0000L, VALID_BLOCK);

        assertThat(machine.ask("s12e1r", 0x1000)).isEqualTo(0x4000_1000L);
    }

    @Test
    void case_26_start_level_3_of_stage_2_needs_small_tables() {
        machine.tcr(43, 0, 4).ttbr0(0).stage2(43, 3, 4, 0x9_0000).store(0x9_0000, 0x4000_0000L | 0x7ff);
        machine.store(0x4000_0000L, 0x1000 | VALID_PAGE).store(0x9_0008, 0x5000_0000L | 0x7ff);

        assertThat(machine.ask("s12e1r", 0)).isEqualTo(0x5000_0000L);
        machine.cpu("cortex-a57").tcr(39, 0, 4);
        assertThat(machine.ask("s12e1r", 0)).isEqualTo(onWalk(TRANSLATION));
    }

    @Test
    void case_27_concatenated_tables_have_indexes_beyond_511() {
        machine.tcr(25, 0, 5).ttbr0(0).stage2(24, 1, 5, 0x8_0000).store(0x8_0000, 0x4000_0000L | 0x7fd);
        machine.store(0x4000_0000L, 1023L << 30 | VALID_BLOCK).store(0x8_0000 + 8 * 1023, 0x5_4000_0000L | 0x7fd);

        assertThat(machine.ask("s12e1r", 0x3000)).isEqualTo(0x5_4000_3000L);
    }

    @Test
    void case_28_with_stage_1_off_an_address_beyond_the_processors_is_an_address_size_fault_of_level_0() {
        machine.cpu("cortex-a57").tcr(25, 0, 5).ttbr0(ROOT).register("SCTLR_EL1", 0);

        assertThat(machine.read(bit(44) - 0x1000)).isEqualTo(bit(44) - 0x1000);
        assertThat(machine.read(bit(44))).isEqualTo(fault(0x00));
    }
}
