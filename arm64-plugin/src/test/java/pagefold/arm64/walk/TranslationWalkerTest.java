package pagefold.arm64.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.USER;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.table.FaultKind;
import pagefold.table.Translation;
import pagefold.table.Walk;

/** Cases that real walkers got wrong, one by one. */
class TranslationWalkerTest {
    private static final long ROOT = 0x10000;
    private static final long L2 = 0x20000;
    private static final long L3 = 0x30000;
    private static final long PAGE = AF | 3;
    private static final long BLOCK = AF | 1;
    private static final int READ = Request.of(Access.READ, Privilege.PRIVILEGED);
    private static final int WRITE = Request.of(Access.WRITE, Privilege.PRIVILEGED);
    private static final int FETCH = Request.of(Access.EXECUTE, Privilege.PRIVILEGED);

    private final SparseMemory memory = new SparseMemory();

    private static Vmsa64Geometry geometry(int granuleBits, int inputBits, OutputEncoding encoding) {
        return Vmsa64Geometry.stage1(granuleBits, inputBits, encoding);
    }

    /** 4K pages, 39 bits: levels 1 to 3. */
    private TranslationWalker plain() {
        return lower(TableRange.of(geometry(12, 39, OutputEncoding.PA_48), ROOT, 40), Stage1Range.Controls.KERNEL);
    }

    private TranslationWalker lower(TableRange tables, Stage1Range.Controls controls) {
        return new TranslationWalker(
                Stage1.twoRanges(
                        Stage1Range.lower(tables, controls), null, Stage1.Controls.of(0x0044_04ffL, false, false)),
                null,
                memory);
    }

    private static long fault(FaultKind kind, int level) {
        return Translation.fault(kind, level, 1);
    }

    @Test
    void res0_bits_of_a_blocks_address_are_ignored() {
        memory.store(ROOT, L2 | 3).store(L2, 0x4000_0000L | 1L << 12 | 1L << 16 | 1L << 20 | BLOCK);
        memory.store(ROOT + 8, 0x8000_0000L | 1L << 21 | 1L << 29 | BLOCK);

        assertThat(plain().translate(0x12_3456, READ)).isEqualTo(0x4012_3456L);
        assertThat(plain().translate(0x4000_0042L, READ)).isEqualTo(0x8000_0042L);
    }

    @Test
    void an_output_above_4_gb_keeps_its_bits() {
        memory.store(ROOT, 0xff_c000_0000L | BLOCK);

        assertThat(plain().translate(0x3fff_ffff, READ)).isEqualTo(0xff_ffff_ffffL);
    }

    @Test
    void a_reserved_type_at_level_3_is_a_translation_fault() {
        memory.store(ROOT, L2 | 3).store(L2, L3 | 3).store(L3, 0x5000 | BLOCK);

        assertThat(plain().translate(0, READ)).isEqualTo(fault(FaultKind.TRANSLATION, 3));
    }

    @Test
    void a_block_at_a_level_without_blocks_is_a_translation_fault_there() {
        memory.store(ROOT, BLOCK);

        assertThat(lower(TableRange.of(geometry(12, 48, OutputEncoding.PA_48), ROOT, 48), Stage1Range.Controls.KERNEL)
                        .translate(0, READ))
                .isEqualTo(fault(FaultKind.TRANSLATION, 0));
        assertThat(lower(TableRange.of(geometry(14, 47, OutputEncoding.PA_48), ROOT, 48), Stage1Range.Controls.KERNEL)
                        .translate(0, READ))
                .isEqualTo(fault(FaultKind.TRANSLATION, 1));
        assertThat(lower(TableRange.of(geometry(12, 48, OutputEncoding.LPA2), ROOT, 52), Stage1Range.Controls.KERNEL)
                        .translate(0x1234, READ))
                .isEqualTo(0x1234);
        assertThat(lower(TableRange.of(geometry(12, 52, OutputEncoding.LPA2), ROOT, 52), Stage1Range.Controls.KERNEL)
                        .translate(0, READ))
                .isEqualTo(fault(FaultKind.TRANSLATION, -1));
    }

    @Test
    void the_bits_of_52_bit_addresses_lie_where_each_form_has_them() {
        memory.store(ROOT, 5L << 12 | 0x2_0000_0000L | BLOCK);
        assertThat(lower(TableRange.of(geometry(16, 42, OutputEncoding.LPA_64K), ROOT, 52), Stage1Range.Controls.KERNEL)
                        .translate(0x42, READ))
                .isEqualTo(0x5_0002_0000_0042L);
        assertThat(lower(TableRange.of(geometry(16, 42, OutputEncoding.LPA_64K), ROOT, 48), Stage1Range.Controls.KERNEL)
                        .translate(0x42, READ))
                .isEqualTo(fault(FaultKind.ADDRESS_SIZE, 2));

        memory.store(ROOT, 3L << 48 | 2L << 8 | 0x4000_0000L | BLOCK);
        assertThat(lower(TableRange.of(geometry(12, 39, OutputEncoding.LPA2), ROOT, 52), Stage1Range.Controls.KERNEL)
                        .translate(0x42, READ))
                .isEqualTo(0xb_0000_4000_0042L);
        assertThat(lower(TableRange.of(geometry(12, 39, OutputEncoding.PA_48), ROOT, 48), Stage1Range.Controls.KERNEL)
                        .translate(0x42, READ))
                .isEqualTo(0x4000_0042L);
    }

