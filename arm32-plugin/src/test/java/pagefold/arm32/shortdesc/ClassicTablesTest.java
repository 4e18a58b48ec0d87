package pagefold.arm32.shortdesc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pagefold.arm32.Arm32Plugin;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryEvent.RangeAged;
import pagefold.model.MemoryEvent.RangeMapped;
import pagefold.model.MemoryEvent.RangeMoved;
import pagefold.model.MemoryEvent.RangeProtected;
import pagefold.model.MemoryEvent.RangeSplit;
import pagefold.model.MemoryEvent.RangeTouched;
import pagefold.model.MemoryEvent.RangeUnmapped;
import pagefold.model.MemoryEvent.SpaceCreated;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Rejection;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.table.PageTableModel;
import pagefold.table.TableListener;
import pagefold.table.TableView;
import pagefold.table.Walk;

/** Linux's layout of short descriptors: what is written where, and when. */
class ClassicTablesTest {
    private static final long KERNEL = 0x4000_0000L;
    private static final long USER = 0x4000_4000L;
    /** The first page of tables after the two roots of 16 KB. */
    private static final long TABLES = 0x4000_8000L;

    private static final long PAGE = 0x1000;
    private static final long MB = 1 << 20;
    private static final Attributes DATA = Attributes.user(Permissions.parse("rw-/rw-"));
    private static final Attributes KERNEL_DATA = Attributes.kernel(Permissions.parse("rw-/---"), MemoryType.NORMAL_WB);

    private final PageTableModel model = new Arm32Plugin().newModel("classic", Coarsening.REJECT);
    private final List<String> told = new ArrayList<>();
    private Simulation simulation = Simulation.EMPTY;

    @BeforeEach
    void create() {
        apply(new SpaceCreated("k", SpaceKind.KERNEL));
        apply(new SpaceCreated("u", SpaceKind.USER));
    }

    private final class Teller implements TableListener {
        @Override
        public void wrote(long address, int level, long oldWord, long newWord) {
            String kind = level == SOFTWARE_LEVEL ? "software" : "L" + level;
            told.add("%s %x: %x -> %x".formatted(kind, address, oldWord, newWord));
        }

        @Override
        public void invalidated(String space, long start, long last, boolean leafOnly) {
            told.add("invalidate %x-%x".formatted(start, last));
        }

        @Override
        public void invalidatedAll(String space) {
            told.add("invalidate all");
        }
    }

    @Nullable
    private Rejection rejection(MemoryEvent event) {
        PageTableModel.Refusal refusal = model.check(List.of(Step.of(simulation, event)));
        return refusal == null ? null : refusal.rejection();
    }

    private void apply(MemoryEvent event) {
        assertThat(rejection(event)).isNull();
        told.clear();
        Step step = Step.of(simulation, event);
        model.apply(step, new Teller());
        simulation = step.after();
    }

    private void map(String space, long start, long size, long output, Attributes attributes) {
        apply(new RangeMapped(space, AddressRange.ofSize(start, size), new Output.Physical(output), attributes));
    }

    private long word(long address) {
        return new Image(model).load32(address) & 0xffff_ffffL;
    }

    @Test
    void a_first_page_makes_a_page_of_four_tables_and_both_words_of_its_pair() {
        map("u", 0x8012_3000L, PAGE, 0x5000_0000L, DATA);

        assertThat(told)
                .containsExactly(
                        "L1 40006000: 0 -> 40008835",
                        "L1 40006004: 0 -> 40008c35",
                        // Page 0x23 of the odd megabyte: Linux's word, then hardware's, which may not be written yet.
                        "software 4000848c: 0 -> 5000071f",
                        "L2 40008c8c: 0 -> 50000e7f");
        assertThat(model.tables("u").stream().map(TableView::address))
                .containsExactly(USER, TABLES + 2048, TABLES + 3072);
        assertThat(model.statistics().spaces().getLast().tableBytes()).isEqualTo(16384 + 4096);
    }

