package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm64.KernelBench.SPACE;
import static pagefold.arm64.KernelBench.attributes;
import static pagefold.arm64.KernelBench.map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.model.AddressRange;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.UnmapPolicy;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.Rejection;
import pagefold.model.SpaceKind;

/** Huge ioremap and vmap, vunmap and memory hot-remove (arch/arm64/mm/mmu.c, mm/vmalloc.c of Linux 6.12). */
class HugeMappingTest {
    private static final long VMALLOC = 0xffff_8000_8000_0000L;
    private static final long M = 1 << 20;
    private static final long G = 1 << 30;

    private static MemoryCommand unmap(long address, long size, UnmapPolicy policy) {
        return new UnmapRange(SPACE, AddressRange.ofSize(address, size), true, policy);
    }

    @Test
    void a_block_over_a_kept_table_clears_the_entry_invalidates_frees_the_table_and_is_written() {
        KernelBench bench = new KernelBench("4k-48");
        bench.run(map(VMALLOC, 2 * M, 0x5000_1000L, attributes("rw-/---", true, true)));
        long tables = bench.tables();

        bench.run(unmap(VMALLOC, 2 * M, UnmapPolicy.KEEP_TABLES));
        assertThat(bench.leaves()).isEmpty();
        assertThat(bench.tables()).isEqualTo(tables);

        bench.run(map(VMALLOC, 2 * M, 0x6000_0000L, attributes("rw-/---", true, true)));
        assertThat(bench.tables()).isEqualTo(tables - 1);
        assertThat(bench.delta)
                .containsExactly(
                        "L2 1000000040003003 -> 0",
                        "TLBI ffff800080000000-ffff800080200000 all levels",
                        "L2 0 -> e8000060000701");
    }

    @Test
    void a_block_of_1g_frees_the_tables_below_its_table_one_by_one_first() {
        KernelBench bench = new KernelBench("4k-48");
        bench.run(map(VMALLOC, 4096, 0x5000_0000L, attributes("rw-/---", false, false)));
        bench.run(map(VMALLOC + 4 * M, 4096, 0x5000_0000L, attributes("rw-/---", false, false)));
        bench.run(unmap(VMALLOC, G, UnmapPolicy.KEEP_TABLES));
        assertThat(bench.tables()).isEqualTo(5);

        bench.run(map(VMALLOC, G, 0x8000_0000L, attributes("rw-/---", true, false)));

        assertThat(bench.tables()).isEqualTo(2);
        assertThat(bench.delta)
                .containsExactly(
                        "L2 1000000040003003 -> 0",
                        "TLBI ffff800080000000-ffff800080200000 all levels",
                        "L2 1000000040004003 -> 0",
                        "TLBI ffff800080400000-ffff800080600000 all levels",
                        "L1 1000000040002003 -> 0",
                        "TLBI ffff800080000000-ffff8000c0000000 all levels",
                        "L1 0 -> e8000080000701");
    }

    @Test
    void pages_are_mapped_into_kept_tables_and_a_table_in_use_is_not_freed() {
        KernelBench bench = new KernelBench("4k-48");
        bench.run(map(VMALLOC, 2 * M, 0x5000_1000L, attributes("rw-/---", true, false)));
        bench.run(unmap(VMALLOC, 2 * M, UnmapPolicy.KEEP_TABLES));

        bench.run(map(VMALLOC, 8192, 0x6000_0000L, attributes("rw-/---", true, false)));
        assertThat(bench.delta).containsExactly("L3 0 -> e8000060000703", "L3 0 -> e8000060001703");

        bench.run(new UnmapRange(SPACE, AddressRange.ofSize(VMALLOC, 8192), false));
        assertThat(bench.tables()).isEqualTo(1);
    }

    /** Where a PUD or PMD is taken: the sizes of each granule. */
    @ParameterizedTest
    @CsvSource({
        "4k-48, 40000000, 1",
        "4k-48, 200000, 2",
        "16k-47, 1000000000, 2",
        "16k-47, 2000000, 2",
        "64k-48, 40000000000, 2",
        "64k-48, 20000000, 2"
    })
    void huge_mappings_have_blocks_of_1g_with_4k_pages_only(String profile, String size, int level) {
        KernelBench bench = new KernelBench(profile);
        long bytes = Long.parseLong(size, 16);
        long start = -(1L << 46);

        bench.run(map(start, bytes, 0, attributes("rw-/---", true, false)));

        assertThat(bench.leaves().values())
                .allSatisfy(leaf -> assertThat(leaf.level()).isEqualTo(level));
    }

    @Test
    void hot_remove_clears_all_leaves_before_it_frees_a_table() {
        KernelBench bench = new KernelBench("4k-48");
        bench.run(map(VMALLOC, 2 * M, 0x5000_0000L, attributes("rw-/---", true, false)));
        bench.run(map(VMALLOC + 2 * M, 8192, 0x6000_0000L, attributes("rw-/---", true, false)));

        bench.run(unmap(VMALLOC, 4 * M, UnmapPolicy.HOT_REMOVE));

        assertThat(bench.tables()).isEqualTo(1);
        assertThat(bench.delta)
                .containsExactly(
                        "L2 e8000050000701 -> 0",
                        "TLBI ffff800080000000-ffff800080200000 leaf",
                        "L3 e8000060000703 -> 0",
                        "L3 e8000060001703 -> 0",
                        "TLBI ffff800080200000-ffff800080400000 leaf",
                        "L2 1000000040003003 -> 0",
                        "TLBI ffff800080200000-ffff800080400000 all levels",
                        "L1 1000000040002003 -> 0",
                        "TLBI ffff800080000000-ffff8000c0000000 all levels",
                        "L0 1000000040001003 -> 0",
                        "TLBI ffff800000000000-ffff808000000000 all levels");
    }

    @Test
    void hot_remove_cuts_no_block_and_tables_in_use_stay() {
        KernelBench bench = new KernelBench("4k-48");
        bench.run(map(VMALLOC, 4 * M, 0x5000_0000L, attributes("rw-/---", true, false)));

        assertThat(bench.refuse(unmap(VMALLOC, M, UnmapPolicy.HOT_REMOVE)))
                .isInstanceOfSatisfying(Rejection.UnsafeChange.class, rejection -> {
                    assertThat(rejection.oldWord()).isEqualTo(0x00e8000050000701L);
                    assertThat(rejection.newWord()).isZero();
                });
        bench.run(unmap(VMALLOC, 2 * M, UnmapPolicy.HOT_REMOVE));
        assertThat(bench.tables()).isEqualTo(3);
        assertThat(bench.leaves()).hasSize(1);
    }

    @Test
    void a_process_does_not_unmap_as_kernels_do() {
        KernelBench bench = new KernelBench("4k-48");
        bench.run(new MemoryCommand.CreateSpace("u", SpaceKind.USER));

        assertThat(bench.refuse(new UnmapRange("u", AddressRange.ofSize(0, M), true, UnmapPolicy.KEEP_TABLES)))
                .isInstanceOf(Rejection.WrongKind.class);
    }
}