    @Test
    void an_address_size_fault_beats_the_access_flag_which_beats_permission() {
        memory.store(ROOT, 1L << 41 | 1).store(ROOT + 8, 1).store(ROOT + 16, BLOCK);
        memory.store(ROOT + 24, 1L << 41 | 3);

        assertThat(plain().translate(0, FETCH)).isEqualTo(fault(FaultKind.ADDRESS_SIZE, 1));
        assertThat(plain().translate(1L << 30, Access.READ, Privilege.UNPRIVILEGED))
                .isEqualTo(fault(FaultKind.ACCESS_FLAG, 1));
        assertThat(plain().translate(2L << 30, Access.READ, Privilege.UNPRIVILEGED))
                .isEqualTo(fault(FaultKind.PERMISSION, 1));
        assertThat(plain().translate(3L << 30, READ)).isEqualTo(fault(FaultKind.ADDRESS_SIZE, 1));
    }

    @Test
    void an_address_that_is_not_canonical_faults_at_level_0_unless_its_top_byte_is_ignored() {
        memory.store(ROOT, BLOCK);
        TableRange tables = TableRange.of(geometry(12, 39, OutputEncoding.PA_48), ROOT, 48);
        Stage1Range.Controls tags = new Stage1Range.Controls(true, true, false, false, false, false, 3);

        assertThat(plain().translate(1L << 39, READ)).isEqualTo(fault(FaultKind.TRANSLATION, 0));
        assertThat(plain().translate(1L << 56, READ)).isEqualTo(fault(FaultKind.TRANSLATION, 0));
        assertThat(plain().translate(-1, READ)).isEqualTo(fault(FaultKind.TRANSLATION, 0));
        assertThat(lower(tables, Stage1Range.Controls.USER).translate(0xab00_0000_0000_0010L, READ))
                .isEqualTo(0x10);
        assertThat(lower(tables, Stage1Range.Controls.USER).translate(0xab00_0000_0000_0010L, FETCH))
                .isEqualTo(0x10);
        assertThat(lower(tables, tags).translate(0xab00_0000_0000_0010L, FETCH))
                .isEqualTo(fault(FaultKind.TRANSLATION, 0));
        assertThat(lower(tables, tags).translate(0xab40_0000_0000_0010L, READ))
                .isEqualTo(fault(FaultKind.TRANSLATION, 0));
    }

    @Test
    void a_range_may_refuse_el0_or_everybody() {
        memory.store(ROOT, BLOCK | USER);
        TableRange tables = TableRange.of(geometry(12, 39, OutputEncoding.PA_48), ROOT, 48);
        TranslationWalker noUser = lower(tables, new Stage1Range.Controls(false, false, false, true, false, false, 3));

        assertThat(noUser.translate(0, READ)).isZero();
        assertThat(noUser.translate(0, Access.READ, Privilege.UNPRIVILEGED)).isEqualTo(fault(FaultKind.TRANSLATION, 0));
        assertThat(lower(tables, Stage1Range.Controls.DISABLED).translate(0, READ))
                .isEqualTo(fault(FaultKind.TRANSLATION, 0));
    }

    @Test
    void the_upper_range_ends_with_the_last_address_there_is() {
        TableRange tables = TableRange.of(geometry(12, 39, OutputEncoding.PA_48), ROOT, 48);
        memory.store(ROOT + 511 * 8, 0x4000_0000L | BLOCK);
        TranslationWalker walker = new TranslationWalker(
                Stage1.twoRanges(
                        null,
                        Stage1Range.upper(tables, Stage1Range.Controls.KERNEL),
                        Stage1.Controls.of(0, false, false)),
                null,
                memory);

        assertThat(walker.translate(-1, READ)).isEqualTo(0x7fff_ffffL);
        assertThat(walker.translate(-1L << 39, READ)).isEqualTo(fault(FaultKind.TRANSLATION, 1));
        assertThat(walker.translate((-1L << 39) - 1, READ)).isEqualTo(fault(FaultKind.TRANSLATION, 0));
        assertThat(walker.translate(0, READ)).isEqualTo(fault(FaultKind.TRANSLATION, 0));
    }

