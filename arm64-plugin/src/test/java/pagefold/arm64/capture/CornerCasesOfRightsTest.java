package pagefold.arm64.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm64.capture.TranslatingMachine.fault;
import static pagefold.arm64.capture.TranslatingMachine.onWalk;
import static pagefold.arm64.capture.TranslatingMachine.stage2;
import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.AP_TABLE_NO_USER;
import static pagefold.arm64.descriptor.Descriptor.AP_TABLE_RDONLY;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.GP;
import static pagefold.arm64.descriptor.Descriptor.NS_TABLE;
import static pagefold.arm64.descriptor.Descriptor.PXN;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.S2_XN_SHIFT;
import static pagefold.arm64.descriptor.Descriptor.USER;
import static pagefold.arm64.descriptor.Descriptor.UXN;
import static pagefold.arm64.descriptor.Descriptor.bit;
import static pagefold.arm64.descriptor.Descriptor.field;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.arm64.walk.SparseMemory;
import pagefold.arm64.walk.Stage1;
import pagefold.arm64.walk.Stage1Range;
import pagefold.arm64.walk.Stage2;
import pagefold.arm64.walk.TableRange;
import pagefold.arm64.walk.TranslationWalker;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.table.Translation;
import pagefold.table.Walk;

/**
 * Cases of permissions, attributes and faults that real walkers got wrong. The number in a name is the case's in our
 * list; 55 is AArch32's, 49, 53, 54 and 56 to 64 need external aborts or TLBs, 51 is HardwareUpdatesTest's.
 */
class CornerCasesOfRightsTest {
    private static final long ROOT = 0x1_0000;
    private static final long TABLE = 0x2_0000;
    private static final long BLOCK = 0x4000_0000L | AF | 1;
    private static final long SMALL_BLOCK = 0x4000_0000L | AF | 1;
    private static final int PERMISSION_1 = 0x0d;
    private static final int PERMISSION_2 = 0x0e;

    private final TranslatingMachine machine = new TranslatingMachine();

    /** A block of 1 GB at address 0, and one of 2 MB below a table at 1 GB. */
    @BeforeEach
    void oneStage() {
        machine.tcr(25, 0, 5).ttbr0(ROOT);
        leaf(BLOCK, SMALL_BLOCK, 0);
    }

    private void leaf(long block, long below, long table) {
        machine.store(ROOT, block).store(ROOT + 8, TABLE | 3 | table).store(TABLE, below);
    }

    private long below(String instruction) {
        return machine.ask(instruction, 1L << 30);
    }

    @Test
    void case_29_aptable_0_takes_el0s_access_and_aptable_1_all_writes() {
        leaf(BLOCK, SMALL_BLOCK | USER, AP_TABLE_NO_USER);
        assertThat(below("s1e0r")).isEqualTo(fault(PERMISSION_2));
        assertThat(below("s1e1w")).isEqualTo(0x4000_0000L);

        leaf(BLOCK, SMALL_BLOCK | USER, AP_TABLE_RDONLY);
        assertThat(below("s1e0r")).isEqualTo(0x4000_0000L);
        assertThat(below("s1e0w")).isEqualTo(fault(PERMISSION_2));
        assertThat(below("s1e1w")).isEqualTo(fault(PERMISSION_2));
    }

    @Test
    void case_30_hpd_makes_the_attributes_of_tables_void() {
        leaf(BLOCK, SMALL_BLOCK | USER, AP_TABLE_NO_USER | AP_TABLE_RDONLY);
        machine.tcr(25, 0, 5, bit(41));

        assertThat(below("s1e0w")).isEqualTo(0x4000_0000L);
    }

    /** Every access to one 1 GB block, with SCTLR.WXN, EPAN or neither: who may execute it. */
    private static boolean executes(long block, Privilege privilege, boolean oneRange, boolean wxn) {
        SparseMemory memory = new SparseMemory().store(ROOT, block);
        TableRange tables = TableRange.of(Vmsa64Geometry.stage1(12, 39, OutputEncoding.PA_48), ROOT, 48);
        Stage1Range range = Stage1Range.lower(tables, Stage1Range.Controls.KERNEL);
        Stage1.Controls controls = new Stage1.Controls(0xff, true, true, wxn, false, true, true, false);
        Stage1 regime = oneRange ? Stage1.oneRange(range, controls) : Stage1.twoRanges(range, null, controls);
        return !Translation.isFault(
                new TranslationWalker(regime, null, memory).translate(0, Access.EXECUTE, privilege));
    }

