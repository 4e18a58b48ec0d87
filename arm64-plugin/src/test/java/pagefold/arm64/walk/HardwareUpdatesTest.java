package pagefold.arm64.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.AP_TABLE_RDONLY;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.S2_AP;
import static pagefold.arm64.descriptor.Descriptor.S2_READ;
import static pagefold.arm64.descriptor.Descriptor.S2_WRITE;
import static pagefold.arm64.descriptor.Descriptor.USER;

import java.util.List;
import org.junit.jupiter.api.Test;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.arm64.walk.HardwareUpdates.Update;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.table.FaultKind;
import pagefold.table.Translation;

/** What hardware writes back: Arm ARM D8.5, and the cases of two stages. */
class HardwareUpdatesTest {
    private static final long ROOT = 0x1_0000;
    private static final long PAGE = 0x5_0000_0000L | 3;
    private static final int READ = Request.of(Access.READ, Privilege.PRIVILEGED);
    private static final int WRITE = Request.of(Access.WRITE, Privilege.PRIVILEGED);
    private static final int FETCH = Request.of(Access.EXECUTE, Privilege.PRIVILEGED);
    private static final long OUTPUT = 0x5_0000_0000L;

    private final SparseMemory memory = new SparseMemory();

    /** One stage of two levels; the leaf of address 0 is at the beginning of the second table. */
    private HardwareUpdates oneStage(boolean access, boolean dirty, boolean bigEndian) {
        TableRange tables = TableRange.of(Vmsa64Geometry.stage1(12, 30, OutputEncoding.PA_48), 1, ROOT, 48, bigEndian);
        Stage1 regime = Stage1.twoRanges(
                Stage1Range.lower(tables, Stage1Range.Controls.USER), null, Stage1.Controls.of(0xff, access, dirty));
        return new HardwareUpdates(new TranslationWalker(regime, null, memory), memory);
    }

    private void leaf(long word) {
        memory.store(ROOT, 0x2_0003).store(0x2_0000, word);
    }

    private static Update leafUpdate(long before, long after) {
        return new Update(0x2_0000, before, after);
    }

    @Test
    void every_state_of_a_leaf_changes_as_the_table_of_the_manual_says() {
        for (int state = 0; state < 64; state++) {
            boolean ha = (state & 1) != 0;
            boolean hd = (state & 2) != 0;
            boolean isWrite = (state & 4) != 0;
            long word = PAGE
                    | ((state & 8) != 0 ? AF : 0)
                    | ((state & 16) != 0 ? DBM : 0)
                    | ((state & 32) != 0 ? RDONLY : 0);
            leaf(word);
            HardwareUpdates updates = oneStage(ha, hd, false);

            long result = updates.access(0, isWrite ? WRITE : READ);

            boolean refusedFlag = !ha && (word & AF) == 0;
            boolean writable = (word & RDONLY) == 0 || ha && hd && (word & DBM) != 0;
            long expected = refusedFlag
                    ? Translation.fault(FaultKind.ACCESS_FLAG, 3, 1)
                    : isWrite && !writable ? Translation.fault(FaultKind.PERMISSION, 3, 1) : OUTPUT;
            long after = expected < 0 ? word : word | AF;
            after = expected >= 0 && isWrite ? after & ~RDONLY : after;
            assertThat(result).as("state %s", state).isEqualTo(expected);
            assertThat(memory.load64(0x2_0000)).as("state %s", state).isEqualTo(after);
            assertThat(updates.updates()).isEqualTo(after == word ? List.of() : List.of(leafUpdate(word, after)));
        }
    }

    @Test
    void big_endian_descriptors_are_written_in_their_byte_order() {
        long word = PAGE | DBM | RDONLY;
        memory.store(ROOT, Long.reverseBytes(0x2_0003L)).store(0x2_0000, Long.reverseBytes(word));

        HardwareUpdates updates = oneStage(true, true, true);

        assertThat(updates.access(0, WRITE)).isEqualTo(OUTPUT);
        assertThat(memory.load64(0x2_0000)).isEqualTo(Long.reverseBytes(PAGE | DBM | AF));
        assertThat(updates.updates()).containsExactly(leafUpdate(word, PAGE | DBM | AF));
    }

