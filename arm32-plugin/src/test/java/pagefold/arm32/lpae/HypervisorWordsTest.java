package pagefold.arm32.lpae;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.arm32.Arm32Plugin;
import pagefold.arm32.machine.Arm32Machine;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Rejection;
import pagefold.model.Shareability;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.spi.Capture;
import pagefold.table.FaultKind;
import pagefold.table.PageTableModel;
import pagefold.table.PhysicalMemory;
import pagefold.table.Translation;
import pagefold.table.Walk;

/** Words of PL2 and of stage 2 as Linux 5.5 wrote them on arm32, and what its stage-2 operations make of them. */
class HypervisorWordsTest {
    private static final String SPACE = "s";
    private static final long MEGABYTES_2 = 2 << 20;

    private final PageTableModel model = new Arm32Plugin().newModel("lpae", Coarsening.REJECT);
    private final List<Rejection> rejections = new ArrayList<>();
    private Simulation simulation = Simulation.EMPTY;

    private void run(MemoryCommand command) {
        Decision decision = simulation.decide(command);
        if (decision instanceof Decision.Rejected(Rejection rejection)) {
            rejections.add(rejection);
            return;
        }
        Step step = Step.of(simulation, ((Decision.Accepted) decision).event());
        PageTableModel.Refusal refusal = model.check(List.of(step));
        if (refusal != null) {
            rejections.add(refusal.rejection());
            return;
        }
        model.apply(step, null);
        simulation = step.after();
    }

    private void map(long address, long size, long output, Attributes attributes) {
        run(new MemoryCommand.MapRange(
                SPACE, AddressRange.ofSize(address, size), new Output.Physical(output), attributes, false));
    }

    private static Attributes attributes(String permissions, MemoryType type, boolean blocks) {
        return new Attributes(
                Permissions.parse(permissions), type, Shareability.INNER_SHAREABLE, true, false, 0, blocks, false);
    }

    private static AddressRange range(long address, long size) {
        return AddressRange.ofSize(address, size);
    }

    private Walk.Step last(long address) {
        return model.walk(SPACE, address, Access.READ, Privilege.PRIVILEGED)
                .steps()
                .getLast();
    }

    private long word(long address) {
        return last(address).word();
    }

    /** PAGE_HYP, PAGE_HYP_EXEC with AP[2], PAGE_HYP_RO with AP[2], PAGE_HYP_DEVICE: linux-page-tables §2.9. */
    @ParameterizedTest
    @CsvSource({
        "rw-/---, normal-wb,    0x00c0000040000f5f",
        "rwx/---, normal-wb,    0x0080000040000f5f",
        "r-x/---, normal-wb,    0x0480000040000fdf",
        "r--/---, normal-wb,    0x04c0000040000fdf",
        "rw-/---, device-nGnRE, 0x00c0000040000f53"
    })
    void a_page_of_pl2_is_a_kernels_with_ap1_set(String permissions, String type, String expected) {
        run(new MemoryCommand.CreateSpace(SPACE, SpaceKind.HYP));

        map(0xc000_0000L, 0x1000, 0x4000_0000L, attributes(permissions, type(type), true));

        assertThat(word(0xc000_0000L) | 1 << 11).isEqualTo(Long.decode(expected) | 1 << 11);
        assertThat(word(0xc000_0000L) & 1 << 11).as("nG").isZero();
    }

    /** PAGE_S2 and PAGE_S2_DEVICE with what faults add: L_PTE_S2_RDWR, and XN cleared. */
    @ParameterizedTest
    @CsvSource({
        "r--/r--, normal-wb,    0x004000004000077f",
        "rw-/rw-, normal-wb,    0x00400000400007ff",
        "r-x/r-x, normal-wb,    0x000000004000077f",
        "rwx/rwx, normal-wb,    0x00000000400007ff",
        "rw-/rw-, normal-wt,    0x00400000400007eb",
        "rw-/rw-, normal-nc,    0x00400000400007d7",
        "rw-/rw-, device-nGnRE, 0x00400000400007c7",
        "r--/r--, device-nGnRE, 0x0040000040000747"
    })
    void a_page_of_a_guest_is_linuxs(String permissions, String type, String expected) {
        run(new MemoryCommand.CreateSpace(SPACE, SpaceKind.STAGE2));

        map(0x80_0000_0000L, 0x1000, 0x4000_0000L, attributes(permissions, type(type), true));

        assertThat(word(0x80_0000_0000L)).isEqualTo(Long.decode(expected));
        assertThat(last(0x80_0000_0000L).level()).isEqualTo(3);
    }

