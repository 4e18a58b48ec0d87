package pagefold.arm32.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import pagefold.arm32.lpae.StageTwo;
import pagefold.arm32.stage.Processor;
import pagefold.arm32.stage.Registers;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.table.FaultKind;
import pagefold.table.Translation;

/** Every split of the two ranges, every size of PL2's and every shape of stage 2: Arm ARM G5.5.4 and G5.5.5. */
class AddressRangesTest {
    private static final long LOWER = 0x8000_0000L;
    private static final long UPPER = 0x9000_0000L;
    private static final long EAE = 1L << 31;
    private static final long AF = 1 << 10;
    private static final long FAULT_LEVEL_1 = 1 | 0x05 << 1 | 1 << 11;
    private static final long PA = 0xff_ffff_f000L;

    /** A root in which every entry is a block whose output tells the root and the entry. */
    private static void fill(Words words, long root, long mark, int inputBits) {
        int shift = inputBits > 30 ? 30 : 21;
        for (long i = 0; i < 1L << inputBits - shift; i++) {
            words.store(root + 8 * i, mark << 38 | i << shift | AF | 1);
        }
    }

    @Test
    void each_split_sends_addresses_to_the_range_that_the_manual_says() {
        for (int low = 0; low < 8; low++) {
            for (int high = 0; high < 8; high++) {
                Words words = pl1(low, high);
                Arm32Machine machine = words.machine("");
                for (int bit = 0; bit < 32; bit++) {
                    for (long edge : new long[] {1L << bit, (1L << bit) - 1, -1L << bit, ~(1L << bit)}) {
                        long address = edge & 0xffff_ffffL;
                        long par = machine.addressTranslation("s1cpr", address);
                        assertThat(described(par))
                                .as("T0SZ %d, T1SZ %d, %x", low, high, address)
                                .isEqualTo(described(expected(low, high, address)));
                    }
                }
            }
        }
    }

    private static Words pl1(int low, int high) {
        Words words = new Words()
                .set("TTBCR", EAE | low | (long) high << 16)
                .set("TTBR0", LOWER)
                .set("TTBR1", UPPER)
                .set("MAIR0", 0xff)
                .set("MAIR1", 0)
                .set("SCTLR", 5);
        fill(words, LOWER, 1, 32 - low);
        fill(words, UPPER, 2, 32 - high);
        return words;
    }

    private static String described(long par) {
        return (par & 1) != 0 ? "fault " + Long.toHexString(par & 0xfff) : "output " + Long.toHexString(par & PA);
    }

    /** By the four cases of the table in Arm ARM G5.5.4. */
    private static long expected(int low, int high, long address) {
        boolean zeros = Long.numberOfLeadingZeros(address) - 32 >= low;
        boolean ones = Long.numberOfLeadingZeros(~address & 0xffff_ffffL) - 32 >= high;
        String range;
        if (low == 0 && high == 0) {
            range = "lower";
        } else if (high == 0) {
            range = zeros ? "lower" : "upper";
        } else if (low == 0) {
            range = ones ? "upper" : "lower";
        } else {
            range = zeros ? "lower" : ones ? "upper" : "gap";
        }
        return switch (range) {
            case "lower" -> 1L << 38 | address % (1L << 32 - low) & -4096;
            case "upper" -> 2L << 38 | address % (1L << 32 - high) & -4096;
            default -> FAULT_LEVEL_1;
        };
    }

    @Test
    void a_disabled_range_faults_at_level_1_and_the_other_stays() {
        Words words = pl1(1, 1);
        long control = words.registers.get("TTBCR");

        words.set("TTBCR", control | 1 << 7);
        assertThat(words.machine("").addressTranslation("s1cpr", 0)).isEqualTo(FAULT_LEVEL_1);
        assertThat(described(words.machine("").addressTranslation("s1cpr", 0xffff_f000L)))
                .isEqualTo("output 807ffff000");

        words.set("TTBCR", control | 1 << 23);
        assertThat(words.machine("").addressTranslation("s1cpr", 0xffff_f000L)).isEqualTo(FAULT_LEVEL_1);
        assertThat(described(words.machine("").addressTranslation("s1cpr", 0))).isEqualTo("output 4000000000");
    }

