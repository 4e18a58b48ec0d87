package pagefold.arm64.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.S2_AP;
import static pagefold.arm64.descriptor.Descriptor.S2_READ;
import static pagefold.arm64.descriptor.Descriptor.S2_WRITE;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.table.FaultKind;
import pagefold.table.Translation;
import pagefold.table.Walk;

/** Stage 1 under stage 2: what translates what, and whose fault it is. */
class TwoStageTest {
    /** Stage 1: one 1 GB block at intermediate 0, its root at intermediate 0x4000_0000. */
    private static final long ROOT_1 = 0x4000_0000L;

    private static final long ROOT_2 = 0x9000_0000L;
    private static final long TABLE_2 = 0x9000_1000L;
    private static final long PAGES_2 = 0x9000_2000L;
    private static final long GUEST_ROOT = 0x8000_0000L;
    private static final long NORMAL = AF | 0xf << 2;
    private static final int READ = Request.of(Access.READ, Privilege.PRIVILEGED);
    private static final int WRITE = Request.of(Access.WRITE, Privilege.PRIVILEGED);

    private final SparseMemory memory = new SparseMemory();

    @BeforeEach
    void guestAndHost() {
        // The guest: 1 GB to intermediate 0, normal write-back.
        memory.store(GUEST_ROOT, AF | 1);
        // The host: 4 KB pages for intermediate 0 to 2M, the guest's root in a 2M block.
        memory.store(ROOT_2, TABLE_2 | 3).store(ROOT_2 + 8, TABLE_2 + 0x4000 | 3);
        memory.store(TABLE_2, PAGES_2 | 3);
        memory.store(PAGES_2 + 8, 0xa000_1000L | NORMAL | S2_AP | 3);
        guestRoot(NORMAL | S2_AP);
    }

    private void guestRoot(long attributes) {
        memory.store(TABLE_2 + 0x4000, GUEST_ROOT | attributes | 1);
    }

    private TranslationWalker walker(Stage2.Controls second, boolean updates) {
        TableRange guest = TableRange.of(Vmsa64Geometry.stage1(12, 39, OutputEncoding.PA_48), ROOT_1, 48);
        TableRange host = TableRange.of(Vmsa64Geometry.stage1(12, 39, OutputEncoding.PA_48), 2, ROOT_2, 48, false);
        Stage1 first = Stage1.twoRanges(
                Stage1Range.lower(guest, Stage1Range.Controls.KERNEL),
                null,
                Stage1.Controls.of(0xff, updates, updates));
        return new TranslationWalker(first, new Stage2(host, second), memory);
    }

    private TranslationWalker plain() {
        return walker(Stage2.Controls.PLAIN, false);
    }

    private static Stage2.Controls protectedWalks() {
        return new Stage2.Controls(false, false, 3, true, false, true, false, false);
    }

    @Test
    void an_output_is_put_together_stage_by_stage() {
        TranslationWalker walker = plain();

        assertThat(walker.translate(0x1234, READ)).isEqualTo(0xa000_1234L);
        assertThat(walker.leafSize()).isEqualTo(4096);
        assertThat(walker.level()).isEqualTo(3);
        assertThat(walker.intermediateAddress()).isEqualTo(0x1234);
        assertThat(walker.translate(0x1234, READ | Request.STAGE_1_ONLY)).isEqualTo(0x1234);
    }

    @Test
    void a_fault_of_the_output_is_stage_2s() {
        TranslationWalker walker = plain();

        assertThat(walker.translate(0x5000, READ)).isEqualTo(Translation.fault(FaultKind.TRANSLATION, 3, 2));
        assertThat(walker.faultedOnStage1Walk()).isFalse();
        assertThat(walker.intermediateAddress()).isEqualTo(0x5000);
    }