    @Test
    void case_31_pxn_concerns_the_kernel_and_uxn_the_process() {
        assertThat(executes(BLOCK | RDONLY | PXN, Privilege.PRIVILEGED, false, false))
                .isFalse();
        assertThat(executes(BLOCK | RDONLY | PXN, Privilege.UNPRIVILEGED, false, false))
                .isTrue();
        assertThat(executes(BLOCK | RDONLY | UXN, Privilege.PRIVILEGED, false, false))
                .isTrue();
        assertThat(executes(BLOCK | RDONLY | UXN, Privilege.UNPRIVILEGED, false, false))
                .isFalse();
    }

    @Test
    void case_32_what_el0_may_write_el1_does_not_execute_but_el2_does() {
        assertThat(executes(BLOCK | USER, Privilege.PRIVILEGED, false, false)).isFalse();
        assertThat(executes(BLOCK | USER | RDONLY, Privilege.PRIVILEGED, false, false))
                .isTrue();
        assertThat(executes(BLOCK | USER | RDONLY | DBM, Privilege.PRIVILEGED, false, false))
                .as("writable-clean")
                .isFalse();
        assertThat(executes(BLOCK | USER, Privilege.PRIVILEGED, true, false)).isTrue();
        assertThat(executes(BLOCK | USER, Privilege.PRIVILEGED, true, true))
                .as("WXN")
                .isFalse();
    }

    @Test
    void case_33_pan_concerns_data_alone() {
        leaf(BLOCK | USER | RDONLY, SMALL_BLOCK, 0);

        assertThat(machine.ask("s1e1r", 0)).isEqualTo(0x4000_0000L);
        assertThat(machine.ask("s1e1rp", 0)).isEqualTo(fault(PERMISSION_1));
        assertThat(below("s1e1rp")).isEqualTo(0x4000_0000L);
        assertThat(executes(BLOCK | USER | RDONLY, Privilege.PRIVILEGED, false, false))
                .isTrue();
    }

    @Test
    void case_34_an_unprivileged_access_has_el0s_rights_whoever_makes_it() {
        leaf(BLOCK | USER, SMALL_BLOCK, 0);

        assertThat(machine.ask("s1e0r", 0)).isEqualTo(0x4000_0000L);
        assertThat(below("s1e0r")).isEqualTo(fault(PERMISSION_2));
    }

    @Test
    void case_35_execution_needs_no_right_to_read() {
        assertThat(executes(BLOCK | RDONLY, Privilege.UNPRIVILEGED, false, false))
                .isTrue();
        assertThat(stage2Executes(0b00 << 6, Privilege.PRIVILEGED)).isTrue();
    }

    private static boolean stage2Executes(long attributes, Privilege privilege) {
        SparseMemory memory = new SparseMemory().store(ROOT, BLOCK | attributes);
        Vmsa64Geometry geometry = Vmsa64Geometry.stage1(12, 39, OutputEncoding.PA_48);
        Stage2 stage2 = new Stage2(TableRange.of(geometry, 2, ROOT, 48, false), Stage2.Controls.PLAIN);
        return !Translation.isFault(TranslationWalker.ofStage2(stage2, memory).translate(0, Access.EXECUTE, privilege));
    }

    /** Stage 2 with 1 GB blocks: intermediate 0 is the guest's data, 1 GB its root at physical 2 GB. */
    private void twoStages(long block, long ofTable, long ofData) {
        machine.ttbr0(0x4000_0000L).stage2(25, 1, 5, 0x9_0000);
        machine.store(0x8000_0000L, block);
        machine.store(0x9_0008, 0x8000_0000L | ofTable | 1).store(0x9_0000, 0xc000_0000L | ofData | 1);
    }

    @Test
    void case_36_stage_2_judges_reads_and_writes_by_their_own_bits() {
        twoStages(AF | 1, 0x7fc, 0x7fc & ~0xc0 | 0x40);
        assertThat(machine.ask("s12e1r", 0)).isEqualTo(0xc000_0000L);
        assertThat(machine.ask("s12e1w", 0)).isEqualTo(stage2(PERMISSION_1));
        twoStages(AF | 1, 0x7fc, 0x7fc & ~0xc0 | 0x80);
        assertThat(machine.ask("s12e1r", 0)).isEqualTo(stage2(PERMISSION_1));
        assertThat(machine.ask("s12e1w", 0)).isEqualTo(0xc000_0000L);
    }

