package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Rejection;
import pagefold.model.SpaceKind;

/** Words of EL2's own tables, of EL3's, and of stage 2, as KVM of Linux 6.12 has them. */
class HypervisorWordsTest {
    private static final long PAGE = 0x1000;
    private static final long BLOCK = 0x20_0000;
    private static final long OUTPUT = 0x8000_0000L;

    @ParameterizedTest
    @CsvSource({
        "rw-/---, NORMAL_WB, 0, 0040000000000743",
        "r--/---, NORMAL_WB, 0, 00400000000007c3",
        "r-x/---, NORMAL_WB, 0, 00000000000007c3",
        "rw-/---, DEVICE_NGNRE, 0, 0040000000000753",
        "rw-/---, NORMAL_WB, 2, 0140000000000743"
    })
    void a_page_of_the_hypervisor_has_the_word_of_kvms(String permissions, MemoryType type, int software, String word) {
        for (SpaceKind kind : new SpaceKind[] {SpaceKind.HYP, SpaceKind.MONITOR}) {
            Bench bench = new Bench("4k-48", kind);

            assertThat(bench.map(0x40_0000, PAGE, OUTPUT, Bench.attributes(permissions, type, software)))
                    .isNull();

            assertThat(Long.toHexString(bench.word(0x40_0000) & ~OUTPUT))
                    .isEqualTo(Long.toHexString(Long.parseUnsignedLong(word, 16)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "4k-48, rwx/rwx, NORMAL_WB, 0, 00000000000007ff, 4096",
        "4k-48, rwx/rwx, NORMAL_WB, 0, 00000000000007fd, 2097152",
        "4k-48, rwx/rwx, NORMAL_WB, 0, 00000000000007fd, 1073741824",
        "4k-48, rw-/rw-, NORMAL_WB, 0, 00400000000007ff, 4096",
        "4k-48, rw-/rw-, DEVICE_NGNRE, 0, 00400000000007c7, 4096",
        "4k-48, rwx/rwx, NORMAL_WB, 1, 00800000000007ff, 4096",
        "4k-48, rwx/rwx, NORMAL_WB, 2, 01000000000007ff, 4096",
        "4k-48, rw-/rw-, NORMAL_NC, 0, 00400000000007d7, 4096",
        "4k-48, rwx/rw-, NORMAL_WB, 0, 00600000000007ff, 4096",
        "4k-48, rw-/rwx, NORMAL_WB, 0, 00200000000007ff, 4096",
        "4k-48-fwb, rwx/rwx, NORMAL_WB, 0, 00000000000007db, 4096",
        "4k-48-fwb, rw-/rw-, NORMAL_WB, 0, 00400000000007db, 4096",
        "4k-48-fwb, r--/r--, NORMAL_WB, 0, 004000000000075b, 4096",
        "4k-48-fwb, rw-/rw-, NORMAL_NC, 0, 00400000000007d7, 4096",
        "4k-48-fwb, rw-/rw-, DEVICE_NGNRE, 0, 00400000000007c7, 4096",
        "4k-52, rw-/rw-, NORMAL_WB, 0, 00400000000004ff, 4096"
    })
    void a_leaf_of_stage_2_has_the_word_of_kvms(
            String profile, String permissions, MemoryType type, int software, String word, long size) {
        Bench bench = new Bench(profile, SpaceKind.STAGE2);

        assertThat(bench.map(0xc000_0000L, size, OUTPUT, Bench.attributes(permissions, type, software)))
                .isNull();

        assertThat(Long.toHexString(bench.word(0xc000_0000L) & ~OUTPUT))
                .isEqualTo(Long.toHexString(Long.parseUnsignedLong(word, 16)));
    }

    @Test
    void stage_2_refuses_what_its_words_cannot_say() {
        Bench plain = new Bench("4k-48", SpaceKind.STAGE2);
        Bench forced = new Bench("4k-48-fwb", SpaceKind.STAGE2);

        assertThat(reason(plain.map(0, PAGE, 0, Bench.attributes("rw-/r--", MemoryType.NORMAL_WB, 0))))
                .isEqualTo("permissions");
        assertThat(reason(plain.map(0, PAGE, 0, Bench.attributes("r--/---", MemoryType.NORMAL_WB, 0))))
                .isEqualTo("permissions");
        assertThat(reason(plain.map(0, PAGE, 0, Bench.attributes("rw-/rw-", MemoryType.NORMAL_TAGGED, 0))))
                .isEqualTo("memory-type");
        assertThat(plain.map(0, PAGE, 0, Bench.attributes("rw-/rw-", MemoryType.NORMAL_WT, 0)))
                .isNull();
        assertThat(reason(forced.map(0, PAGE, 0, Bench.attributes("rw-/rw-", MemoryType.NORMAL_WT, 0))))
                .isEqualTo("memory-type");
        assertThat(reason(plain.map(1L << 40, PAGE, 0, Bench.attributes("rw-/rw-", MemoryType.NORMAL_WB, 0))))
                .isEqualTo("input-out-of-range");
    }

    @Test
    void the_hypervisor_refuses_what_one_privilege_cannot_say() {
        Bench bench = new Bench("4k-48", SpaceKind.HYP);

        assertThat(reason(bench.map(0, PAGE, 0, Bench.attributes("rw-/r--", MemoryType.NORMAL_WB, 0))))
                .isEqualTo("permissions");
        assertThat(reason(bench.map(0, PAGE, 0, Bench.attributes("--x/---", MemoryType.NORMAL_WB, 0))))
                .isEqualTo("permissions");
    }

    private static String reason(@org.jspecify.annotations.Nullable Rejection rejection) {
        assertThat(rejection).isInstanceOf(Rejection.NotRepresentable.class);
        return rejection instanceof Rejection.NotRepresentable refused ? refused.reason() : "";
    }

    @Test
    void dirty_state_by_hardware_is_dbm_first_and_a_writable_page_after_the_first_write() {
        Bench bench = new Bench("4k-48-s2hd", SpaceKind.STAGE2);
        AddressRange page = AddressRange.ofSize(0x40_0000, PAGE);
        bench.map(page.start(), PAGE, OUTPUT, Bench.attributes("rw-/rw-", MemoryType.NORMAL_WB, 0));
        assertThat(bench.word(page.start())).isEqualTo(0x004800000000077fL | OUTPUT);

        bench.run(new MemoryCommand.TouchRange(Bench.SPACE, page, Access.WRITE, Privilege.UNPRIVILEGED));
        assertThat(bench.word(page.start())).isEqualTo(0x00480000000007ffL | OUTPUT);

        bench.run(new MemoryCommand.WriteProtectRange(Bench.SPACE, page));
        assertThat(bench.word(page.start())).isEqualTo(0x004000000000077fL | OUTPUT);

        bench.run(new MemoryCommand.RelaxRange(Bench.SPACE, page, Permissions.parse("-w-/-w-")));
        assertThat(bench.word(page.start())).isEqualTo(0x004800000000077fL | OUTPUT);
    }

    @Test
    void a_block_goes_into_pages_by_splitting_and_comes_back_by_mapping_only() {
        Bench bench = new Bench("4k-48", SpaceKind.STAGE2);
        AddressRange block = AddressRange.ofSize(0x8000_0000L, BLOCK);
        bench.map(block.start(), BLOCK, OUTPUT, Bench.attributes("rw-/rw-", MemoryType.NORMAL_WB, 0));
        long before = bench.word(block.start());

        bench.run(new MemoryCommand.SplitRange(Bench.SPACE, block, PAGE));
        bench.run(new MemoryCommand.WriteProtectRange(Bench.SPACE, block));
        bench.run(new MemoryCommand.RelaxRange(Bench.SPACE, block, Permissions.parse("-w-/-w-")));
        assertThat(bench.model.tables(Bench.SPACE)).hasSize(3);
        assertThat(bench.word(block.last())).isEqualTo(before + BLOCK - PAGE | 2);

        bench.run(new MemoryCommand.MapRange(
                Bench.SPACE,
                block,
                new pagefold.model.Output.Physical(OUTPUT),
                Bench.attributes("rw-/rw-", MemoryType.NORMAL_WB, 0),
                true));
        assertThat(bench.model.tables(Bench.SPACE)).hasSize(2);
        assertThat(bench.word(block.start())).isEqualTo(before);
    }

    @Test
    void splitting_a_part_of_a_large_block_leaves_the_next_smaller_size_around_it() {
        Bench bench = new Bench("4k-48", SpaceKind.STAGE2);
        bench.map(0, 1 << 30, OUTPUT, Bench.attributes("rwx/rwx", MemoryType.NORMAL_WB, 0));

        bench.run(new MemoryCommand.SplitRange(Bench.SPACE, AddressRange.ofSize(3 * BLOCK + PAGE, PAGE), PAGE));

        var leaves = bench.model.statistics().spaces().getFirst().leaves();
        assertThat(leaves.get(0).count()).isZero();
        assertThat(leaves.get(1).count()).isEqualTo(511);
        assertThat(leaves.get(2).count()).isEqualTo(512);
        assertThat(reason(bench.run(new MemoryCommand.SplitRange(Bench.SPACE, AddressRange.ofSize(0, PAGE), 4095))))
                .isEqualTo("leaf-size");
    }
}