    @Test
    void a_fault_of_a_table_is_stage_2s_on_a_stage_1_walk_at_its_own_level() {
        guestRoot(NORMAL | S2_WRITE);
        TranslationWalker walker = plain();

        assertThat(walker.translate(0x1000, READ)).isEqualTo(Translation.fault(FaultKind.PERMISSION, 2, 2));
        assertThat(walker.faultedOnStage1Walk()).isTrue();
        assertThat(walker.intermediateAddress()).isEqualTo(ROOT_1);
        assertThat(Par.of(walker, 0x1000, READ)).isEqualTo(1 | 0x0e << 1 | 1 << 8 | 1 << 9 | 1 << 11);

        memory.store(GUEST_ROOT, 0);
        guestRoot(NORMAL | S2_AP);
        assertThat(walker.translate(0x1000, READ)).isEqualTo(Translation.fault(FaultKind.TRANSLATION, 1, 1));
        assertThat(walker.faultedOnStage1Walk()).isFalse();
    }

    @Test
    void tables_in_device_memory_fault_where_walks_are_protected() {
        guestRoot(AF | S2_AP);

        assertThat(plain().translate(0x1000, READ)).isEqualTo(0xa000_1000L);
        TranslationWalker walker = walker(protectedWalks(), false);
        assertThat(walker.translate(0x1000, READ)).isEqualTo(Translation.fault(FaultKind.PERMISSION, 2, 2));
        assertThat(walker.faultedOnStage1Walk()).isTrue();
    }

    @Test
    void a_stage_1_permission_fault_comes_before_any_of_stage_2_on_the_output() {
        memory.store(GUEST_ROOT, AF | RDONLY | 1);

        assertThat(plain().translate(0x5000, WRITE)).isEqualTo(Translation.fault(FaultKind.PERMISSION, 1, 1));
    }

    @Test
    void an_update_of_a_descriptor_needs_stage_2s_leave_to_write_it() {
        memory.store(GUEST_ROOT, RDONLY | DBM | AF | 1);
        guestRoot(NORMAL | S2_READ);
        TranslationWalker walker = walker(Stage2.Controls.PLAIN, true);

        assertThat(walker.translate(0x1000, READ)).isEqualTo(0xa000_1000L);
        assertThat(walker.translate(0x1000, WRITE)).isEqualTo(Translation.fault(FaultKind.PERMISSION, 2, 2));
        assertThat(walker.faultedOnStage1Walk()).isTrue();
        assertThat(walker.translate(0x1000, WRITE | Request.ADDRESS_TRANSLATION))
                .isEqualTo(0xa000_1000L);
        guestRoot(NORMAL | S2_AP);
        assertThat(walker.translate(0x1000, WRITE)).isEqualTo(0xa000_1000L);
    }

    @Test
    void an_intermediate_address_beyond_stage_2s_input_is_its_translation_fault_of_level_0() {
        memory.store(GUEST_ROOT, 1L << 39 | AF | 1);

        assertThat(plain().translate(0x1000, READ)).isEqualTo(Translation.fault(FaultKind.TRANSLATION, 0, 2));
    }

    @Test
    void a_walk_shows_the_stage_2_steps_of_every_table() {
        Walk walk = WalkReport.of(plain(), 0x1234, READ);

        assertThat(walk.steps().stream().filter(step -> !step.folded()).map(step -> step.stage() + step.generic()))
                .containsExactly("2PGD", "2PMD", "1PGD", "2PGD", "2PMD", "2PTE");
        assertThat(walk.steps().get(4).entry()).isEqualTo(GUEST_ROOT);
    }

    @Test
    void concatenated_roots_are_indexed_beyond_one_table() {
        Vmsa64Geometry geometry = new Vmsa64Geometry(12, 40, 1, OutputEncoding.PA_48);
        memory.store(ROOT_2 + 513 * 8, 0x4000_0000L | NORMAL | S2_AP | 1);
        TranslationWalker walker = TranslationWalker.ofStage2(
                new Stage2(TableRange.of(geometry, 2, ROOT_2, 48, false), Stage2.Controls.PLAIN), memory);

        assertThat(walker.translate(513L << 30 | 0x42, READ)).isEqualTo(0x4000_0042L);
        assertThat(walker.translate(1L << 40, READ)).isEqualTo(Translation.fault(FaultKind.TRANSLATION, 0, 2));
    }
}
