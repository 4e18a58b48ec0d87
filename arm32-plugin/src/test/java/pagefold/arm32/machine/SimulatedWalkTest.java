package pagefold.arm32.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.testkit.Walks.registers;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.arm32.CarryingBench;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.ProtectRange;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.MemoryCommand.WriteProtectRange;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;
import pagefold.table.FaultKind;
import pagefold.table.Walk;
import pagefold.testkit.Walks;

/**
 * What registers hold after walks of simulations, and walks of guests through stage 2. The judge is the reader of captured
 * machines, which QEMU's answers judge.
 */
class SimulatedWalkTest {
    private static final long PAGE = 0x1000;
    private static final long BLOCK = 0x20_0000;
    /** Where the tables of a simulation are: the guest's are at the same intermediate addresses. */
    private static final long TABLES = 0x4000_0000L;

    private static final long MEMORY = 0x8000_0000L;
    private static final long PHYSICAL = 0x1_c000_0000L;
    private static final long USER = 0x40_0000;

    /** What Linux's profile stands for: MAIR0 and MAIR1 of arch/arm/mm/proc-v7-3level.S. */
    private static final Map<String, Long> LPAE =
            Map.of("TTBCR", 0xb500_3500L, "MAIR0", 0xeeaa_4400L, "MAIR1", 0xff00_0004L, "SCTLR", 0x70c5_387dL);

    private static Attributes guest(String permissions) {
        return Attributes.kernel(Permissions.parse(permissions), MemoryType.NORMAL_WB);
    }

    private static Attributes user(String permissions) {
        return Attributes.user(Permissions.parse(permissions));
    }

    /** A guest whose tables may be read, and which has a block of memory. */
    private static CarryingBench guest() {
        CarryingBench bench = new CarryingBench("lpae");
        bench.done(new CreateSpace("vm", SpaceKind.STAGE2));
        bench.map("vm", TABLES, BLOCK, TABLES, guest("rw-/rw-"));
        bench.map("vm", MEMORY, BLOCK, PHYSICAL, guest("rw-/rw-"));
        bench.done(new CreateSpace("g", SpaceKind.USER));
        bench.map("g", USER, PAGE, MEMORY, user("rw-/rw-"));
        bench.map("g", USER + PAGE, PAGE, MEMORY + PAGE, user("r--/r-x"));
        bench.map("g", USER + 2 * PAGE, PAGE, MEMORY + BLOCK, user("r--/r--"));
        bench.done(new TouchRange("g", AddressRange.ofSize(USER, PAGE), Access.WRITE, Privilege.UNPRIVILEGED));
        return bench;
    }

    private static Arm32Machine machine(CarryingBench bench, Map<String, Long> registers) {
        Words words = new Words();
        bench.model.image((address, page, offset, length) -> {
            for (int i = 0; i < length; i++) {
                words.store(address + 8L * i, page[offset + i]);
            }
        });
        registers.forEach(words::set);
        return words.machine("");
    }

    private static Arm32Machine twoStages(CarryingBench bench) {
        Map<String, Long> registers = new HashMap<>(LPAE);
        registers.put("TTBR0", bench.root("g"));
        registers.put("TTBR1", bench.root("g"));
        registers.put("VTCR", 0x8000_3558L);
        registers.put("VTTBR", bench.root("vm"));
        registers.put("HCR", 1L);
        return machine(bench, registers);
    }

    private static Walk walk(CarryingBench bench, long address, Access access, Privilege privilege) {
        return Walks.throughBoth(bench.model, "g", "vm", address, access, privilege);
    }

    @ParameterizedTest
    @CsvSource({
        "0x400000, READ, UNPRIVILEGED, s12ur",
        "0x400123, WRITE, UNPRIVILEGED, s12uw",
        "0x400000, READ, PRIVILEGED, s12pr",
        "0x401000, WRITE, PRIVILEGED, s12pw",
        "0x401fff, READ, UNPRIVILEGED, s12ur",
        "0x402000, READ, UNPRIVILEGED, s12ur",
        "0x403000, READ, UNPRIVILEGED, s12ur",
        "0x80000000, READ, UNPRIVILEGED, s12ur"
    })
    void a_walk_through_both_stages_is_that_of_a_machine_with_these_tables(
            long address, Access access, Privilege privilege, String instruction) {
        CarryingBench bench = guest();
        Arm32Machine machine = twoStages(bench);

        Walks.isAs(machine, instruction, walk(bench, address, access, privilege));
    }

