package pagefold.arm32.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import pagefold.model.Hex;
import pagefold.table.FaultKind;
import pagefold.table.Walk;

/** Stage 1 under stage 2: what translates what, whose fault it is, and which form PAR has. */
class TwoStageTest {
    private static final long EAE = 1L << 31;
    private static final long AF = 1 << 10;
    private static final long MAIR0 = 0x44_04_aa_ffL;
    /** IPA of the guest's root, and where stage 2 puts it. */
    private static final long GUEST_ROOT = 0x4000_0000L;

    private static final long GUEST_ROOT_AT = 0x8000_0000L;
    private static final long ROOT = 0x9000_0000L;
    private static final long TABLE = 0x9000_4000L;
    private static final long TABLE_OF_ROOT = 0x9000_5000L;
    private static final long PAGES = 0x9000_6000L;
    private static final long NORMAL = AF | 0xf << 2;
    private static final long RW = 3 << 6;
    private static final long VM = 1;
    private static final long PTW = 1 << 2;
    private static final long DC = 1 << 12;
    private static final long TGE = 1 << 27;

    private final Words words = new Words();

    /** A guest with one block of 1 GB from 0, a host with pages for 2 MB from 0 and a block for the guest's root. */
    private Words lpae() {
        words.set("TTBCR", EAE)
                .set("TTBR0", GUEST_ROOT)
                .set("TTBR1", 0)
                .set("MAIR0", MAIR0)
                .set("MAIR1", 0);
        words.set("SCTLR", 5).set("HCR", VM).set("VTCR", EAE | 0x18 | 1 << 6).set("VTTBR", ROOT);
        words.store(GUEST_ROOT_AT, AF | 3 << 8 | 1);
        words.store(ROOT, TABLE | 3).store(ROOT + 8, TABLE_OF_ROOT | 3);
        words.store(TABLE, PAGES | 3);
        words.store(PAGES + 8, 0xa000_1000L | NORMAL | RW | 3);
        return guestRoot(NORMAL | RW);
    }

    private Words guestRoot(long attributes) {
        return words.store(TABLE_OF_ROOT, GUEST_ROOT_AT | attributes | 1);
    }

    private String par(String operation, long address) {
        return Hex.address(words.machine("").addressTranslation(operation, address));
    }

    /** Outer and inner write-back, NS, LPAE, and a shareability. */
    private static String translated(long output, int shareability, int attribute) {
        return Hex.address((long) attribute << 56 | output | 1 << 11 | 1 << 9 | shareability << 7);
    }

    private static String fault(int status, boolean isSecond, boolean isOnWalk) {
        return Hex.address(1 | status << 1 | (isOnWalk ? 1 << 8 : 0) | (isSecond ? 1 << 9 : 0) | 1 << 11);
    }

    @Test
    void an_output_is_put_together_stage_by_stage() {
        lpae();

        assertThat(par("s12pr", 0x1234)).isEqualTo(translated(0xa000_1000L, 3, 0xff));
        assertThat(par("s1cpr", 0x1234)).isEqualTo(translated(0x1000, 3, 0xff));
    }

    @Test
    void without_stage_2_both_instructions_answer_the_same() {
        lpae().set("HCR", 0).set("TTBR0", GUEST_ROOT_AT);

        assertThat(par("s12pr", 0x1234)).isEqualTo(par("s1cpr", 0x1234)).isEqualTo(translated(0x1000, 3, 0xff));
    }

    @Test
    void a_fault_of_the_output_is_stage_2s_at_its_own_level() {
        lpae();

        assertThat(par("s12pr", 0x5000)).isEqualTo(fault(0x07, true, false));
        words.store(PAGES + 8, 0xa000_1000L | NORMAL & ~AF | RW | 3);
        assertThat(par("s12pr", 0x1000)).isEqualTo(fault(0x0b, true, false));
        words.store(PAGES + 8, 0xa000_1000L | NORMAL | 1 << 6 | 3);
        assertThat(par("s12pw", 0x1000)).isEqualTo(fault(0x0f, true, false));
        assertThat(par("s12pr", 0x1000)).isEqualTo(translated(0xa000_1000L, 3, 0xff));
        words.store(PAGES + 8, 1L << 40 | 0xa000_1000L | NORMAL | RW | 3);
        assertThat(par("s12pr", 0x1000)).isEqualTo(fault(0x03, true, false));
    }

