package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.testkit.Walks.registers;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.arm64.capture.Arm64Machine;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.walk.Vtcr;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Shareability;
import pagefold.model.SpaceKind;
import pagefold.spi.Capture;
import pagefold.table.FaultKind;
import pagefold.table.Walk;
import pagefold.testkit.Walks;

/**
 * Walks of a guest's process through stage 2, and what registers say of them. The judge is the reader of captured
 * machines, which QEMU's answers judge.
 */
class GuestWalkTest {
    private static final String GUEST = "g";
    /** Where the tables of a simulation are: the guest's are at the same intermediate addresses. */
    private static final long TABLES = 0x4000_0000L;

    private static final long MEMORY = 0x8000_0000L;
    private static final long PHYSICAL = 0xc000_0000L;
    private static final long BLOCK = 0x20_0000;
    private static final long USER = 0x40_0000;

    /** A guest whose tables may be read, and which has a block of memory. */
    private static Bench guest() {
        Bench bench = new Bench("4k-48", SpaceKind.STAGE2);
        bench.map(TABLES, BLOCK, TABLES, Bench.attributes("rw-/rw-", MemoryType.NORMAL_WB, 0));
        bench.map(MEMORY, BLOCK, PHYSICAL, Bench.attributes("rw-/rw-", MemoryType.NORMAL_WB, 0));
        bench.run(new MemoryCommand.CreateSpace(GUEST, SpaceKind.USER));
        map(bench, USER, MEMORY, "rw-/rw-");
        map(bench, USER + 0x1000, MEMORY + 0x1000, "r--/r-x");
        map(bench, USER + 0x2000, MEMORY + BLOCK, "r--/r--");
        bench.run(new MemoryCommand.TouchRange(
                GUEST, AddressRange.ofSize(USER, 0x1000), Access.WRITE, Privilege.UNPRIVILEGED));
        return bench;
    }

    private static void map(Bench bench, long start, long output, String permissions) {
        var attributes = new Attributes(
                Permissions.parse(permissions),
                MemoryType.NORMAL_WB,
                Shareability.INNER_SHAREABLE,
                false,
                false,
                0,
                false,
                false);
        AddressRange page = AddressRange.ofSize(start, 0x1000);
        assertThat(bench.run(new MemoryCommand.MapRange(GUEST, page, new Output.Physical(output), attributes, false)))
                .isNull();
    }

    private static Walk walk(Bench bench, long address, Access access, Privilege privilege) {
        return Walks.throughBoth(bench.model, GUEST, Bench.SPACE, address, access, privilege);
    }

    private static Arm64Machine machine(Bench bench) {
        long root = bench.model.tables(GUEST).getFirst().address();
        long control = 16L | 16L << 16 | 3L << 12 | 3L << 28 | 2L << 30 | 1L << 23 | 5L << 32 | 1L << 37 | 3L << 39;
        return new Arm64Machine(new Capture(
                "neoverse-n1",
                Map.of(
                        "TCR_EL1",
                        control,
                        "TTBR0_EL1",
                        root,
                        "MAIR_EL1",
                        MemoryAttributes.MAIR,
                        "VTCR_EL2",
                        Vtcr.of(Stage2Options.standard(12).geometry(12, OutputEncoding.PA_48), 48) | Vtcr.HA,
                        "VTTBR_EL2",
                        bench.root(),
                        "HCR_EL2",
                        1L | 1L << 31),
                Map.of(),
                bench.memory()));
    }

    @ParameterizedTest
    @CsvSource({
        "0x400000, READ, UNPRIVILEGED, s12e0r",
        "0x400123, WRITE, UNPRIVILEGED, s12e0w",
        "0x400000, READ, PRIVILEGED, s12e1r",
        "0x401000, WRITE, PRIVILEGED, s12e1w",
        "0x401fff, READ, UNPRIVILEGED, s12e0r",
        "0x402000, READ, UNPRIVILEGED, s12e0r",
        "0x403000, READ, UNPRIVILEGED, s12e0r",
        "0x8000000000000, READ, UNPRIVILEGED, s12e0r"
    })
    void a_walk_through_both_stages_is_that_of_a_machine_with_these_tables(
            long address, Access access, Privilege privilege, String instruction) {
        Bench bench = guest();
        Arm64Machine machine = machine(bench);

        Walks.isAs(machine, instruction, walk(bench, address, access, privilege));
    }

