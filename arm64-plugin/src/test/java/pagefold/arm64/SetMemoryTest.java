package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm64.KernelBench.SPACE;
import static pagefold.arm64.KernelBench.attributes;
import static pagefold.arm64.KernelBench.map;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.MemoryChange;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.SetMemory;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Region;
import pagefold.model.Rejection;
import pagefold.table.Translation;
import pagefold.testkit.Seed;

/** Linux 6.12's set_memory_* and set_direct_map_* functions (arch/arm64/mm/pageattr.c). */
class SetMemoryTest {
    private static final long LINEAR = 0xffff_0000_0000_0000L;
    private static final long VMALLOC = 0xffff_8000_8000_0000L;
    private static final long PAGE = 0x1000;
    private static final long OUTPUT = 0x0000fffffffff000L;

    private final KernelBench bench = new KernelBench("4k-48");

    private static SetMemory set(long address, long pages, MemoryChange change) {
        return set(address, pages, change, null);
    }

    private static SetMemory set(long address, long pages, MemoryChange change, @Nullable AddressRange aliases) {
        return new SetMemory(SPACE, AddressRange.ofSize(address, pages * PAGE), change, aliases);
    }

    private static MemoryCommand mapped(long address, long pages, long output) {
        return map(address, pages * PAGE, output, attributes("rw-/---", false, false));
    }

    private String reason(MemoryCommand command) {
        Rejection rejection = bench.refuse(command);
        assertThat(rejection.fields()).containsKey("reason");
        return rejection.code() + ": " + rejection.fields().get("reason");
    }

    @ParameterizedTest
    @CsvSource({
        "READ_ONLY, 00e0000000000783",
        "READ_WRITE, 00e8000000000703",
        "EXECUTE, 00c8000000000703",
        "EXECUTE_GUARDED, 00cc000000000703",
        "NO_EXECUTE, 00e8000000000703",
        "INVALID, 00e8000000000702",
        "VALID, 00e8000000000703",
        "DIRECT_MAP_DEFAULT, 00e8000000000703"
    })
    void a_page_of_page_kernel_becomes_the_word_of_linux(MemoryChange change, String word) {
        bench.run(mapped(VMALLOC, 3, 0x5000_0000L));

        bench.run(set(VMALLOC + PAGE, 1, change));

        assertThat(bench.leaves().values().stream().map(leaf -> leaf.word() & ~OUTPUT))
                .containsExactly(0x00e8000000000703L, Long.parseUnsignedLong(word, 16), 0x00e8000000000703L);
    }

    /** The bits that each function sets and clears, as they are written down. */
    private static long expected(long word, MemoryChange change) {
        long rdonly = 1L << 7;
        long write = 1L << 51;
        long gp = 1L << 50;
        long pxn = 1L << 53;
        return switch (change) {
            case READ_ONLY -> (word | rdonly) & ~write;
            case READ_WRITE -> (word | write) & ~rdonly;
            case EXECUTE -> word & ~pxn;
            case EXECUTE_GUARDED -> (word | gp) & ~pxn;
            case NO_EXECUTE -> (word | pxn) & ~gp;
            case VALID -> word | 1;
            case INVALID -> word & ~1L;
            case DIRECT_MAP_DEFAULT -> (word | 1 | write) & ~rdonly;
        };
    }

    @Test
    void any_sequence_of_changes_leaves_the_bits_and_the_permissions_of_linux() {
        SplittableRandom random = new SplittableRandom(Seed.of("SetMemoryTest"));
        bench.run(mapped(VMALLOC, 16, 0x5000_0000L));
        long[] words = LongStream.range(0, 16)
                .map(page -> 0x00e8000000000703L | 0x5000_0000L + page * PAGE)
                .toArray();
        for (int i = 0; i < 400; i++) {
            int first = random.nextInt(16);
            int count = random.nextInt(16 - first) + 1;
            MemoryChange change = MemoryChange.values()[random.nextInt(8)];

            bench.run(set(VMALLOC + first * PAGE, count, change));

            for (int page = 0; page < 16; page++) {
                words[page] = page >= first && page < first + count ? expected(words[page], change) : words[page];
                agrees(VMALLOC + page * PAGE, words[page]);
            }
        }
    }

    private void agrees(long address, long word) {
        assertThat(KernelBench.hex(bench.word(address))).isEqualTo(KernelBench.hex(word));
        Region region = bench.state().space(SPACE).at(address);
        assertThat(region).isNotNull();
        for (Access access : Access.values()) {
            boolean granted = !Translation.isFault(bench.model.translate(SPACE, address, access, Privilege.PRIVILEGED));
            boolean expected =
                    region.valid() && region.attributes().permissions().allows(access, Privilege.PRIVILEGED);
            assertThat(granted).as(access + " of " + region).isEqualTo(expected);
        }
    }

