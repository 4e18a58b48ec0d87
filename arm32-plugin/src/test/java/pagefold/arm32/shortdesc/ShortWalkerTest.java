package pagefold.arm32.shortdesc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.arm32.machine.Arm32Machine;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.spi.Capture;
import pagefold.table.FaultKind;
import pagefold.table.Translation;
import pagefold.table.Walk;

/** The walk of short descriptors against the manual's tables, written down here a second time (Arm ARM G5.4 to G5.8). */
class ShortWalkerTest {
    private static final long ROOT = 0x4400_0000L;
    private static final long TABLE = 0x4500_0400L;
    private static final long VA = 0x1234_5678L;
    /** The domain of what is tested. */
    private static final int DOMAIN = 5;

    /** The manual's table of AP[2:0] without Access flag: PL1, PL0. */
    private static final List<String> AP = List.of("- -", "rw -", "rw r", "rw rw", "- -", "r -", "r r", "r r");
    /** The manual's table of AP[2:1] with Access flag. */
    private static final List<String> AP_WITH_FLAG = List.of("rw -", "rw rw", "r -", "r r");

    private static final long TRE = 1L << 28;
    private static final long AFE = 1L << 29;
    private static final long WXN = 1L << 19;
    private static final long UWXN = 1L << 20;
    private static final long BIG_ENDIAN = 1L << 25;
    private static final long MMU = 1;

    private record Case(
            LeafKind kind, int ap, boolean xn, boolean pxn, int dacr, long sctlr, Access access, Privilege privilege) {

        boolean hasFlag() {
            return (sctlr & AFE) != 0;
        }

        /** What is expected: a fault, or {@code null} for a translation. */
        FaultKind expected(boolean pan) {
            if (hasFlag() && (ap & 1) == 0) {
                return FaultKind.ACCESS_FLAG;
            }
            // Supersections are in domain 0, a client domain here.
            int access = kind == LeafKind.SUPERSECTION ? 1 : dacr;
            if (access == 3) {
                return null;
            }
            if (access != 1) {
                return FaultKind.DOMAIN;
            }
            return grants(pan) ? null : FaultKind.PERMISSION;
        }

        private boolean grants(boolean pan) {
            String[] data = (hasFlag() ? AP_WITH_FLAG.get(ap >>> 1) : AP.get(ap)).split(" ");
            boolean privileged = privilege == Privilege.PRIVILEGED;
            String own = data[privileged ? 0 : 1];
            boolean userReads = data[1].contains("r");
            boolean userWrites = data[1].contains("w");
            return switch (access) {
                case READ -> own.contains("r") && !(pan && privileged && userReads);
                case WRITE -> own.contains("w") && !(pan && privileged && userReads);
                case EXECUTE ->
                    own.contains("r")
                            && !xn
                            && !(own.contains("w") && (sctlr & WXN) != 0)
                            && !(privileged && (pxn || userWrites && (sctlr & UWXN) != 0));
            };
        }

        long dacrRegister() {
            return 1 | (long) dacr << 2 * DOMAIN;
        }
    }

    private static Map<String, Long> registers(long sctlr, long dacr) {
        return new HashMap<>(Map.of(
                "TTBCR",
                0L,
                "TTBR0",
                ROOT | 0x4a,
                "TTBR1",
                0L,
                "DACR",
                dacr,
                "SCTLR",
                sctlr,
                "PRRR",
                0xff0a_81a8L,
                "NMRR",
                0x40e0_40e0L));
    }

    private static ShortWalker walker(Map<String, Long> registers, TestMemory memory, String cpu) {
        return new ShortWalker(Controls.of(registers, Processor.of(cpu, registers)), memory);
    }