    @Test
    void a_fault_of_a_table_is_on_the_stage_1_walk_whatever_instruction_asks() {
        lpae();

        guestRoot(NORMAL | 2 << 6);
        assertThat(par("s12pr", 0x1000)).isEqualTo(fault(0x0e, true, true));
        assertThat(par("s1cuw", 0x1000)).isEqualTo(fault(0x0e, true, true));
        guestRoot(NORMAL & ~AF | RW);
        assertThat(par("s12pr", 0x1000)).isEqualTo(fault(0x0a, true, true));
        words.store(ROOT + 8, 0);
        assertThat(par("s12pr", 0x1000)).isEqualTo(fault(0x05, true, true));
    }

    @Test
    void tables_in_device_memory_fault_where_walks_are_protected_and_before_their_permissions() {
        lpae();

        guestRoot(AF | RW);
        assertThat(par("s12pr", 0x1000)).isEqualTo(translated(0xa000_1000L, 3, 0xff));
        words.set("HCR", VM | PTW);
        assertThat(par("s12pr", 0x1000)).isEqualTo(fault(0x0e, true, true));
        guestRoot(NORMAL | RW);
        assertThat(par("s12pr", 0x1000)).isEqualTo(translated(0xa000_1000L, 3, 0xff));
    }

    @Test
    void a_stage_1_permission_fault_comes_before_any_of_stage_2_on_the_output() {
        lpae().store(GUEST_ROOT_AT, AF | 1 << 7 | 1);

        assertThat(par("s12pw", 0x5000)).isEqualTo(fault(0x0d, false, false));
        assertThat(par("s12ur", 0x5000)).isEqualTo(fault(0x0d, false, false));
    }

    @Test
    void default_cacheable_holds_stage_1_off_and_turns_stage_2_on() {
        lpae().set("HCR", DC);

        assertThat(par("s12ur", 0x1234)).isEqualTo(translated(0xa000_1000L, 0, 0xff));
        assertThat(par("s1cur", 0xffff_f234L)).isEqualTo(translated(0xffff_f000L, 0, 0xff));
        assertThat(par("s12ur", 0x5000)).isEqualTo(fault(0x07, true, false));
    }

    @Test
    void a_host_that_traps_general_exceptions_has_no_stage_1_and_does_not_protect_walks() {
        lpae().set("HCR", VM | TGE | PTW);

        // Device-nGnRnE stays what it is under Normal memory of stage 2.
        assertThat(par("s12ur", 0x1234)).isEqualTo(translated(0xa000_1000L, 2, 0));
    }

    @Test
    void both_stages_read_words_in_the_byte_order_of_their_own_register() {
        lpae();
        words.words.replaceAll((address, word) -> Long.reverseBytes(word));

        words.set("SCTLR", 5 | 1 << 25).set("HSCTLR", 1 << 25);
        assertThat(par("s12pr", 0x1234)).isEqualTo(translated(0xa000_1000L, 3, 0xff));
        words.set("SCTLR", 5);
        assertThat(par("s12pr", 0x1234)).isEqualTo(fault(0x05, false, false));
    }

    @Test
    void the_stricter_memory_type_holds_and_caches_that_are_off_make_normal_memory_uncached() {
        lpae();

        words.store(PAGES + 8, 0xa000_1000L | AF | 1 << 2 | RW | 3);
        assertThat(par("s12pr", 0x1000)).isEqualTo(translated(0xa000_1000L, 2, 0x04));
        words.store(PAGES + 8, 0xa000_1000L | AF | 0xa << 2 | RW | 2 << 8 | 3);
        assertThat(par("s12pr", 0x1000)).isEqualTo(translated(0xa000_1000L, 2, 0xbb));
        words.set("HCR2", 1);
        assertThat(par("s12pr", 0x1000)).isEqualTo(translated(0xa000_1000L, 2, 0x44));
        words.set("HCR2", 2).set("SCTLR", 1);
        assertThat(par("s12pr", 0x1000)).isEqualTo(translated(0xa000_1000L, 2, 0x44));
    }