    @Test
    void tables_may_be_big_endian() {
        memory.store(ROOT, Long.reverseBytes(0x4000_0000L | BLOCK));
        TableRange tables = TableRange.of(geometry(12, 39, OutputEncoding.PA_48), 1, ROOT, 48, true);

        assertThat(lower(tables, Stage1Range.Controls.KERNEL).translate(0x10, READ))
                .isEqualTo(0x4000_0010L);
    }

    @Test
    void hardware_updates_are_evaluated_but_not_made() {
        long clean = 0x4000_0000L | 1 | RDONLY | DBM;
        memory.store(ROOT, clean);
        Stage1Range range = Stage1Range.lower(
                TableRange.of(geometry(12, 39, OutputEncoding.PA_48), ROOT, 48), Stage1Range.Controls.KERNEL);

        for (boolean dirty : List.of(true, false)) {
            Stage1 regime = Stage1.twoRanges(range, null, Stage1.Controls.of(0xff, true, dirty));
            TranslationWalker walker = new TranslationWalker(regime, null, memory);
            assertThat(walker.translate(0, READ)).isEqualTo(0x4000_0000L);
            assertThat(walker.translate(0, WRITE)).isEqualTo(dirty ? 0x4000_0000L : fault(FaultKind.PERMISSION, 1));
        }
        assertThat(memory.load64(ROOT)).isEqualTo(clean);
    }

    @Test
    void a_root_smaller_than_a_page_is_indexed_by_what_bits_there_are() {
        memory.store(0x10040 + 8, 0x5000 | PAGE);
        TableRange tables = TableRange.of(geometry(12, 14, OutputEncoding.PA_48), 0x10040 | 0x1e, 48);

        assertThat(lower(tables, Stage1Range.Controls.KERNEL).translate(0x1abc, READ))
                .isEqualTo(0x5abc);
    }

    @Test
    void the_short_way_answers_as_the_long_one_does() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 2048; i++) {
            memory.store(ROOT + i * 8L, word(random, L2)).store(L2 + i * 8L, word(random, L3));
            memory.store(L3 + i * 8L, word(random, 0x5000));
        }
        for (int granuleBits = 12; granuleBits <= 14; granuleBits += 2) {
            TranslationWalker walker = lower(
                    TableRange.of(geometry(granuleBits, 3 * granuleBits, OutputEncoding.PA_48), ROOT, 44),
                    Stage1Range.Controls.USER);
            for (int i = 0; i < 50_000; i++) {
                long address = random.nextLong() & 0xff00_003f_ffff_ffffL >>> random.nextInt(40);
                int request = 1 << random.nextInt(6) | random.nextInt(2) * Request.PAN;
                assertThat(walker.translate(address, request)).isEqualTo(walker.resolve(address, request));
            }
        }
    }

    private static long word(Random random, long next) {
        long attributes = random.nextLong() & 0x7840_0000_0000_0fc0L;
        long address = random.nextInt(8) == 0 ? 1L << 40 + random.nextInt(8) : next;
        return random.nextInt(10) == 0 ? random.nextLong() : attributes | address | AF | random.nextInt(4);
    }

    @Test
    void a_walk_shows_every_level_and_folded_ones_with_their_parents_word() {
        memory.store(ROOT, L2 | 3).store(L2, L3 | 3 | 1L << 59).store(L3 + 5 * 8, 0x7000 | PAGE | USER | 0x300);

        Walk walk = WalkReport.of(plain(), 0x5123, READ);

        assertThat(walk.steps().stream().map(Walk.Step::generic)).containsExactly("PGD", "P4D", "PUD", "PMD", "PTE");
        assertThat(walk.steps().stream().map(Walk.Step::folded)).containsExactly(false, true, true, false, false);
        assertThat(walk.steps().stream().map(Walk.Step::level)).containsExactly(1, 1, 1, 2, 3);
        assertThat(walk.steps().get(2).word()).isEqualTo(L2 | 3);
        assertThat(walk.steps().getLast().entry()).isEqualTo(L3 + 40);
        assertThat(walk.steps().getLast().meaning()).isEqualTo("page at 0x0000000000007000");
        assertThat(walk.steps().get(3).fields().stream().map(Walk.Field::name))
                .contains("NSTable", "APTable", "UXNTable", "PXNTable");
        assertThat(walk.outcome()).isInstanceOfSatisfying(Walk.Translated.class, found -> {
            assertThat(found.output()).isEqualTo(0x7123);
            assertThat(found.leafSize()).isEqualTo(4096);
            assertThat(found.attributes().permissions()).hasToString("rw-/rwx");
        });
        assertThat(WalkReport.of(plain(), 0x6000, READ).outcome())
                .isEqualTo(new Walk.Faulted(FaultKind.TRANSLATION, 3, 1));
    }
}
