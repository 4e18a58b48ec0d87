package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm64.KernelBench.SPACE;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Rejection;
import pagefold.table.TableView;

/** The zero shadow of KASAN (arch/arm64/mm/kasan_init.c, mm/kasan/init.c of Linux 6.12). */
class SharedTablesTest {
    private static final long K = 1 << 10;
    private static final long M = 1 << 20;
    private static final long G = 1 << 30;
    private static final long T = 1L << 40;
    /** KASAN_SHADOW_START of a kernel with 48-bit addresses and generic KASAN. */
    private static final long SHADOW = 0xffff_7000_0000_0000L;

    private static final long LINK = 0x1000_0000_0000_0003L;

    private final KernelBench bench = new KernelBench("4k-48");

    private static MemoryCommand shadow(long start, long size) {
        return new MapRange(
                SPACE,
                AddressRange.ofSize(start, size),
                new Output.Repeated("kasan_early_shadow_page"),
                Attributes.kernel(Permissions.parse("r--/---"), MemoryType.NORMAL_WB),
                false);
    }

    private static MemoryCommand unmap(long start, long size) {
        return new UnmapRange(SPACE, AddressRange.ofSize(start, size), false);
    }

    private long[] words(long table) {
        TableView view = bench.model.table(table);
        assertThat(view).isNotNull();
        return view.words();
    }

    private TableView only(int level) {
        List<TableView> found = bench.model.tables(SPACE).stream()
                .filter(table -> table.level() == level)
                .toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    @Test
    void whole_entries_share_one_table_a_level_and_one_page() {
        bench.run(shadow(SHADOW, 16 * T));

        assertThat(bench.tables()).isEqualTo(4);
        TableView pud = only(1);
        TableView pmd = only(2);
        TableView pte = only(3);
        long[] root = words(only(0).address());
        for (int i = 0; i < 512; i++) {
            assertThat(root[i]).isEqualTo(i >= 224 && i < 256 ? LINK | pud.address() : 0);
            assertThat(words(pud.address())[i]).isEqualTo((i == 0 ? LINK : 3) | pmd.address());
            assertThat(words(pmd.address())[i]).isEqualTo((i == 0 ? LINK : 3) | pte.address());
            assertThat(words(pte.address())[i]).isEqualTo(0x00e0000000000783L | 0x1_0000_0000L);
        }
        assertThat(bench.model.statistics().spaces().getFirst().mappedBytes()).isEqualTo(16 * T);
    }

    @Test
    void the_edges_of_a_range_have_tables_of_their_own() {
        bench.run(shadow(SHADOW + 512 * G - 2 * M - 8 * K, 512 * G + 4 * M + 12 * K));

        Set<Long> frames = new HashSet<>();
        bench.leaves().values().forEach(leaf -> frames.add(leaf.word() & 0xfffffffff000L));
        assertThat(frames).hasSize(1);
        // The root, the shared ones of three levels, and private ones: below the first entry, and after the last.
        assertThat(bench.tables()).isEqualTo(1 + 3 + 3 + 3);
    }

    @Test
    void a_part_that_goes_leaves_private_tables_and_the_last_link_frees_the_shared_ones() {
        bench.run(shadow(SHADOW, 2 * T));

        bench.run(unmap(SHADOW + 512 * G + 4 * K, 4 * K));
        assertThat(bench.tables()).isEqualTo(4 + 3);
        assertThat(bench.model.statistics().spaces().getFirst().mappedBytes()).isEqualTo(2 * T - 4 * K);
        assertThat(bench.delta)
                .contains(
                        "TLBI ffff708000000000-ffff710000000000 all levels",
                        "TLBI ffff708000000000-ffff708040000000 all levels",
                        "TLBI ffff708000000000-ffff708000200000 all levels");

        bench.run(unmap(SHADOW, 512 * G), unmap(SHADOW + T, T));
        assertThat(bench.tables()).isEqualTo(7 - 1);

        bench.run(new UnmapRange(SPACE, AddressRange.ofSize(SHADOW, 2 * T), true));
        assertThat(bench.tables()).isEqualTo(1);
        assertThat(bench.delta).contains("TLBI all");
    }

    @Test
    void a_dump_has_one_line_for_all_of_it_at_the_level_of_pages() throws IOException {
        bench.run(shadow(SHADOW, 16 * T));
        StringBuilder dump = new StringBuilder();

        bench.model.dump(SPACE, dump);

        assertThat(dump.toString())
                .contains("0xffff700000000000-0xffff800000000000          16T PTE       ro NX SHD AF            UXN"
                        + "    MEM/NORMAL\n");
    }

    @Test
    void it_is_neither_written_nor_changed_and_only_kernels_have_it() {
        bench.run(shadow(SHADOW, T));
        AddressRange page = AddressRange.ofSize(SHADOW, 4 * K);

        assertThat(bench.refuse(new MemoryCommand.ProtectRange(SPACE, page, Permissions.parse("rw-/---"))))
                .isInstanceOf(Rejection.WrongMemory.class);
        assertThat(bench.refuse(
                        new MemoryCommand.MoveRange(SPACE, page, AddressRange.ofSize(SHADOW + 4 * T, 4 * K), false)))
                .isInstanceOf(Rejection.WrongMemory.class);
        assertThat(bench.refuse(new MemoryCommand.CopyKernel(SPACE, "copy", page)))
                .isInstanceOf(Rejection.WrongMemory.class);
    }
}