    @Test
    void every_level_of_both_stages_is_shown() {
        Walk walk = walk(guest(), USER, Access.READ, Privilege.UNPRIVILEGED);

        assertThat(walk.outcome())
                .isInstanceOfSatisfying(
                        Walk.Translated.class,
                        found -> assertThat(found.output()).isEqualTo(PHYSICAL));
        // The descriptors of four levels and the output are looked up through a table and a block each.
        assertThat(Walks.levels(walk))
                .containsExactly(
                        "2L1", "2L2", "1L0", "2L1", "2L2", "1L1", "2L1", "2L2", "1L2", "2L1", "2L2", "1L3", "2L1",
                        "2L2");
    }

    @Test
    void a_guest_whose_tables_are_not_mapped_faults_on_the_stage_1_walk() {
        Bench bench = guest();
        bench.run(new MemoryCommand.UnmapRange(Bench.SPACE, AddressRange.ofSize(TABLES, BLOCK), false));
        long root = bench.model.tables(GUEST).getFirst().address();

        Walk walk = walk(bench, USER, Access.READ, Privilege.UNPRIVILEGED);

        // Nothing else is mapped in that gigabyte, so that the start table has no table for it.
        assertThat(walk.outcome()).isEqualTo(new Walk.Faulted(FaultKind.TRANSLATION, 1, 2, true));
        assertThat(registers(walk))
                .isEqualTo(Map.of(
                        "PAR_EL1",
                        0x0000_0000_0000_0b0bL,
                        "ESR_EL2",
                        0x9200_0085L,
                        "FAR_EL2",
                        USER,
                        "HPFAR_EL2",
                        root >>> 12 << 4));
    }

    @Test
    void faults_of_either_stage_have_their_syndromes() {
        Bench bench = guest();
        bench.run(new MemoryCommand.WriteProtectRange(Bench.SPACE, AddressRange.ofSize(MEMORY, BLOCK)));

        Walk stage1 = walk(bench, USER + 0x1000, Access.WRITE, Privilege.PRIVILEGED);
        Walk stage2 = walk(bench, USER, Access.WRITE, Privilege.UNPRIVILEGED);
        Walk noMemory = walk(bench, USER + 0x2008, Access.READ, Privilege.UNPRIVILEGED);
        Walk fetch = walk(bench, USER + 0x1000, Access.EXECUTE, Privilege.UNPRIVILEGED);

        assertThat(registers(stage1))
                .containsEntry("ESR_EL1", 0x9600_004fL)
                .containsEntry("FAR_EL1", USER + 0x1000)
                .containsEntry("PAR_EL1", 0x81fL);
        assertThat(registers(stage2)).containsEntry("ESR_EL2", 0x9200_004eL).doesNotContainKey("HPFAR_EL2");
        assertThat(registers(noMemory))
                .containsEntry("ESR_EL2", 0x9200_0006L)
                .containsEntry("HPFAR_EL2", MEMORY + BLOCK >>> 12 << 4);
        assertThat(registers(fetch)).isEqualTo(Map.of("ESR_EL2", 0x8200_000eL, "FAR_EL2", USER + 0x1000));
    }