    private static MemoryType type(String text) {
        return Arrays.stream(MemoryType.values())
                .filter(type -> type.text().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_guest_has_a_start_table_of_1024_entries_in_two_pages() {
        run(new MemoryCommand.CreateSpace(SPACE, SpaceKind.STAGE2));

        map(0xff_ffff_f000L, 0x1000, 0x4000_0000L, attributes("rw-/rw-", MemoryType.NORMAL_WB, false));

        Walk walk = model.walk(SPACE, 0xff_ffff_f123L, Access.READ, Privilege.UNPRIVILEGED);
        assertThat(walk.steps().stream().map(step -> step.generic() + step.level() + (step.folded() ? "f" : "")))
                .containsExactly("PGD1", "P4D1f", "PUD1f", "PMD2", "PTE3");
        assertThat(walk.steps().getFirst().index()).isEqualTo(1023);
        assertThat(walk.steps().getFirst().table() & 0x1fff).isZero();
        assertThat(model.translate(SPACE, 1L << 40, Access.READ, Privilege.PRIVILEGED))
                .isEqualTo(Translation.fault(FaultKind.TRANSLATION, 1, 2));
        assertThat(model.statistics().spaces().getFirst().tableBytes()).isEqualTo(4 << 12);
    }

    @Test
    void dirty_logging_makes_pages_read_only_and_a_fault_makes_them_writable_again_in_place() {
        run(new MemoryCommand.CreateSpace(SPACE, SpaceKind.STAGE2));
        map(0, 2 * MEGABYTES_2, 0x4000_0000L, attributes("rw-/rw-", MemoryType.NORMAL_WB, true));
        assertThat(last(0).level()).isEqualTo(2);

        // stage2_dissolve_pmd, but its pages stay; then stage2_wp_range.
        run(new MemoryCommand.SplitRange(SPACE, range(0, MEGABYTES_2), 0x1000));
        run(new MemoryCommand.WriteProtectRange(SPACE, range(0, 2 * MEGABYTES_2)));

        assertThat(word(0x1000)).isEqualTo(0x0040_0000_4000_177fL);
        assertThat(word(MEGABYTES_2)).isEqualTo(0x0040_0000_4020_077dL);
        assertThat(model.translate(SPACE, 0x1000, Access.WRITE, Privilege.PRIVILEGED))
                .isEqualTo(Translation.fault(FaultKind.PERMISSION, 3, 2));

        run(new MemoryCommand.RelaxRange(SPACE, range(0x1000, 0x1000), Permissions.parse("-w-/-w-")));
        run(new MemoryCommand.RelaxRange(SPACE, range(0x2000, 0x1000), Permissions.parse("--x/--x")));

        assertThat(word(0x1000)).isEqualTo(0x0040_0000_4000_17ffL);
        assertThat(word(0x2000)).as("execution alone leaves write protection").isEqualTo(0x4000_277fL);
        assertThat(rejections).isEmpty();
    }

    @Test
    void aging_clears_the_access_flag_and_leaves_the_rest() {
        run(new MemoryCommand.CreateSpace(SPACE, SpaceKind.STAGE2));
        map(0, MEGABYTES_2, 0x4000_0000L, attributes("rwx/rwx", MemoryType.NORMAL_WB, true));

        run(new MemoryCommand.AgeRange(SPACE, range(0, MEGABYTES_2)));

        assertThat(word(0)).isEqualTo(0x4000_03fdL);
        assertThat(model.translate(SPACE, 0, Access.READ, Privilege.PRIVILEGED))
                .isEqualTo(Translation.fault(FaultKind.ACCESS_FLAG, 2, 2));
        run(new MemoryCommand.TouchRange(SPACE, range(0, 1), Access.READ, Privilege.UNPRIVILEGED));
        assertThat(word(0)).isEqualTo(0x4000_07fdL);
    }

    @Test
    void a_device_on_pages_that_are_there_is_refused_and_a_block_takes_the_place_of_a_table_when_told_to() {
        run(new MemoryCommand.CreateSpace(SPACE, SpaceKind.STAGE2));
        map(0x1000, 0x1000, 0x4000_0000L, attributes("rw-/rw-", MemoryType.NORMAL_WB, false));

        map(0, 0x2000, 0x900_0000L, attributes("rw-/rw-", MemoryType.DEVICE_NGNRE, false));

        assertThat(rejections).hasSize(1).first().isInstanceOf(Rejection.Overlaps.class);
        run(new MemoryCommand.MapRange(
                SPACE,
                range(0, MEGABYTES_2),
                new Output.Physical(0x4020_0000L),
                attributes("rwx/rwx", MemoryType.NORMAL_WB, true),
                true));
        assertThat(last(0x1000).level()).isEqualTo(2);
        assertThat(word(0x1000)).isEqualTo(0x4020_07fdL);
    }

    @ParameterizedTest
    @CsvSource({
        "STAGE2, rw-/r--, permissions, the same for PL1 and PL0",
        "STAGE2, r-x/r--, permissions, the same for PL1 and PL0",
        "HYP,    rw-/r--, permissions, as AP[2] and XN",
        "HYP,    -w-/---, permissions, as AP[2] and XN"
    })
    void what_a_regime_cannot_say_is_refused_with_a_reason(
            SpaceKind kind, String permissions, String reason, String expected) {
        run(new MemoryCommand.CreateSpace(SPACE, kind));

        map(0, 0x1000, 0, attributes(permissions, MemoryType.NORMAL_WB, false));

        assertThat(rejections).singleElement().isInstanceOfSatisfying(Rejection.NotRepresentable.class, refusal -> {
            assertThat(refusal.reason()).isEqualTo(reason);
            assertThat(refusal.expected()).contains(expected);
        });
    }

    @Test
    void what_arm32_does_not_have_is_a_capability_that_it_does_not_declare() {
        run(new MemoryCommand.CreateSpace(SPACE, SpaceKind.MONITOR));

        assertThat(rejections).containsExactly(new Rejection.MissingCapability("MONITOR", "arm32", "lpae"));
    }

    /** VTCR, VTTBR, HTCR, HTTBR and the reader of captures are judged by QEMU and by a walk in the manual's words. */
    @Test
    void a_machine_with_the_registers_of_the_profile_reads_the_simulated_tables_alike() throws IOException {
        run(new MemoryCommand.CreateSpace(SPACE, SpaceKind.STAGE2));
        run(new MemoryCommand.CreateSpace("h", SpaceKind.HYP));
        map(0x4000_0000L, 3 * MEGABYTES_2, 0x8000_0000L, attributes("rwx/rwx", MemoryType.NORMAL_WB, true));
        map(0x80_0000_0000L, 0x3000, 0x900_0000L, attributes("rw-/rw-", MemoryType.DEVICE_NGNRE, false));
        run(new MemoryCommand.MapRange(
                "h",
                range(0xc000_0000L, 0x5000),
                new Output.Physical(0x4000_0000L),
                attributes("r-x/---", MemoryType.NORMAL_WB, false),
                false));
        Map<String, Long> registers = Map.ofEntries(
                Map.entry("TTBCR", 1L << 31),
                Map.entry("TTBR0", 0L),
                Map.entry("TTBR1", 0L),
                Map.entry("MAIR0", 0L),
                Map.entry("MAIR1", 0L),
                Map.entry("HCR", 1L | 1 << 12),
                Map.entry("VTCR", LpaeProfile.STAGE_2_CONTROL),
                Map.entry("VTTBR", root(SPACE)),
                Map.entry("HTCR", LpaeProfile.HYP_CONTROL),
                Map.entry("HTTBR", root("h")),
                Map.entry("HMAIR0", MemoryAttributes.MAIR),
                Map.entry("HMAIR1", MemoryAttributes.MAIR >>> 32));

        Arm32Machine machine = new Arm32Machine(new Capture("", registers, Map.of(), memory()));

        assertThat(machine.spaces()).containsExactly("user", "stage2", "hyp");
        // What registers hold after an access is told of simulated walks alone; SimulatedWalkTest holds it.
        for (long address : new long[] {0x3fff_f000L, 0x4000_1234L, 0x405f_ffffL, 0x4060_0000L}) {
            assertThat(machine.walk("s12ur", address))
                    .usingRecursiveComparison()
                    .ignoringFields("registers")
                    .isEqualTo(model.walk(SPACE, address, Access.READ, Privilege.UNPRIVILEGED));
        }
        for (long address : new long[] {0xbfff_ffffL, 0xc000_1234L, 0xc000_5000L}) {
            assertThat(machine.walk("s1hr", address))
                    .usingRecursiveComparison()
                    .ignoringFields("registers")
                    .isEqualTo(model.walk("h", address, Access.READ, Privilege.PRIVILEGED));
        }
        assertThat(dump(machine, "stage2")).isEqualTo(dump(SPACE)).isEqualTo("""
                        ---[ Guest IPA ]---
                        0x0040000000-0x0040600000           6M PMD R W x  SHD AF MEM/CACHED/WBWA
                        0x8000000000-0x8000003000          12K PTE R W NX SHD AF DEV/SHARED
                        """);
        assertThat(dump(machine, "hyp")).isEqualTo(dump("h")).isEqualTo("""
                        ---[ Hypervisor ]---
                        0xc0000000-0xc0005000          20K PTE ro x  SHD MEM/CACHED/WBWA
                        """);
    }

    private long root(String space) {
        return model.walk(space, 0, Access.READ, Privilege.PRIVILEGED)
                .steps()
                .getFirst()
                .table();
    }

    private PhysicalMemory memory() {
        Map<Long, Long> words = new HashMap<>();
        model.image((address, table, offset, length) -> {
            for (int i = 0; i < length; i++) {
                words.put(address + 8L * i, table[offset + i]);
            }
        });
        return address -> words.getOrDefault(address, 0L);
    }

    private static String dump(Arm32Machine machine, String space) throws IOException {
        StringBuilder text = new StringBuilder();
        machine.dump(space, text);
        return text.toString();
    }

    private String dump(String space) throws IOException {
        StringBuilder text = new StringBuilder();
        model.dump(space, text);
        return text.toString();
    }
}