    @Test
    void case_37_el2_as_a_host_has_the_rules_of_two_ranges() {
        machine.register("HCR_EL2", 0x4_8000_0000L).register("MAIR_EL2", 0xff).register("TTBR0_EL2", ROOT);
        machine.register("TCR_EL2", 25 | bit(23) | 5L << 32);
        leaf(BLOCK | RDONLY, SMALL_BLOCK | USER, AP_TABLE_NO_USER);

        assertThat(machine.ask("s1e2r", 0)).isEqualTo(0x4000_0000L);
        assertThat(machine.ask("s1e2w", 0)).isEqualTo(fault(PERMISSION_1));
        assertThat(machine.ask("s1e2w", 1L << 30)).isEqualTo(0x4000_0000L);
        assertThat(machine.ask("s1e2r", -1L)).as("its upper half is off").isEqualTo(fault(0x04));
    }

    @Test
    void case_38_an_instruction_asks_the_regime_of_its_name() {
        machine.register("MAIR_EL2", 0xff).register("TTBR0_EL2", TABLE).register("TCR_EL2", 25 | 5 << 16);
        machine.register("MAIR_EL3", 0xff).register("TTBR0_EL3", ROOT).register("TCR_EL3", 25 | 5 << 16);

        assertThat(machine.ask("s1e1r", 0)).isEqualTo(0x4000_0000L);
        machine.store(TABLE, 0x8000_0000L | AF | 1);
        assertThat(machine.ask("s1e2r", 0)).isEqualTo(0x8000_0000L);
        assertThat(machine.ask("s1e3r", 0)).isEqualTo(0x4000_0000L);
    }

    @Test
    void case_39_a_permission_fault_of_stage_1_comes_before_stage_2_on_the_output_and_after_it_on_a_table() {
        twoStages(AF | RDONLY | 1, 0x7fc, 0);
        machine.store(0x9_0000, 0);
        assertThat(machine.ask("s12e1w", 0)).isEqualTo(fault(PERMISSION_1));
        assertThat(machine.ask("s12e1r", 0)).isEqualTo(stage2(0x05));
        machine.store(0x9_0008, 0);
        assertThat(machine.ask("s12e1w", 0)).isEqualTo(onWalk(0x05));
    }

    @ParameterizedTest
    @CsvSource({"0, true, true", "1, false, true", "2, false, false", "3, true, false"})
    void case_40_xn_of_stage_2_tells_el1_from_el0(long xn, boolean kernel, boolean process) {
        assertThat(stage2Executes(xn << S2_XN_SHIFT, Privilege.PRIVILEGED)).isEqualTo(kernel);
        assertThat(stage2Executes(xn << S2_XN_SHIFT, Privilege.UNPRIVILEGED)).isEqualTo(process);
    }

    @Test
    void case_41_nstable_means_nothing_outside_secure_state_and_bit_63_of_stage_2_never_does() {
        leaf(BLOCK, SMALL_BLOCK | USER, NS_TABLE);
        assertThat(below("s1e0w")).isEqualTo(0x4000_0000L);

        twoStages(AF | 1, 0x7fc | bit(63), 0x7fc | bit(63));
        assertThat(machine.ask("s12e1w", 0)).isEqualTo(0xc000_0000L);
    }

    @Test
    void case_42_guarded_pages_are_said_by_stage_1_alone() {
        twoStages(AF | GP | 1, 0x7fc, 0x7fc);
        Walk guarded = machine.walk("s12e1r", 0);
        twoStages(AF | 1, 0x7fc, 0x7fc | GP);
        Walk plain = machine.walk("s12e1r", 0);

        assertThat(((Walk.Translated) guarded.outcome()).attributes().guarded()).isTrue();
        assertThat(((Walk.Translated) plain.outcome()).attributes().guarded()).isFalse();
    }

    private long shareability(String instruction) {
        return field(machine.par(instruction, 0), 8, 7);
    }

    private long attribute(String instruction) {
        return field(machine.par(instruction, 0), 63, 56);
    }

    @Test
    void case_43_with_ds_shareability_is_the_control_registers() {
        leaf(BLOCK, SMALL_BLOCK, 0);
        machine.tcr(25, 0, 6, bit(59), 3L << 12);
        assertThat(shareability("s1e1r")).isEqualTo(3);
        machine.tcr(25, 0, 6, bit(59), 2L << 12);
        assertThat(shareability("s1e1r")).isEqualTo(2);
        machine.tcr(25, 0, 6, 2L << 12);
        assertThat(shareability("s1e1r"))
                .as("without DS it is the descriptor's")
                .isZero();
    }

