package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm64.KernelBench.SPACE;
import static pagefold.arm64.KernelBench.attributes;
import static pagefold.arm64.KernelBench.map;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.ChangeRange;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.Rejection;
import pagefold.model.SpaceKind;

/** Changes of live kernel words in place: {@code pgattr_change_is_safe} of Linux 6.12 (arch/arm64/mm/mmu.c). */
class LiveChangeTest {
    private static final long BASE = 0xffff_0000_0000_0000L;
    private static final long BLOCK = 0x20_0000;

    private final KernelBench bench = new KernelBench("4k-48");

    private static ChangeRange change(long address, long size, Attributes attributes) {
        return new ChangeRange(SPACE, AddressRange.ofSize(address, size), attributes);
    }

    private Rejection.UnsafeChange unsafe(MemoryCommand command) {
        Rejection rejection = bench.refuse(command);
        assertThat(rejection).isInstanceOf(Rejection.UnsafeChange.class);
        return (Rejection.UnsafeChange) rejection;
    }

    private static Attributes typed(Attributes a, MemoryType type, boolean global) {
        return new Attributes(
                a.permissions(), type, a.shareability(), global, a.guarded(), a.software(), a.blocks(), a.contiguous());
    }

    /** Every bit that a word may differ in, alone and in pairs, against the rule as it is written down. */
    @Test
    void a_change_is_safe_exactly_where_linux_says_so() {
        KernelWords words = new KernelWords(OutputEncoding.PA_48.mask(12));
        long[] olds = {
            0x00e8000040000703L,
            0x00e0000040000783L,
            0x00c8000040000701L,
            0x00e8000040000707L,
            0x006800004000070fL,
            0x00f8000040000703L,
            0x00e8000040000f03L,
            0x00e8000040000702L,
            0
        };
        int checked = 0;
        for (long old : olds) {
            for (int i = 0; i < 64; i++) {
                for (int j = i; j < 64; j++) {
                    long changed = old ^ 1L << i ^ (i == j ? 0 : 1L << j);

                    assertThat(words.unsafe(old, changed) == null)
                            .as("%x -> %x", old, changed)
                            .isEqualTo(isSafe(old, changed));
                    checked++;
                }
            }
        }
        assertThat(checked).isEqualTo(olds.length * 64 * 65 / 2);
    }

    private static boolean isSafe(long old, long changed) {
        if ((old & 1) == 0 || (changed & 1) == 0) {
            return true;
        }
        boolean otherPage = ((old ^ changed) & 0x0000fffffffff000L) != 0;
        boolean contiguous = ((old | changed) & 0x0010000000000000L) != 0;
        boolean global = (old & 0x800) != 0 && (changed & 0x800) == 0;
        long free = 0x8000000000000000L | 0x0780000000000000L | 0x0020000000000000L | 0x0008000000000000L | 0x880;
        boolean normal = (old & 0x1c) <= 4 && (changed & 0x1c) <= 4;
        long mask = normal ? free | 0x1c : free;
        return !otherPage && !contiguous && !global && ((old ^ changed) & ~mask) == 0;
    }

    @Test
    void a_safe_change_writes_every_word_once_and_breaks_none() {
        bench.run(map(BASE, 2 * BLOCK, 0x4000_0000L, attributes("rw-/---", true, false)));

        bench.run(change(BASE, 2 * BLOCK, attributes("r-x/---", true, false)));
        assertThat(bench.word(BASE)).isEqualTo(0x00c0000040000781L);
        assertThat(bench.word(BASE + BLOCK)).isEqualTo(0x00c0000040200781L);
        assertThat(bench.delta)
                .containsExactly(
                        "L2 e8000040000701 -> c0000040000781",
                        "TLBI ffff000000000000-ffff000000200000 leaf",
                        "L2 e8000040200701 -> c0000040200781",
                        "TLBI ffff000000200000-ffff000000400000 leaf");

        bench.run(change(BASE, BLOCK, typed(attributes("rw-/---", true, false), MemoryType.NORMAL_TAGGED, false)));
        assertThat(bench.word(BASE)).isEqualTo(0x00e8000040000f05L);
        assertThat(bench.delta).hasSize(2);
    }