    /** The words of a leaf at {@link #VA} with output 0x8… and its attribute bits written from the manual's boxes. */
    private static TestMemory leaf(LeafKind kind, int ap, boolean xn, boolean pxn) {
        long ap2 = ap >>> 2;
        long ap10 = ap & 3;
        long never = xn ? 1 : 0;
        long privilegedNever = pxn ? 1 : 0;
        TestMemory memory = new TestMemory();
        long entry = ROOT + 4 * (VA >>> 20);
        long tableEntry = TABLE + 4 * (VA >>> 12 & 0xff);
        long section = 2 | privilegedNever | never << 4 | ap10 << 10 | ap2 << 15;
        switch (kind) {
            case SECTION -> memory.put(entry, 0x8ab0_0000L | section | DOMAIN << 5);
            // PA[39:36] stands where a section has its domain.
            case SUPERSECTION -> memory.put(entry, 0x8a00_0000L | section | 1 << 18 | 0xcL << 20 | DOMAIN << 5);
            case LARGE_PAGE -> {
                memory.put(entry, TABLE | DOMAIN << 5 | privilegedNever << 2 | 1);
                memory.put(tableEntry, 0x8abc_0000L | never << 15 | ap2 << 9 | ap10 << 4 | 1);
            }
            case SMALL_PAGE -> {
                memory.put(entry, TABLE | DOMAIN << 5 | privilegedNever << 2 | 1);
                memory.put(tableEntry, 0x8abc_d000L | ap2 << 9 | ap10 << 4 | 2 | never);
            }
        }
        return memory;
    }

    private static long output(LeafKind kind) {
        return switch (kind) {
            case SECTION -> 0x8ab4_5678L;
            case SUPERSECTION -> 0x5c_8a34_5678L;
            case LARGE_PAGE -> 0x8abc_5678L;
            case SMALL_PAGE -> 0x8abc_d678L;
        };
    }

    @ParameterizedTest
    @EnumSource(LeafKind.class)
    void every_combination_of_attributes_is_judged_as_the_manual_says(LeafKind kind) {
        List<String> wrong = new ArrayList<>();

        int cases = 0;
        for (int bits = 0; bits < 1 << 10; bits++) {
            long sctlr = MMU | TRE | (bits & 1) * AFE | (bits >> 1 & 1) * WXN | (bits >> 2 & 1) * UWXN;
            boolean xn = (bits >> 3 & 1) != 0;
            boolean pxn = (bits >> 4 & 1) != 0;
            for (Access access : Access.values()) {
                for (Privilege privilege : Privilege.values()) {
                    Case each = new Case(kind, bits >> 7, xn, pxn, bits >> 5 & 3, sctlr, access, privilege);
                    wrong.addAll(wrongAnswers(each));
                    cases++;
                }
            }
        }

        assertThat(cases).isEqualTo(6144);
        assertThat(wrong).isEmpty();
    }

    private static List<String> wrongAnswers(Case each) {
        List<String> wrong = new ArrayList<>();
        TestMemory memory = leaf(each.kind, each.ap, each.xn, each.pxn);
        ShortWalker walker = walker(registers(each.sctlr, each.dacrRegister()), memory, "cortex-a57");
        for (boolean pan : new boolean[] {false, true}) {
            FaultKind expected = each.expected(pan);
            long result = walker.translate(VA, each.access, each.privilege, pan, null);
            int level = each.kind.level();
            long right = expected == null ? output(each.kind) : Translation.fault(expected, level, 1);
            if (result != right) {
                wrong.add(each + (pan ? " with PAN" : "") + ": expected " + expected + ", but was "
                        + Long.toHexString(result));
            }
        }
        return wrong;
    }

    @Test
    void wxn_and_uwxn_do_nothing_where_they_are_not_implemented() {
        TestMemory memory = leaf(LeafKind.SMALL_PAGE, 3, false, false);
        Map<String, Long> registers = registers(MMU | TRE | WXN | UWXN, 1L << 2 * DOMAIN);

        long old = walker(registers, memory, "cortex-a9").translate(VA, Access.EXECUTE, Privilege.PRIVILEGED);
        long now = walker(registers, memory, "cortex-a15").translate(VA, Access.EXECUTE, Privilege.PRIVILEGED);

        assertThat(old).isEqualTo(0x8abc_d678L);
        assertThat(now).isEqualTo(Translation.fault(FaultKind.PERMISSION, 2, 1));
    }