    @Test
    void a_first_write_must_be_noted_in_a_table_that_stage_2_lets_be_written() {
        Bench bench = guest();
        AddressRange clean = AddressRange.ofSize(USER + 0x4000, 0x1000);
        map(bench, clean.start(), MEMORY + 0x4000, "rw-/rw-");
        bench.run(new MemoryCommand.ProtectRange(
                Bench.SPACE, AddressRange.ofSize(TABLES, BLOCK), Permissions.parse("r--/r--")));

        Walk dirty = walk(bench, USER, Access.WRITE, Privilege.UNPRIVILEGED);
        Walk write = walk(bench, clean.start(), Access.WRITE, Privilege.UNPRIVILEGED);

        assertThat(dirty.outcome()).isInstanceOf(Walk.Translated.class);
        assertThat(write.outcome()).isEqualTo(new Walk.Faulted(FaultKind.PERMISSION, 2, 2, true));
        assertThat(registers(write)).containsEntry("ESR_EL2", 0x9200_00ceL).containsKey("HPFAR_EL2");
        // An address-translation instruction notes nothing.
        assertThat(registers(write).getOrDefault("PAR_EL1", 1L) & 1).isZero();
    }

    @Test
    void only_a_guest_and_a_second_stage_are_two_stages() {
        Bench bench = guest();
        bench.run(new MemoryCommand.CreateSpace("el2", SpaceKind.HYP));

        assertThat(bench.model.walk(GUEST, GUEST, 0, Access.READ, Privilege.PRIVILEGED))
                .isNull();
        assertThat(bench.model.walk("el2", Bench.SPACE, 0, Access.READ, Privilege.PRIVILEGED))
                .isNull();
        assertThat(bench.model.walk(Bench.SPACE, Bench.SPACE, 0, Access.READ, Privilege.PRIVILEGED))
                .isNull();
    }

    @Test
    void stage_2_by_itself_has_no_virtual_address_to_tell() {
        Bench bench = guest();

        assertThat(registers(bench.walk(0x10_0000)))
                .isEqualTo(Map.of("PAR_EL1", 0xa0bL, "ESR_EL2", 0x9200_0005L, "HPFAR_EL2", 0x1000L));
    }

    /** EL2's and EL3's tables through TCR and TTBR0. */
    @ParameterizedTest
    @CsvSource({
        "HYP, EL2, s1e2, 4k-48, 12, 0, 16, 5",
        "HYP, EL2, s1e2, 16k-47, 14, 2, 17, 5",
        "HYP, EL2, s1e2, 4k-52, 12, 0, 12, 6",
        "MONITOR, EL3, s1e3, 4k-39, 12, 0, 25, 5",
        "MONITOR, EL3, s1e3, 16k-52, 14, 2, 12, 6"
    })
    void one_range_is_that_of_a_machine_with_these_tables(
            SpaceKind kind, String level, String instruction, String profile, int granule, int code, int size, int ps) {
        Bench bench = new Bench(profile, kind);
        long page = 1L << granule;
        bench.map(0x40_0000, 3 * page, MEMORY, Bench.attributes("rw-/---", MemoryType.NORMAL_WB, 3));
        bench.map(0x4000_0000, page, MEMORY, Bench.attributes("r-x/---", MemoryType.DEVICE_NGNRE, 0));
        boolean lpa2 = ps == 6;
        Map<String, Long> registers = new HashMap<>();
        registers.put(
                "TCR_" + level,
                size | 3L << 12 | (long) code << 14 | (long) ps << 16 | 3L << 21 | (lpa2 ? 1L << 32 : 0));
        registers.put("TTBR0_" + level, bench.root());
        registers.put("MAIR_" + level, MemoryAttributes.MAIR);
        Arm64Machine machine =
                new Arm64Machine(new Capture(lpa2 ? "" : "neoverse-n1", registers, Map.of(), bench.memory()));

        for (long at : new long[] {0, 0x40_0008, 0x40_0000 + 2 * page, 0x40_0000 + 3 * page, 0x4000_0010, -1}) {
            for (Access access : new Access[] {Access.READ, Access.WRITE}) {
                String asked = instruction + (access == Access.READ ? "r" : "w");
                Walk walk = bench.model.walk(Bench.SPACE, at, access, Privilege.PRIVILEGED);
                Walks.isAs(machine, asked, walk);
                if (walk.outcome() instanceof Walk.Faulted) {
                    assertThat(registers(walk)).containsKeys("ESR_" + level, "FAR_" + level);
                }
            }
        }
    }
}