    @Test
    void a_page_is_writable_once_dirty_gone_while_old_and_back_when_accessed() {
        map("u", 0x1000, PAGE, 0x5000_0000L, DATA);
        AddressRange page = AddressRange.ofSize(0x1000, PAGE);

        apply(new RangeTouched("u", page, Access.WRITE, Privilege.UNPRIVILEGED));
        assertThat(told).contains("software 40008004: 5000071f -> 5000075f", "L2 40008804: 50000e7f -> 50000c7f");

        apply(new RangeAged("u", page));
        assertThat(told).contains("software 40008004: 5000075f -> 5000075d", "L2 40008804: 50000c7f -> 0");
        Walk walk = model.walk("u", 0x1234, Access.READ, Privilege.UNPRIVILEGED);
        assertThat(walk.steps().getLast().meaning())
                .isEqualTo("nothing; Linux keeps 0x000000005000075d (user, old, dirty, writable, not executable)");

        apply(new RangeTouched("u", page, Access.READ, Privilege.UNPRIVILEGED));
        assertThat(told).contains("software 40008004: 5000075d -> 5000075f", "L2 40008804: 0 -> 50000c7f");
    }

    @Test
    void unmapping_one_megabyte_of_a_pair_keeps_its_page_and_unmapping_the_other_frees_it() {
        map("u", 0, 2 * MB, 0x5000_0000L, DATA);

        apply(new RangeUnmapped("u", AddressRange.ofSize(0, MB)));
        assertThat(word(USER)).isEqualTo(TABLES | 0x835);
        assertThat(word(TABLES + 2048)).isZero();
        assertThat(word(TABLES + 3072)).isEqualTo(0x5010_0e7fL);

        apply(new RangeUnmapped("u", AddressRange.ofSize(MB, MB)));
        assertThat(word(USER)).isZero();
        assertThat(word(USER + 4)).isZero();
        assertThat(model.tables("u")).hasSize(1);
    }

    @Test
    void a_megabyte_of_a_kernel_touches_one_word_of_its_pair() {
        map("k", 0xc010_0000L, MB, 0x5010_0000L, KERNEL_DATA);

        assertThat(told).containsExactly("L1 40003004: 0 -> 5011141e");
    }

    /** By pairs of megabytes, all or nothing, as Linux decides ({@code alloc_init_pmd}). */
    @Test
    void where_a_pair_is_mapped_to_a_part_of_a_megabyte_all_of_it_is_pages() {
        map("k", 0xc010_0000L, 2 * MB + 0x8_0000, 0x5010_0000L, KERNEL_DATA);

        assertThat(word(KERNEL + 4 * 0xc01)).isEqualTo(0x5011_141eL);
        assertThat(word(KERNEL + 4 * 0xc02)).isEqualTo(TABLES | 0x811);
        assertThat(word(KERNEL + 4 * 0xc03)).isEqualTo(TABLES | 0xc11);
        assertThat(word(TABLES + 2048)).isEqualTo(0x5020_045fL);
    }

    @Test
    void sections_of_devices_are_in_their_own_domain() {
        map(
                "k",
                0xf000_0000L,
                MB,
                0x9000_0000L,
                Attributes.kernel(Permissions.parse("rw-/---"), MemoryType.DEVICE_NGNRE));

        // MT_DEVICE: type 2, AP_WRITE, S, XN, TEX 1, domain IO.
        assertThat(told).containsExactly("L1 40003c00: 0 -> 90011452");
    }

    @Test
    void a_change_of_a_page_in_a_section_splits_the_pair_and_changes_nothing_else() {
        map("k", 0xc000_0000L, 2 * MB, 0x5000_0000L, KERNEL_DATA);
        apply(new RangeProtected("k", AddressRange.ofSize(0xc000_1000L, PAGE), Permissions.parse("r--/---")));

        assertThat(word(KERNEL + 4 * 0xc00)).isEqualTo(TABLES | 0x811);
        assertThat(word(KERNEL + 4 * 0xc01)).isEqualTo(TABLES | 0xc11);
        assertThat(word(TABLES)).isEqualTo(0x5000_065fL);
        assertThat(word(TABLES + 4)).isEqualTo(0x5000_16dfL);
        assertThat(word(TABLES + 2048 + 4)).isEqualTo(0x5000_165fL);
        assertThat(word(TABLES + 3072 + 4 * 255)).isEqualTo(0x501f_f45fL);
    }