    /** For every N, the last address of TTBR0's range and the first of TTBR1's, and a table base that has low bits. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void ttbcr_n_chooses_the_table_and_its_size(int n) {
        long lowerRoot = 0x4400_0000L + (1L << 14 - n);
        long upperRoot = 0x4410_0000L;
        long lastLower = 0xffff_ffffL >>> n;
        TestMemory memory = new TestMemory()
                .put(lowerRoot + 4 * (lastLower >>> 20), 0x1000_0c02)
                .put(upperRoot + 4 * (lastLower + 1 >>> 20 & 0xfff), 0x2000_0c02)
                .put(upperRoot + 4 * 0xfff, 0x3000_0c02);
        Map<String, Long> registers = registers(MMU | TRE, 1);
        registers.put("TTBCR", (long) n);
        registers.put("TTBR0", lowerRoot | 0x6a);
        registers.put("TTBR1", upperRoot | 0x406a & 0x3fff);

        ShortWalker walker = walker(registers, memory, "cortex-a15");

        assertThat(read(walker, lastLower)).isEqualTo(0x100f_ffffL);
        if (n > 0) {
            assertThat(read(walker, lastLower + 1)).isEqualTo(0x2000_0000L);
            assertThat(read(walker, 0xffff_ffffL)).isEqualTo(0x300f_ffffL);
        }
    }

    @Test
    void pd0_and_pd1_fault_at_level_1() {
        TestMemory memory = new TestMemory().put(ROOT, 0xc02).put(ROOT + 4 * 0xfff, 0xc02);
        for (int disables = 0; disables < 4; disables++) {
            Map<String, Long> registers = registers(MMU | TRE, 1);
            registers.put("TTBCR", 1L | (long) disables << 4);
            registers.put("TTBR1", ROOT);
            ShortWalker walker = walker(registers, memory, "");

            assertThat(Translation.isFault(read(walker, 0))).isEqualTo((disables & 1) != 0);
            assertThat(Translation.isFault(read(walker, 0xffff_f000L))).isEqualTo((disables & 2) != 0);
        }
    }

    @Test
    void a_level_1_word_of_type_3_is_reserved_without_pxn() {
        TestMemory memory = leaf(LeafKind.SECTION, 3, false, true);
        Map<String, Long> registers = registers(MMU | TRE, 1L << 2 * DOMAIN);

        assertThat(read(walker(registers, memory, "cortex-a8"), VA))
                .isEqualTo(Translation.fault(FaultKind.TRANSLATION, 1, 1));
        assertThat(read(walker(registers, memory, "cortex-a7"), VA)).isEqualTo(output(LeafKind.SECTION));
        registers.put("ID_MMFR0", 3L);
        assertThat(Translation.isFault(read(walker(registers, memory, "cortex-a7"), VA)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0,0x8a345678", "1,0xc8a345678", "2,0x5c8a345678"})
    void a_supersection_reaches_as_far_as_the_processor_does(long memorySize, String expected) {
        Map<String, Long> registers = registers(MMU | TRE, 1);
        registers.put("ID_MMFR3", memorySize << 24);

        long result = read(walker(registers, leaf(LeafKind.SUPERSECTION, 3, false, false), "cortex-a15"), VA);

        assertThat(result).isEqualTo(Long.decode(expected));
    }

    @Test
    void words_are_read_in_big_endian_order_with_sctlr_ee() {
        TestMemory little = leaf(LeafKind.SMALL_PAGE, 3, false, false);
        TestMemory big = new TestMemory();
        for (long at : new long[] {ROOT + 4 * (VA >>> 20), TABLE + 4 * (VA >>> 12 & 0xff)}) {
            big.put(at, Integer.reverseBytes(little.load32(at)));
        }

        assertThat(read(walker(registers(MMU | TRE | BIG_ENDIAN, 1L << 2 * DOMAIN), big, ""), VA))
                .isEqualTo(0x8abc_d678L);
    }

    @Test
    void an_invalid_second_word_faults_at_level_2_whatever_the_domain_says() {
        TestMemory memory = new TestMemory().put(ROOT + 4 * (VA >>> 20), TABLE | DOMAIN << 5 | 1);

        assertThat(read(walker(registers(MMU | TRE, 0), memory, ""), VA))
                .isEqualTo(Translation.fault(FaultKind.TRANSLATION, 2, 1));
    }

    private static long read(ShortWalker walker, long address) {
        return walker.translate(address, Access.READ, Privilege.PRIVILEGED);
    }

    /** Fault status of PAR, {ExT, FS} in bits 6:1, for each fault that there is. */
    @ParameterizedTest
    @CsvSource({
        "SECTION, 1, 0, 0x13",
        "SMALL_PAGE, 1, 0, 0x17",
        "SECTION, 0, 1, 0x1b",
        "LARGE_PAGE, 0, 1, 0x1f",
        "SECTION, 0, 0x20000001, 0x07",
        "SMALL_PAGE, 0, 0x20000001, 0x0d"
    })
    void a_fault_has_the_status_of_the_short_format(LeafKind kind, int ap, String control, String par) {
        long bits = Long.decode(control);
        long dacr = (bits & 1) << 2 * DOMAIN;
        Map<String, Long> registers = registers(MMU | TRE | bits & AFE, dacr);
        Arm32Machine machine = new Arm32Machine(new Capture("", registers, Map.of(), leaf(kind, ap, false, false)));

        assertThat(machine.addressTranslation("s1cpr", VA)).isEqualTo(Long.decode(par));
    }