    @Test
    void every_level_of_both_stages_is_shown_and_the_page_is_where_the_block_is() {
        Walk walk = walk(guest(), USER + 0x123, Access.READ, Privilege.UNPRIVILEGED);

        assertThat(walk.outcome())
                .isInstanceOfSatisfying(
                        Walk.Translated.class,
                        found -> assertThat(found.output()).isEqualTo(PHYSICAL + 0x123));
        assertThat(Walks.levels(walk))
                .containsExactly("2L1", "2L2", "1L1", "2L1", "2L2", "1L2", "2L1", "2L2", "1L3", "2L1", "2L2");
    }

    @Test
    void a_guest_whose_tables_are_not_mapped_faults_on_the_stage_1_walk() {
        CarryingBench bench = guest();
        bench.done(new UnmapRange("vm", AddressRange.ofSize(TABLES, BLOCK), false));

        Walk walk = walk(bench, USER, Access.READ, Privilege.UNPRIVILEGED);

        assertThat(walk.outcome()).isEqualTo(new Walk.Faulted(FaultKind.TRANSLATION, 1, 2, true));
        assertThat(twoStages(bench).walk("s12ur", USER).outcome()).isEqualTo(walk.outcome());
        assertThat(registers(walk))
                .isEqualTo(Map.of(
                        "PAR", 0xb0bL, "HSR", 0x9200_0085L, "HDFAR", USER, "HPFAR", bench.root("g") >>> 12 << 4));
    }

    @Test
    void faults_of_either_stage_have_their_syndromes() {
        CarryingBench bench = guest();
        bench.done(new WriteProtectRange("vm", AddressRange.ofSize(MEMORY, BLOCK)));

        assertThat(registers(walk(bench, USER + PAGE, Access.WRITE, Privilege.PRIVILEGED)))
                .isEqualTo(Map.of("PAR", 0x81fL, "DFSR", 0xa0fL, "DFAR", USER + PAGE));
        assertThat(registers(walk(bench, USER, Access.WRITE, Privilege.UNPRIVILEGED)))
                .isEqualTo(Map.of("PAR", 0xa1dL, "HSR", 0x9200_004eL, "HDFAR", USER));
        assertThat(registers(walk(bench, USER + 2 * PAGE + 8, Access.READ, Privilege.UNPRIVILEGED)))
                .isEqualTo(Map.of(
                        "PAR",
                        0xa0dL,
                        "HSR",
                        0x9200_0006L,
                        "HDFAR",
                        USER + 2 * PAGE + 8,
                        "HPFAR",
                        MEMORY + BLOCK >>> 12 << 4));
        assertThat(registers(walk(bench, USER + PAGE, Access.EXECUTE, Privilege.UNPRIVILEGED)))
                .isEqualTo(Map.of("HSR", 0x8200_000eL, "HIFAR", USER + PAGE));
        assertThat(registers(walk(bench, USER, Access.EXECUTE, Privilege.UNPRIVILEGED)))
                .isEqualTo(Map.of("IFSR", 0x20fL, "IFAR", USER));
    }

    @Test
    void tables_that_stage_2_lets_nobody_read_fault_by_permission_with_their_address() {
        CarryingBench bench = guest();
        bench.done(new ProtectRange("vm", AddressRange.ofSize(TABLES, BLOCK), Permissions.parse("-w-/-w-")));

        Walk walk = walk(bench, USER, Access.WRITE, Privilege.UNPRIVILEGED);

        assertThat(walk.outcome()).isEqualTo(new Walk.Faulted(FaultKind.PERMISSION, 2, 2, true));
        assertThat(registers(walk))
                .containsEntry("HSR", 0x9200_00ceL)
                .containsEntry("HPFAR", bench.root("g") >>> 12 << 4);
    }

    @Test
    void only_a_guest_and_a_second_stage_are_two_stages() {
        CarryingBench bench = guest();
        bench.done(new CreateSpace("pl2", SpaceKind.HYP));
        bench.done(new CreateSpace("id", SpaceKind.IDMAP));

        for (List<String> pair : List.of(
                List.of("g", "g"),
                List.of("pl2", "vm"),
                List.of("vm", "vm"),
                List.of("g", "pl2"),
                List.of("id", "vm"))) {
            assertThat(bench.model.walk(pair.getFirst(), pair.getLast(), 0, Access.READ, Privilege.PRIVILEGED))
                    .as(pair.toString())
                    .isNull();
        }
    }

    @Test
    void stage_2_by_itself_has_no_virtual_address_to_tell_and_no_instruction() {
        CarryingBench bench = guest();

        assertThat(registers(bench.model.walk("vm", 0x10_0000, Access.READ, Privilege.PRIVILEGED)))
                .isEqualTo(Map.of("HSR", 0x9200_0005L, "HPFAR", 0x1000L));
        assertThat(registers(bench.model.walk("vm", MEMORY, Access.READ, Privilege.PRIVILEGED)))
                .isEmpty();
    }