    @Test
    void memory_beyond_4_gb_is_mapped_by_supersections_of_equal_words() {
        map("k", 0xd000_0000L, 32 * MB, 0x7_0000_0000L, KERNEL_DATA);

        for (int i = 0; i < 16; i++) {
            assertThat(word(KERNEL + 4 * (0xd00 + i))).isEqualTo(0x0075_141eL);
            assertThat(word(KERNEL + 4 * (0xd10 + i))).isEqualTo(0x0175_141eL);
        }
        assertThat(model.translate("k", 0xd123_4567L, Access.READ, Privilege.PRIVILEGED))
                .isEqualTo(0x7_0123_4567L);
    }

    @Test
    void what_only_supersections_reach_is_refused_where_they_do_not_fit() {
        map("k", 0xd000_0000L, 32 * MB, 0x7_0000_0000L, KERNEL_DATA);
        AddressRange all = AddressRange.ofSize(0xd000_0000L, 32 * MB);

        List<MemoryEvent> refused = List.of(
                mapped(0xe000_0000L, 15 * MB, 0x7_0000_0000L, KERNEL_DATA),
                mapped(0xe010_0000L, 16 * MB, 0x7_0000_0000L, KERNEL_DATA),
                mapped(0xe000_0000L, 16 * MB, 0x7_0010_0000L, KERNEL_DATA),
                mapped(0xe000_0000L, 16 * MB, 0xf_ff00_0000L + 16 * MB, KERNEL_DATA),
                mapped(
                        0xe000_0000L,
                        16 * MB,
                        0x7_0000_0000L,
                        new Attributes(
                                KERNEL_DATA.permissions(),
                                KERNEL_DATA.memoryType(),
                                KERNEL_DATA.shareability(),
                                true,
                                false,
                                0,
                                false,
                                false)),
                new RangeUnmapped("k", AddressRange.ofSize(0xd000_0000L, MB)),
                new RangeUnmapped("k", AddressRange.ofSize(0xcf00_0000L, 17 * MB)),
                new RangeProtected("k", AddressRange.ofSize(0xd110_0000L, PAGE), Permissions.parse("r--/---")),
                new RangeSplit("k", all, MB),
                new RangeMoved("k", all, AddressRange.ofSize(0xe010_0000L, 32 * MB)));

        assertThat(refused)
                .allSatisfy(event -> assertThat(rejection(event))
                        .as(event.toString())
                        .isInstanceOf(Rejection.NotRepresentable.class));
        apply(new RangeMoved("k", all, AddressRange.ofSize(0xe000_0000L, 32 * MB)));
        apply(new RangeUnmapped("k", AddressRange.ofSize(0xe100_0000L, 16 * MB)));
        assertThat(word(KERNEL + 4 * 0xe0f)).isEqualTo(0x0075_141eL);
        assertThat(word(KERNEL + 4 * 0xe10)).isZero();
    }

    private static RangeMapped mapped(long start, long size, long output, Attributes attributes) {
        return new RangeMapped("k", AddressRange.ofSize(start, size), new Output.Physical(output), attributes);
    }

    /** An odd word that is empty is no note of its own, so that a section before it seems to reach to the next pair. */
    @Test
    void the_dump_shows_linuxs_words_with_domains() throws IOException {
        map("k", 0xc000_0000L, 3 * MB, 0x5000_0000L, KERNEL_DATA);
        map("k", 0xd080_0000L, 2 * PAGE, 0x5100_0000L, KERNEL_DATA);
        map(
                "k",
                0xf000_0000L,
                MB,
                0x9000_0000L,
                Attributes.kernel(Permissions.parse("rw-/---"), MemoryType.DEVICE_NGNRE));
        StringBuilder dump = new StringBuilder();

        model.dump("k", dump);

        assertThat(dump).hasToString("""
                ---[ Modules ]---
                ---[ Kernel Mapping ]---
                0xc0000000-0xc0400000           4M PGD KERNEL      RW NX SHD
                ---[ vmalloc() Area ]---
                0xd0800000-0xd0802000           8K PTE KERNEL      RW NX SHD MEM/CACHED/WBWA
                0xf0000000-0xf0200000           2M PGD IO          RW NX SHD
                ---[ FDT Area ]---
                ---[ Fixmap Area ]---
                """);
    }
}