    @Test
    void a_missing_table_and_a_missing_page_have_their_own_status() {
        Arm32Machine empty = new Arm32Machine(new Capture("", registers(MMU | TRE, 1), Map.of(), new TestMemory()));
        Arm32Machine table = new Arm32Machine(new Capture(
                "", registers(MMU | TRE, 1), Map.of(), new TestMemory().put(ROOT + 4 * (VA >>> 20), TABLE | 1)));

        assertThat(empty.addressTranslation("s1cpr", VA)).isEqualTo(0x05 << 1 | 1);
        assertThat(table.addressTranslation("s1cpr", VA)).isEqualTo(0x07 << 1 | 1);
    }

    @Test
    void a_supersection_has_its_own_form_of_par() {
        Map<String, Long> registers = registers(MMU | TRE, 1);
        Arm32Machine machine =
                new Arm32Machine(new Capture("", registers, Map.of(), leaf(LeafKind.SUPERSECTION, 3, false, false)));

        long par = machine.addressTranslation("s1cpr", VA);

        // PA[31:24], PA[39:32], NS, SH, Strongly-ordered, SS.
        assertThat(par).isEqualTo(0x8a5c_0000L | 1 << 9 | 1 << 7 | 1 << 4 | 2);
    }

    @Test
    void a_walk_shows_both_levels_with_their_fields() {
        Arm32Machine machine = new Arm32Machine(new Capture(
                "", registers(MMU | TRE, 3L << 2 * DOMAIN), Map.of(), leaf(LeafKind.SMALL_PAGE, 5, true, true)));

        Walk walk = machine.walk("s1cuw", VA);

        assertThat(walk.steps().stream().map(step -> step.generic() + step.level()))
                .containsExactly("PGD1", "P4D1", "PUD1", "PMD1", "PTE2");
        assertThat(walk.steps().getFirst().fields())
                .extracting(field -> field.name() + "=" + field.value() + " " + field.meaning())
                .contains("Domain=5 manager: permissions do not count", "PXN=1 PL1 does not execute below");
        assertThat(walk.steps().getLast().meaning()).isEqualTo("small page of 4K at 0x000000008abcd000");
        assertThat(walk.outcome()).isInstanceOfSatisfying(Walk.Translated.class, translated -> {
            assertThat(translated.output()).isEqualTo(0x8abc_d678L);
            assertThat(translated.leafSize()).isEqualTo(4096);
            assertThat(translated.attributes().permissions()).hasToString("rwx/rwx");
        });
    }

    @Test
    void the_fields_of_every_leaf_cover_its_bits_in_order() {
        for (LeafKind kind : LeafKind.values()) {
            Arm32Machine machine = new Arm32Machine(
                    new Capture("", registers(MMU | TRE, 1L << 2 * DOMAIN), Map.of(), leaf(kind, 3, false, false)));

            for (Walk.Step step : machine.walk("s1cpr", VA).steps()) {
                int next = 31;
                for (Walk.Field field : step.fields()) {
                    assertThat(field.high()).as("%s of %s", field.name(), kind).isLessThanOrEqualTo(next);
                    assertThat(field.value())
                            .isEqualTo(step.word() << 63 - field.high() >>> 63 - field.high() + field.low());
                    next = field.low() - 1;
                }
            }
        }
    }
}