    @Test
    void every_change_is_invalidated_and_what_becomes_valid_needs_nothing() {
        bench.run(mapped(VMALLOC, 2, 0x5000_0000L));

        bench.run(set(VMALLOC, 1, MemoryChange.READ_ONLY));
        assertThat(bench.delta)
                .containsExactly("L3 e8000050000703 -> e0000050000783", "TLBI ffff800080000000-ffff800080001000 leaf");

        bench.run(set(VMALLOC, 1, MemoryChange.INVALID));
        assertThat(bench.delta).hasSize(2);

        bench.run(set(VMALLOC, 1, MemoryChange.DIRECT_MAP_DEFAULT));
        assertThat(bench.delta).containsExactly("L3 e0000050000782 -> e8000050000703");
    }

    @Test
    void with_rodata_full_the_linear_aliases_of_scattered_pages_change_too() {
        bench.run(mapped(LINEAR, 64, 0x4000_0000L));
        bench.run(mapped(VMALLOC, 1, 0x4000_7000L), mapped(VMALLOC + PAGE, 2, 0x4000_3000L));
        AddressRange linear = AddressRange.ofSize(LINEAR, 64 * PAGE);

        bench.run(set(VMALLOC, 3, MemoryChange.READ_ONLY, linear));

        List<Long> readOnly = new ArrayList<>();
        bench.leaves().forEach((at, leaf) -> {
            if ((leaf.word() & ~OUTPUT) == 0x00e0000000000783L) {
                readOnly.add(at);
            }
        });
        assertThat(readOnly)
                .containsExactly(
                        LINEAR + 3 * PAGE,
                        LINEAR + 4 * PAGE,
                        LINEAR + 7 * PAGE,
                        VMALLOC,
                        VMALLOC + PAGE,
                        VMALLOC + 2 * PAGE);

        bench.run(set(VMALLOC, 3, MemoryChange.READ_WRITE, linear));
        assertThat(bench.leaves().values().stream()
                        .map(leaf -> leaf.word() & ~OUTPUT)
                        .collect(Collectors.toSet()))
                .containsExactly(0x00e8000000000703L);
    }

    @Test
    void what_does_not_change_page_by_page_is_rejected_and_changes_nothing() {
        bench.run(map(LINEAR, 0x20_0000, 0x4000_0000L, attributes("rw-/---", true, false)));
        bench.run(map(VMALLOC, 0x1_0000, 0x4000_0000L, attributes("rw-/---", false, true)));
        bench.run(mapped(VMALLOC + 0x10_0000, 16, 0x4000_0000L));
        bench.run(mapped(VMALLOC + 0x20_0000, 1, 0x6000_0000L));
        AddressRange blocks = AddressRange.ofSize(LINEAR, 0x20_0000);

        assertThat(reason(set(LINEAR, 0x200, MemoryChange.READ_ONLY))).contains("unsafe-change: a block");
        assertThat(reason(set(LINEAR, 1, MemoryChange.READ_ONLY))).contains("reaches beyond");
        assertThat(reason(set(VMALLOC, 16, MemoryChange.READ_ONLY))).contains("Contiguous");
        assertThat(reason(set(VMALLOC + 0x10_0000, 1, MemoryChange.READ_ONLY, blocks)))
                .contains("reaches beyond");
        assertThat(reason(set(VMALLOC + 0x10_0000, 1, MemoryChange.NO_EXECUTE, blocks)))
                .contains("ro and rw only");
        assertThat(reason(set(VMALLOC + 0x20_0000, 1, MemoryChange.READ_ONLY, blocks)))
                .contains("not all of it");
        assertThat(bench.refuse(set(VMALLOC + 0x30_0000, 1, MemoryChange.READ_ONLY)))
                .isInstanceOf(Rejection.NotMapped.class);
    }

    @Test
    void what_was_made_invalid_stays_so_through_other_changes_and_is_not_touched() {
        bench.run(mapped(VMALLOC, 1, 0x5000_0000L), set(VMALLOC, 1, MemoryChange.INVALID));

        assertThat(reason(new MemoryCommand.TouchRange(
                        SPACE, AddressRange.ofSize(VMALLOC, PAGE), Access.READ, Privilege.PRIVILEGED)))
                .contains("made invalid");
        bench.run(new MemoryCommand.ProtectRange(
                SPACE, AddressRange.ofSize(VMALLOC, PAGE), Permissions.parse("r--/---")));
        assertThat(bench.word(VMALLOC)).isEqualTo(0x00e0000050000782L);

        bench.run(set(VMALLOC, 1, MemoryChange.VALID));
        assertThat(bench.word(VMALLOC)).isEqualTo(0x00e0000050000783L);
    }
}