    @Test
    void what_is_unsafe_is_rejected_with_the_first_word_it_would_happen_to() {
        bench.run(map(BASE, 4 * BLOCK, 0x4000_0000L, attributes("rw-/---", true, false)));
        Attributes device = typed(attributes("rw-/---", true, false), MemoryType.DEVICE_NGNRE, true);

        assertThat(unsafe(change(BASE + BLOCK, 2 * BLOCK, device)))
                .isEqualTo(new Rejection.UnsafeChange(
                        SPACE,
                        BASE + BLOCK,
                        2,
                        0x00e8000040200701L,
                        0x0068000040200711L,
                        "the bits 0x0000000000000010 may not change"));
        assertThat(unsafe(change(BASE, BLOCK / 2, attributes("r--/---", true, false)))
                        .reason())
                .contains("reaches beyond");
        assertThat(unsafe(change(BASE, BLOCK, attributes("r--/---", false, false)))
                        .reason())
                .contains("blocks are not asked for");
    }

    @Test
    void contiguous_runs_neither_change_nor_come_to_be_in_place() {
        bench.run(map(BASE, BLOCK, 0x4000_0000L, attributes("rw-/---", false, true)));
        bench.run(map(BASE + BLOCK, BLOCK, 0x5000_0000L, attributes("rw-/---", false, false)));

        assertThat(unsafe(change(BASE, 0x10000, attributes("r--/---", false, false)))
                        .reason())
                .contains("Contiguous");
        assertThat(unsafe(change(BASE + BLOCK, 0x10000, attributes("r--/---", false, true)))
                        .newWord())
                .isEqualTo(0x00f0000050000783L);
        bench.run(change(BASE + BLOCK, 0xf000, attributes("r--/---", false, true)));
    }

    @Test
    void a_translation_that_is_not_global_does_not_become_global() {
        bench.run(map(BASE, BLOCK, 0x4000_0000L, attributes("rw-/---", true, false)));
        Attributes local = typed(attributes("rw-/---", true, false), MemoryType.NORMAL_WB, false);
        bench.run(change(BASE, BLOCK, local));

        assertThat(unsafe(change(BASE, BLOCK, attributes("rw-/---", true, false)))
                        .reason())
                .contains("global");
    }

    @Test
    void what_is_made_invalid_may_become_anything() {
        bench.run(map(BASE, BLOCK, 0x4000_0000L, attributes("rw-/---", true, false)));
        bench.run(change(BASE, BLOCK, attributes("---/---", true, false)));
        assertThat(bench.word(BASE) & 1).isZero();

        bench.run(change(BASE, BLOCK, typed(attributes("rw-/---", true, false), MemoryType.NORMAL_NC, true)));
        assertThat(bench.word(BASE)).isEqualTo(0x0068000040000709L);
    }

    @Test
    void a_batch_is_judged_by_the_words_that_are_there_when_its_turn_comes() {
        bench.run(map(BASE, BLOCK, 0x4000_0000L, attributes("rw-/---", false, false)));
        List<MemoryCommand> batch = new ArrayList<>();
        batch.add(
                new MemoryCommand.ProtectRange(SPACE, AddressRange.ofSize(BASE, BLOCK), Permissions.parse("---/---")));
        batch.add(change(BASE, BLOCK, typed(attributes("rw-/---", false, false), MemoryType.NORMAL_NC, true)));

        assertThat(bench.refusal(batch)).isNull();
        batch.add(change(BASE, BLOCK, attributes("rw-/---", false, false)));
        assertThat(bench.refusal(batch)).isNotNull();
    }

    @Test
    void only_a_kernel_changes_its_words_so() {
        bench.run(new MemoryCommand.CreateSpace("u", SpaceKind.USER));

        assertThat(bench.refuse(new ChangeRange("u", AddressRange.ofSize(0, BLOCK), attributes("r--/r--", true, true))))
                .isInstanceOf(Rejection.WrongKind.class);
    }
}