    @Test
    void a_fetch_sets_the_access_flag_and_never_dirty_state() {
        leaf(PAGE | DBM | RDONLY);

        assertThat(oneStage(true, true, false).access(0, FETCH)).isEqualTo(OUTPUT);

        assertThat(memory.load64(0x2_0000)).isEqualTo(PAGE | DBM | RDONLY | AF);
    }

    @Test
    void what_is_denied_otherwise_is_not_made_dirty() {
        memory.store(ROOT, 0x2_0003 | AP_TABLE_RDONLY).store(0x2_0000, PAGE | DBM | RDONLY | AF);
        HardwareUpdates updates = oneStage(true, true, false);

        assertThat(updates.access(0, WRITE)).isEqualTo(Translation.fault(FaultKind.PERMISSION, 3, 1));
        assertThat(updates.updates()).isEmpty();

        leaf(PAGE | DBM | RDONLY);
        int unprivileged = Request.of(Access.WRITE, Privilege.UNPRIVILEGED);
        assertThat(updates.access(0, unprivileged)).isEqualTo(Translation.fault(FaultKind.PERMISSION, 3, 1));
        assertThat(memory.load64(0x2_0000)).isEqualTo(PAGE | DBM | RDONLY);
        leaf(PAGE | DBM | RDONLY | USER);
        assertThat(updates.access(0, unprivileged)).isEqualTo(OUTPUT);
    }

    @Test
    void an_address_translation_instruction_writes_nothing() {
        leaf(PAGE | DBM | RDONLY);
        HardwareUpdates updates = oneStage(true, true, false);

        assertThat(updates.access(0, WRITE | Request.ADDRESS_TRANSLATION)).isEqualTo(OUTPUT);

        assertThat(updates.updates()).isEmpty();
    }

    @Test
    void a_descriptor_that_changed_meanwhile_is_decoded_anew() {
        leaf(PAGE);
        TranslationWalker walker = walkerOf(true);
        boolean[] changed = new boolean[1];
        HardwareUpdates updates = new HardwareUpdates(walker, (address, expected, word) -> {
            if (!changed[0]) {
                changed[0] = true;
                memory.store(address, 0x7_0000_0000L | 3);
            }
            return memory.compareAndSet(address, expected, word);
        });

        assertThat(updates.access(0x10, READ)).isEqualTo(0x7_0000_0010L);
        assertThat(updates.updates()).containsExactly(leafUpdate(0x7_0000_0003L, 0x7_0000_0003L | AF));
    }

    @Test
    void a_descriptor_that_never_stays_ends_with_a_sentence() {
        leaf(PAGE);
        HardwareUpdates updates = new HardwareUpdates(walkerOf(true), (address, expected, word) -> false);

        assertThatIllegalStateException()
                .isThrownBy(() -> updates.access(0, READ))
                .withMessageContaining("64 times");
    }

    private TranslationWalker walkerOf(boolean access) {
        TableRange tables = TableRange.of(Vmsa64Geometry.stage1(12, 30, OutputEncoding.PA_48), ROOT, 48);
        return new TranslationWalker(
                Stage1.twoRanges(
                        Stage1Range.lower(tables, Stage1Range.Controls.USER),
                        null,
                        Stage1.Controls.of(0xff, access, false)),
                null,
                memory);
    }

    // Two stages. Stage 1: a root at intermediate 0x1000 with a 1 GB block for address 0. Stage 2: pages.
    private static final long ROOT_2 = 0x9_0000;
    private static final long PAGES_2 = 0x9_1000;
    private static final long TABLE_PAGE = 0xa_0000;
    private static final long DATA_PAGE = 0xb_0000;
    private static final long NORMAL = 0xf << 2 | 3;

    private HardwareUpdates twoStages(long block, long ofTable, long ofData) {
        memory.store(TABLE_PAGE, block | 1);
        memory.store(ROOT_2, PAGES_2 | 3);
        memory.store(PAGES_2 + 8, TABLE_PAGE | NORMAL | ofTable);
        memory.store(PAGES_2 + 16, DATA_PAGE | NORMAL | ofData);
        TableRange guest = TableRange.of(Vmsa64Geometry.stage1(12, 39, OutputEncoding.PA_48), 0x1000, 48);
        TableRange host = TableRange.of(Vmsa64Geometry.stage1(12, 30, OutputEncoding.PA_48), 2, ROOT_2, 48, false);
        Stage1 first = Stage1.twoRanges(
                Stage1Range.lower(guest, Stage1Range.Controls.KERNEL), null, Stage1.Controls.of(0xff, true, true));
        Stage2.Controls second = new Stage2.Controls(true, true, 3, true, false, false, false, false);
        return new HardwareUpdates(new TranslationWalker(first, new Stage2(host, second), memory), memory);
    }