    @Test
    void a_walk_shows_the_words_of_both_stages_in_the_order_in_which_they_are_read() {
        lpae();

        Walk walk = words.machine("").walk("s12pr", 0x1234);

        assertThat(walk.steps().stream().filter(step -> !step.folded()).map(step -> step.stage() + step.generic()))
                .containsExactly("2PGD", "2PMD", "1PGD", "2PGD", "2PMD", "2PTE");
        assertThat(walk.steps().stream()
                        .filter(step -> step.stage() == 1)
                        .findFirst()
                        .orElseThrow()
                        .entry())
                .isEqualTo(GUEST_ROOT_AT);
        assertThat(walk.outcome()).isInstanceOfSatisfying(Walk.Translated.class, found -> {
            assertThat(found.output()).isEqualTo(0xa000_1234L);
            assertThat(found.level()).isEqualTo(3);
            assertThat(found.leafSize()).isEqualTo(4096);
            assertThat(found.attributes().permissions()).hasToString("rwx/---");
        });
        guestRoot(NORMAL);
        assertThat(words.machine("").walk("s12pr", 0x1234).outcome())
                .isEqualTo(new Walk.Faulted(FaultKind.PERMISSION, 2, 2, true));
    }

    /** The same host; a guest with a section for 1 MB from 0 and a supersection above 4 GB. */
    private void shortDescriptors() {
        lpae().set("TTBCR", 0).set("DACR", 1).set("PRRR", 0x000a_81a8L).set("NMRR", 0x40e0_40e0L);
        words.set("SCTLR", 5 | 1 << 28);
        // Section: AP full access, TEX C B = 0b111 (Normal write-back), then a supersection at 0x12_3400_0000.
        words.store32(GUEST_ROOT_AT, 0x3 << 10 | 1 << 12 | 3 << 2 | 2);
        for (int copy = 0; copy < 16; copy++) {
            long address = GUEST_ROOT_AT + 4 * (0x100 + copy);
            words.store32(address, 0x0020_0000L | 0x34 << 24 | 1 << 5 | 1 << 18 | 0x3 << 10 | 1 << 12 | 0xe);
        }
    }

    @Test
    void short_descriptors_lie_under_stage_2_as_long_ones_do() {
        shortDescriptors();

        assertThat(par("s12pr", 0x1234)).isEqualTo(translated(0xa000_1000L, 0, 0xff));
        assertThat(par("s12pr", 0x5000)).isEqualTo(fault(0x07, true, false));
        assertThat(par("s12pr", 0x10_0000)).isEqualTo(fault(0x05, false, false));
        words.set("DACR", 0);
        assertThat(par("s12pr", 0x1234)).isEqualTo(fault(0x3d, false, false));
        guestRoot(NORMAL | 2 << 6);
        assertThat(par("s12pr", 0x1234)).isEqualTo(fault(0x0e, true, true));
        assertThat(par("s1cpr", 0x1234)).isEqualTo(fault(0x0e, true, true));
    }

    @Test
    void alone_a_short_stage_1_keeps_its_own_form_under_a_stage_2() {
        shortDescriptors();

        long par = words.machine("").addressTranslation("s1cpr", 0x1234);

        // PA, NS, inner and outer write-back with write-allocate; no LPAE.
        assertThat(par & 0xffff_ffff_ffff_f800L).isEqualTo(0x1000);
        words.set("DACR", 0);
        assertThat(par("s1cpr", 0x1234)).isEqualTo(Hex.address(0x09 << 1 | 1));
    }

    @Test
    void a_supersection_gives_stage_2_an_address_of_40_bits() {
        shortDescriptors();

        assertThat(par("s12pr", 0x1000_0000)).isEqualTo(fault(0x05, true, false));
        words.store(ROOT + 8 * (0x12_3400_0000L >>> 30), 0x4000_0000L | NORMAL | RW | 1);
        assertThat(par("s12pr", 0x1012_3456)).startsWith("0xff0000007412");
        words.set("VTCR", EAE | 0x18 + 1 | 1 << 6);
        assertThat(par("s12pr", 0x1012_3456)).startsWith("0xff0000007412");
        words.set("VTCR", EAE | 0x1e | 1 << 6);
        assertThat(par("s12pr", 0x1012_3456)).isEqualTo(fault(0x05, true, false));
    }

    @Test
    void instructions_with_access_never_are_of_processors_that_have_it() {
        lpae().store(GUEST_ROOT_AT, AF | 1 << 6 | 1);

        assertThat(par("s1cprp", 0x1000)).isEqualTo(fault(0x0d, false, false));
        assertThat(par("s1cpr", 0x1000)).isEqualTo(translated(0x1000, 0, 0xff));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> words.machine("cortex-a57").addressTranslation("s1cprp", 0))
                .withMessageContaining("FEAT_PAN");
    }
}
