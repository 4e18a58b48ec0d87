package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm64.KernelBench.SPACE;
import static pagefold.arm64.KernelBench.attributes;
import static pagefold.arm64.KernelBench.map;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.model.AddressRange;
import pagefold.model.MemoryChange;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.CopyKernel;
import pagefold.model.Output;
import pagefold.model.Rejection;
import pagefold.table.TableView;

/** The tables that Linux 6.12 resumes from: {@code trans_pgd_create_copy} (arch/arm64/mm/trans_pgd.c). */
class KernelCopyTest {
    private static final long LINEAR = 0xffff_0000_0000_0000L;
    private static final long M = 1 << 20;
    private static final long G = 1 << 30;
    private static final AddressRange ALL = new AddressRange(LINEAR, 0xffff_7fff_ffff_ffffL);

    private final KernelBench bench = new KernelBench("4k-48");

    private static CopyKernel copy(AddressRange range) {
        return new CopyKernel(SPACE, "copy", range);
    }

    private long copied(long address) {
        return bench.word("copy", address);
    }

    @Test
    void blocks_and_runs_are_copied_as_they_are_and_what_is_read_only_may_be_written() {
        bench.run(
                map(LINEAR, G, 0x4000_0000L, attributes("r--/---", true, true)),
                map(LINEAR + G, 32 * M, 0x8000_0000L, attributes("r--/---", true, true)),
                map(LINEAR + 2 * G, 0x1_1000, 0xc000_0000L, attributes("r--/---", false, true)));

        bench.run(copy(ALL));

        assertThat(bench.word(LINEAR)).isEqualTo(0x00e0000040000781L);
        assertThat(copied(LINEAR)).isEqualTo(0x00e0000040000701L);
        assertThat(bench.word(LINEAR + G)).isEqualTo(0x00f0000080000781L);
        assertThat(copied(LINEAR + G)).isEqualTo(0x00f0000080000701L);
        assertThat(bench.word(LINEAR + 2 * G)).isEqualTo(0x00f00000c0000783L);
        assertThat(copied(LINEAR + 2 * G)).isEqualTo(0x00f80000c0000703L);
        assertThat(copied(LINEAR + 2 * G + 0x1_0000)).isEqualTo(0x00e80000c0010703L);
        assertThat(bench.leaves("copy").keySet()).isEqualTo(bench.leaves().keySet());
    }

    @Test
    void what_was_made_invalid_is_valid_in_the_copy() {
        bench.run(map(LINEAR, 0x2000, 0x4000_0000L, attributes("rw-/---", false, false)));
        AddressRange page = AddressRange.ofSize(LINEAR, 0x1000);
        bench.run(
                new MemoryCommand.SetMemory(SPACE, page, MemoryChange.READ_ONLY, null),
                new MemoryCommand.SetMemory(SPACE, page, MemoryChange.INVALID, null));
        assertThat(bench.word(LINEAR)).isEqualTo(0x00e0000040000782L);

        bench.run(copy(ALL));

        assertThat(copied(LINEAR)).isEqualTo(0x00e8000040000703L);
        assertThat(bench.state().space("copy").regions()).hasSize(1);
    }

    /** Bit 59 above the tables of pages, bit 60 above those: levels by the tables' own level. */
    @ParameterizedTest
    @CsvSource({"4k-48, 3", "4k-39, 2", "4k-52, 4", "16k-47, 2", "16k-48, 3", "16k-36, 1", "64k-42, 1", "64k-48, 2"})
    void links_of_the_copy_say_pxntable_and_to_pages_uxntable(String profile, int links) {
        KernelBench other = new KernelBench(profile);
        AddressRange input = other.model.inputRange(SPACE);
        long page =
                other.model.statistics().spaces().getFirst().leaves().getLast().size();
        other.run(map(input.start(), page, 0x8000_0000L, attributes("rw-/---", false, false)));

        other.run(copy(AddressRange.ofSize(input.start(), page)));

        List<Long> attributes = new ArrayList<>();
        List<Integer> levels = new ArrayList<>();
        for (TableView table : other.model.tables("copy")) {
            if (table.level() < 3) {
                long word = other.model.table(table.address()).words()[0];
                attributes.add(word >>> 59);
                levels.add(table.level());
            }
        }
        assertThat(attributes).hasSize(links);
        for (int i = 0; i < levels.size(); i++) {
            assertThat(attributes.get(i)).isEqualTo(levels.get(i) == 2 ? 2L : 1L);
        }
    }

    @Test
    void tables_that_are_empty_are_copied_too_and_holes_are_not() {
        bench.run(map(LINEAR, 0x1000, 0x4000_0000L, attributes("rw-/---", false, false)));
        bench.run(new MemoryCommand.UnmapRange(
                SPACE, AddressRange.ofSize(LINEAR, 0x1000), false, MemoryCommand.UnmapPolicy.KEEP_TABLES));

        bench.run(copy(ALL));

        assertThat(bench.model.tables("copy")).hasSize(4);
        assertThat(bench.leaves("copy")).isEmpty();
    }

    @Test
    void what_cannot_be_copied_is_rejected() {
        bench.run(map(LINEAR, 2 * M, 0x4000_0000L, attributes("rw-/---", true, false)));
        bench.run(map(LINEAR + 4 * M, 2 * M, 0x5000_0000L, attributes("r-x/---", true, false)));

        assertThat(bench.refuse(copy(AddressRange.ofSize(LINEAR, M)))).isInstanceOf(Rejection.UnsafeChange.class);
        assertThat(bench.refuse(copy(ALL)).fields()).containsEntry("reason", "it is executable");
        bench.run(copy(AddressRange.ofSize(LINEAR, 2 * M)));
        MemoryCommand executable = new MemoryCommand.MapRange(
                "copy",
                AddressRange.ofSize(LINEAR + 4 * M, 0x1000),
                new Output.Physical(0),
                attributes("r-x/---", false, false),
                false);
        assertThat(bench.refuse(executable)).isInstanceOf(Rejection.NotRepresentable.class);
        assertThat(bench.refuse(copy(AddressRange.ofSize(LINEAR, 2 * M)))).isInstanceOf(Rejection.SpaceExists.class);
    }
}