    @Test
    void case_44_device_memory_and_what_is_not_cached_are_outer_shareable() {
        leaf(BLOCK | 3 << 8, SMALL_BLOCK, 0);
        for (int byteOfMair : new int[] {0x00, 0x04, 0x08, 0x0c, 0x44, 0x40, 0x01}) {
            machine.register("MAIR_EL1", byteOfMair);
            assertThat(shareability("s1e1r")).as("0x%x", byteOfMair).isEqualTo(2);
            assertThat(attribute("s1e1r")).isEqualTo(byteOfMair);
        }
        for (int byteOfMair : new int[] {0x4f, 0xf4, 0xff, 0xbb, 0xa0, 0xf0}) {
            machine.register("MAIR_EL1", byteOfMair);
            assertThat(shareability("s1e1r")).as("0x%x", byteOfMair).isEqualTo(3);
        }
    }

    @Test
    void case_45_a_device_of_stage_1_stays_one_under_normal_memory_of_stage_2() {
        machine.register("MAIR_EL1", 0x0c);
        twoStages(AF | 1, 0x7fc, 0x7c0 | 0b0101 << 2);

        assertThat(attribute("s12e1r")).isEqualTo(0x0c);
    }

    @Test
    void case_46_dc_turns_stage_1_off_and_stage_2_on_and_makes_all_cacheable() {
        twoStages(0, 0x7fc, 0x7fc);
        machine.register("HCR_EL2", 0x8000_1000L);

        assertThat(machine.ask("s12e1r", 0)).isEqualTo(0xc000_0000L);
        assertThat(attribute("s12e1r")).isEqualTo(0xff);
    }

    @Test
    void case_47_without_caches_data_is_not_cached() {
        leaf(BLOCK | 3 << 8, SMALL_BLOCK, 0);
        machine.register("SCTLR_EL1", 1);

        assertThat(attribute("s1e1r")).isEqualTo(0x44);
        assertThat(shareability("s1e1r")).isEqualTo(2);
    }

    @Test
    void case_48_tables_are_read_in_the_byte_order_of_their_stage() {
        machine.register("SCTLR_EL1", 0x1005 | bit(25)).store(ROOT, Long.reverseBytes(BLOCK));
        assertThat(machine.ask("s1e1r", 0)).isEqualTo(0x4000_0000L);

        twoStages(Long.reverseBytes(AF | 1), 0x7fc, 0x7fc);
        assertThat(machine.ask("s12e1r", 0)).isEqualTo(0xc000_0000L);
        machine.register("SCTLR_EL2", bit(25));
        for (long entry : new long[] {0, 8}) {
            long word = entry == 0 ? 0xc000_0000L | 0x7fd : 0x8000_0000L | 0x7fd;
            machine.store(0x9_0000 + entry, Long.reverseBytes(word));
        }
        assertThat(machine.ask("s12e1r", 0)).isEqualTo(0xc000_0000L);
    }

    @Test
    void case_50_an_access_flag_fault_beats_permission_and_yields_to_address_size() {
        leaf(BLOCK & ~AF | RDONLY, SMALL_BLOCK, 0);
        assertThat(machine.ask("s1e1w", 0)).isEqualTo(fault(0x09));
        leaf(BLOCK & ~AF | bit(47), SMALL_BLOCK, 0);
        machine.tcr(25, 0, 4);
        assertThat(machine.ask("s1e1w", 0)).isEqualTo(fault(0x01));
    }

    @Test
    void case_52_dbm_yields_to_tables_and_to_stage_2() {
        machine.tcr(25, 0, 5, bit(39), bit(40));
        leaf(BLOCK | RDONLY | DBM, SMALL_BLOCK | RDONLY | DBM, AP_TABLE_RDONLY);
        assertThat(machine.ask("s1e1w", 0)).isEqualTo(0x4000_0000L);
        assertThat(below("s1e1w")).isEqualTo(fault(PERMISSION_2));

        twoStages(AF | RDONLY | DBM | 1, 0x7fc, 0x7fc & ~0xc0 | 0x40);
        assertThat(machine.ask("s12e1w", 0)).isEqualTo(stage2(PERMISSION_1));
    }
}