    @Test
    void pl2_has_one_range_and_addresses_above_it_fault() {
        for (int size = 0; size < 8; size++) {
            Words words = new Words()
                    .set("TTBCR", EAE)
                    .set("TTBR0", 0)
                    .set("TTBR1", 0)
                    .set("MAIR0", 0)
                    .set("MAIR1", 0)
                    .set("HTCR", size)
                    .set("HTTBR", LOWER)
                    .set("HMAIR0", 0xff)
                    .set("HMAIR1", 0)
                    .set("HSCTLR", 5);
            fill(words, LOWER, 1, 32 - size);
            Arm32Machine machine = words.machine("");
            for (int bit = 0; bit < 32; bit++) {
                long par = machine.addressTranslation("s1hw", 1L << bit);
                assertThat(described(par))
                        .as("T0SZ %d, bit %d", size, bit)
                        .isEqualTo(described(
                                bit < 32 - size ? 1L << 38 | 1L << bit & -4096 & 0xffff_ffffL : FAULT_LEVEL_1));
            }
        }
    }

    @Test
    void stage_2_takes_the_shapes_that_the_manual_allows_and_concatenates_up_to_16_pages() {
        int legal = 0;
        for (int size = -8; size < 8; size++) {
            for (int code = 0; code < 4; code++) {
                int inputBits = 32 - size;
                boolean isLegal = code == 0 && size >= -2 || code == 1 && size <= 1;
                legal += isLegal ? 1 : 0;
                Words words =
                        new Words().set("VTCR", EAE | size & 15 | code << 6).set("VTTBR", LOWER);
                int shift = code == 0 ? 21 : 30;
                for (long i = 0; isLegal && i < 1L << inputBits - shift; i++) {
                    words.store(LOWER + 8 * i, i << shift | 0xff << 2 | AF | 1);
                }
                StageTwo stage = new StageTwo(new Registers(words.registers), Processor.of(""), words);
                for (int bit = 12; bit < 40; bit++) {
                    long result = stage.translate(1L << bit, Access.READ, Privilege.PRIVILEGED);
                    long fault = Translation.fault(FaultKind.TRANSLATION, 1, 2);
                    assertThat(result)
                            .as("T0SZ %d, SL0 %d, bit %d", size, code, bit)
                            .isEqualTo(isLegal && bit < inputBits ? 1L << bit : fault);
                }
            }
        }
        assertThat(legal).isEqualTo(10 + 10);
    }

    @Test
    void a_root_is_aligned_to_all_its_pages_and_bits_below_do_not_count() {
        // 34 bits from level 2: 16 pages.
        Words words = new Words().set("VTCR", EAE | 0xe).set("VTTBR", LOWER | 0x5_f000 | 5L << 48);
        words.store(LOWER + 0x5_0000 + 8 * 0x1fff, 0x7fe0_0000L | 0xff << 2 | AF | 1);
        StageTwo stage = new StageTwo(new Registers(words.registers), Processor.of(""), words);

        long result = stage.translate(0x3_ffe1_2345L, Access.WRITE, Privilege.UNPRIVILEGED);

        assertThat(result).isEqualTo(0x7fe1_2345L);
    }

    @Test
    void address_bits_47_to_40_fault_from_armv8_on_and_do_not_count_before() {
        for (String cpu : new String[] {"cortex-a15", "cortex-a57", "max"}) {
            boolean checks = !cpu.equals("cortex-a15");
            for (int bit = 40; bit < 48; bit++) {
                Words words = pl1(0, 0);
                words.store(LOWER, words.load64(LOWER) | 1L << bit);
                assertThat(described(words.machine(cpu).addressTranslation("s1cpr", 0)))
                        .isEqualTo(checks ? "fault 803" : "output 4000000000");
                words = pl1(0, 0).set("TTBR0", LOWER | 1L << bit);
                assertThat(described(words.machine(cpu).addressTranslation("s1cpr", 0)))
                        .isEqualTo(checks ? "fault 801" : "output 4000000000");
            }
        }
    }
}