    @Test
    void pl2_takes_its_own_faults_as_a_machine_with_nothing_but_pl2_says() {
        CarryingBench bench = new CarryingBench("lpae");
        bench.done(new CreateSpace("pl2", SpaceKind.HYP));
        bench.map("pl2", USER, PAGE, MEMORY, Attributes.kernel(Permissions.parse("r--/---"), MemoryType.NORMAL_WB));
        Arm32Machine machine = machine(
                bench,
                Map.of(
                        "HTCR",
                        0x8080_3500L,
                        "HTTBR",
                        bench.root("pl2"),
                        "HMAIR0",
                        0xeeaa_4400L,
                        "HMAIR1",
                        0xff00_0004L));

        assertThat(machine.spaces()).containsExactly("hyp");
        for (long address : new long[] {USER + 0x10, USER + PAGE, 0xffff_f000L}) {
            for (Access access : List.of(Access.READ, Access.WRITE)) {
                String instruction = access == Access.READ ? "s1hr" : "s1hw";
                Walk walk = bench.model.walk("pl2", address, access, Privilege.PRIVILEGED);
                Walks.endsAs(machine, instruction, walk);
            }
        }
        assertThat(registers(bench.model.walk("pl2", USER, Access.WRITE, Privilege.PRIVILEGED)))
                .containsEntry("HSR", 0x9600_004fL)
                .containsEntry("HDFAR", USER);
        assertThat(registers(bench.model.walk("pl2", USER, Access.EXECUTE, Privilege.PRIVILEGED)))
                .isEqualTo(Map.of("HSR", 0x8600_000fL, "HIFAR", USER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "lpae"})
    void a_process_has_the_form_of_par_that_its_descriptors_have(String profile) {
        boolean isLong = profile.equals("lpae");
        CarryingBench bench = new CarryingBench(profile);
        bench.done(new CreateSpace("u", SpaceKind.USER));
        bench.map("u", USER, PAGE, MEMORY, user("rw-/rw-"));
        bench.map("u", USER + PAGE, PAGE, MEMORY + PAGE, user("r--/r-x"));
        Map<String, Long> registers = new HashMap<>(
                isLong
                        ? LPAE
                        : Map.of(
                                "TTBCR",
                                0L,
                                "DACR",
                                0x55L,
                                "SCTLR",
                                0x50c5_387dL,
                                "PRRR",
                                0xff0a_81a8L,
                                "NMRR",
                                0x40e0_40e0L));
        registers.put("TTBR0", bench.root("u"));
        registers.put("TTBR1", bench.root("u"));
        Arm32Machine machine = machine(bench, registers);

        for (long address : new long[] {USER + 0x123, USER + PAGE, USER + 2 * PAGE, 0x4000_0000L}) {
            for (String instruction : List.of("s1cur", "s1cuw", "s1cpr", "s1cpw")) {
                Walk walk = bench.model.walk(
                        "u",
                        address,
                        instruction.endsWith("r") ? Access.READ : Access.WRITE,
                        instruction.charAt(3) == 'u' ? Privilege.UNPRIVILEGED : Privilege.PRIVILEGED);
                assertThat(registers(walk))
                        .as(instruction + " " + address)
                        .containsEntry("PAR", machine.addressTranslation(instruction, address));
            }
        }
        assertThat(registers(bench.model.walk("u", USER + 2 * PAGE, Access.WRITE, Privilege.UNPRIVILEGED)))
                .containsEntry("DFSR", isLong ? 0xa07L : 0x817L)
                .containsEntry("DFAR", USER + 2 * PAGE);
        assertThat(registers(bench.model.walk("u", USER, Access.WRITE, Privilege.UNPRIVILEGED)))
                .containsEntry("DFSR", isLong ? 0xa0fL : 0x80fL);
        assertThat(registers(bench.model.walk("u", USER, Access.EXECUTE, Privilege.UNPRIVILEGED)))
                .isEqualTo(Map.of("IFSR", isLong ? 0x20fL : 0x0fL, "IFAR", USER));
        assertThat(registers(bench.model.walk("u", 0x4000_0000L, Access.READ, Privilege.UNPRIVILEGED)))
                .containsEntry("DFSR", isLong ? 0x205L : 0x05L);
        // There is no such address, so that no access has it.
        assertThat(bench.model
                        .walk("u", 1L << 32, Access.READ, Privilege.PRIVILEGED)
                        .registers())
                .isEmpty();
    }
}