    private static Update update(long address, long before, long after) {
        return new Update(address, before, after);
    }

    @Test
    void a_write_through_two_stages_writes_every_descriptor_that_it_needs_in_order() {
        HardwareUpdates updates = twoStages(DBM | RDONLY, S2_READ | DBM, S2_READ | DBM);

        assertThat(updates.access(0x2008, WRITE)).isEqualTo(DATA_PAGE + 8);

        long table = TABLE_PAGE | NORMAL | S2_READ | DBM;
        long data = DATA_PAGE | NORMAL | S2_READ | DBM;
        assertThat(memory.load64(PAGES_2 + 8)).isEqualTo(table | AF | S2_WRITE);
        assertThat(memory.load64(TABLE_PAGE)).isEqualTo(DBM | AF | 1);
        assertThat(memory.load64(PAGES_2 + 16)).isEqualTo(data | AF | S2_WRITE);
        // The page of the table is read before it is written: its Access flag and its dirty state are two updates.
        assertThat(updates.updates())
                .startsWith(update(PAGES_2 + 8, table, table | AF))
                .endsWith(
                        update(PAGES_2 + 8, table | AF, table | AF | S2_WRITE),
                        update(TABLE_PAGE, DBM | RDONLY | 1, DBM | AF | 1),
                        update(PAGES_2 + 16, data, data | AF | S2_WRITE));
    }

    @Test
    void a_read_sets_access_flags_and_the_page_of_an_updated_table_becomes_dirty() {
        HardwareUpdates updates = twoStages(DBM | RDONLY, S2_READ | DBM, S2_READ | DBM);

        assertThat(updates.access(0x2000, READ)).isEqualTo(DATA_PAGE);

        assertThat(memory.load64(PAGES_2 + 8) & (AF | S2_WRITE)).isEqualTo(AF | S2_WRITE);
        assertThat(memory.load64(TABLE_PAGE)).isEqualTo(DBM | RDONLY | AF | 1);
        assertThat(memory.load64(PAGES_2 + 16) & (AF | S2_WRITE)).isEqualTo(AF);
    }

    @Test
    void an_update_that_stage_2_forbids_is_its_fault_on_the_stage_1_walk() {
        HardwareUpdates updates = twoStages(0, S2_READ, S2_AP);

        assertThat(updates.access(0x2000, READ)).isEqualTo(Translation.fault(FaultKind.PERMISSION, 3, 2));

        assertThat(memory.load64(TABLE_PAGE)).isEqualTo(1);
        assertThat(memory.load64(PAGES_2 + 16) & AF).isZero();
    }

    @Test
    void stage_1_is_written_before_stage_2_refuses_the_output() {
        for (long ofData : new long[] {0, S2_READ}) {
            HardwareUpdates updates = twoStages(DBM | RDONLY, S2_AP, ofData);

            assertThat(updates.access(0x2000, WRITE)).isEqualTo(Translation.fault(FaultKind.PERMISSION, 3, 2));

            assertThat(memory.load64(TABLE_PAGE)).isEqualTo(DBM | AF | 1);
            assertThat(memory.load64(PAGES_2 + 16) & (AF | S2_WRITE)).isZero();
        }
    }

    @Test
    void stage_2_alone_is_updated_too() {
        twoStages(0, S2_AP, S2_READ | DBM);
        TableRange host = TableRange.of(Vmsa64Geometry.stage1(12, 30, OutputEncoding.PA_48), 2, ROOT_2, 48, false);
        Stage2.Controls second = new Stage2.Controls(true, true, 3, true, false, false, false, false);
        HardwareUpdates updates =
                new HardwareUpdates(TranslationWalker.ofStage2(new Stage2(host, second), memory), memory);

        assertThat(updates.access(0x2000, WRITE)).isEqualTo(DATA_PAGE);

        assertThat(memory.load64(PAGES_2 + 16) & (AF | S2_WRITE)).isEqualTo(AF | S2_WRITE);
    }
}
