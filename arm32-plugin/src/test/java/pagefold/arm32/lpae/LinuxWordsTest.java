package pagefold.arm32.lpae;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pagefold.arm32.Arm32Plugin;
import pagefold.arm32.machine.Arm32Machine;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Decision;
import pagefold.model.Hex;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Shareability;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.table.PageTableModel;
import pagefold.table.Walk;

/** The words that the model writes against those that Linux 6.12 wrote for the same memory, and the sheet's rules. */
class LinuxWordsTest {
    private static final Permissions KERNEL_RW = Permissions.parse("rw-/---");
    private static final Permissions KERNEL_RO = Permissions.parse("r--/---");
    private static final Permissions KERNEL_RX = Permissions.parse("r-x/---");
    private static final Permissions USER_RW = Permissions.parse("rw-/rw-");
    private static final Permissions USER_RO = Permissions.parse("r--/r--");
    private static final Permissions USER_RX = Permissions.parse("r--/r-x");
    private static final Permissions USER_RWX = Permissions.parse("rw-/rwx");

    private final Arm32Machine kernel = CapturedKernelTest.machine();
    private final PageTableModel model = new Arm32Plugin().newModel("lpae", Coarsening.REJECT);
    private Simulation simulation = Simulation.EMPTY;

    @BeforeEach
    void create() {
        run(new MemoryCommand.CreateSpace("k", SpaceKind.KERNEL));
        run(new MemoryCommand.CreateSpace("u", SpaceKind.USER));
    }

    private void run(MemoryCommand command) {
        Step step = Step.of(simulation, ((Decision.Accepted) simulation.decide(command)).event());
        assertThat(model.check(List.of(step))).isNull();
        model.apply(step, null);
        simulation = step.after();
    }

    /** Maps what the kernel has mapped, by the same output, and gives the words of both. */
    private void mapAsTheKernel(String space, long start, long size, Attributes attributes) {
        long output = leafOf(kernel.walk("s1cpr", start)) & Descriptor.ADDRESS;
        AddressRange range = AddressRange.ofSize(start, size);
        run(new MemoryCommand.MapRange(space, range, new Output.Physical(output), attributes, false));
    }

    private static long leafOf(Walk walk) {
        return walk.steps().getLast().word();
    }

    private long word(String space, long address) {
        return leafOf(model.walk(space, address, Access.READ, Privilege.PRIVILEGED));
    }

    private static Attributes kernel(Permissions permissions, MemoryType type) {
        return Attributes.kernel(permissions, type);
    }

    private static Attributes user(Permissions permissions) {
        return Attributes.user(permissions);
    }

    @Test
    void a_kernels_words_are_linuxs() throws Exception {
        mapAsTheKernel("k", 0xc000_0000L, 2 << 20, kernel(KERNEL_RW, MemoryType.NORMAL_WB));
        mapAsTheKernel("k", 0xc020_0000L, 2 << 20, kernel(KERNEL_RX, MemoryType.NORMAL_WB));
        mapAsTheKernel("k", 0xc040_0000L, 2 << 20, kernel(KERNEL_RO, MemoryType.NORMAL_WB));
        mapAsTheKernel("k", 0xc060_0000L, 250 << 20, kernel(KERNEL_RW, MemoryType.NORMAL_WB));
        mapAsTheKernel("k", 0xff80_0000L, 4 << 20, kernel(KERNEL_RO, MemoryType.NORMAL_WB));
        mapAsTheKernel("k", 0xffff_0000L, 0x1000, kernel(Permissions.parse("r-x/r-x"), MemoryType.NORMAL_WB));
        mapAsTheKernel("k", 0xffff_1000L, 0x1000, kernel(KERNEL_RX, MemoryType.NORMAL_WB));
        mapAsTheKernel("k", 0xffef_f000L, 0x1000, kernel(KERNEL_RW, MemoryType.DEVICE_NGNRE));
        for (long page = 0xd080_0000L; page < 0xd08f_0000L; page += 0x1000) {
            long theirs = leafOf(kernel.walk("s1cpr", page));
            if (theirs != 0) {
                mapAsTheKernel("k", page, 0x1000, kernel(KERNEL_RW, typeOf(theirs)));
            }
        }

        List<String> different = new ArrayList<>();
        for (long page = 0xc000_0000L; page < 1L << 32; page += 0x1000) {
            if (word("k", page) != leafOf(kernel.walk("s1cpr", page))) {
                different.add(Hex.address(page));
            }
        }
        assertThat(different).isEmpty();
        // All lines but those of the markers: the captured machine has less memory than the profile's.
        StringBuilder ours = new StringBuilder();
        StringBuilder theirs = new StringBuilder();
        model.dump("k", ours);
        kernel.dump("kernel", theirs);
        assertThat(ours.toString().lines().filter(line -> line.startsWith("0x")))
                .containsExactlyElementsOf(theirs.toString()
                        .lines()
                        .filter(line -> line.startsWith("0x"))
                        .toList());
    }

    private static MemoryType typeOf(long word) {
        return switch ((int) Descriptor.field(word, 4, 2)) {
            case 1 -> MemoryType.NORMAL_NC;
            case 4 -> MemoryType.DEVICE_NGNRE;
            default -> MemoryType.NORMAL_WB;
        };
    }

    @Test
    void the_kernels_entry_of_its_start_table_is_marked() {
        mapAsTheKernel("k", 0xc000_0000L, 2 << 20, kernel(KERNEL_RW, MemoryType.NORMAL_WB));

        long ours = model.walk("k", 0xc000_0000L, Access.READ, Privilege.PRIVILEGED)
                .steps()
                .getFirst()
                .word();

        long theirs = kernel.walk("s1cpr", 0xc000_0000L).steps().getFirst().word();
        assertThat(ours & ~Descriptor.ADDRESS).isEqualTo(theirs & ~Descriptor.ADDRESS);
    }

    @Test
    void a_process_has_linuxs_words_for_text_data_and_huge_pages() {
        mapAsTheKernel("u", 0x1_0000L, 0x1000, user(USER_RX));
        mapAsTheKernel("u", 0x8_8000L, 0x1000, user(USER_RO));
        mapAsTheKernel("u", 0x8_a000L, 0x1000, user(USER_RW));
        mapAsTheKernel("u", 0xb6cc_a000L, 0x1000, user(USER_RWX));
        mapAsTheKernel("u", 0xb660_0000L, 2 << 20, huge(USER_RW));
        for (long written : List.of(0x8_a000L, 0xb6cc_a000L, 0xb660_0000L)) {
            run(new MemoryCommand.TouchRange(
                    "u", AddressRange.ofSize(written, 0x1000), Access.WRITE, Privilege.UNPRIVILEGED));
        }

        for (long page : List.of(0x1_0000L, 0x8_8000L, 0x8_a000L, 0xb6cc_a000L, 0xb660_0000L)) {
            assertThat(Hex.address(word("u", page)))
                    .as(Hex.address(page))
                    .isEqualTo(Hex.address(leafOf(kernel.walk("s1cpr", page))));
        }
    }

    private static Attributes huge(Permissions permissions) {
        return new Attributes(
                permissions, MemoryType.NORMAL_WB, Shareability.INNER_SHAREABLE, false, false, 0, true, false);
    }

    @Test
    void a_page_that_was_written_and_then_loses_its_permissions_has_linuxs_words() {
        mapAsTheKernel("u", 0x8_9000L, 0x1000, user(USER_RW));
        mapAsTheKernel("u", 0xb6cc_c000L, 0x4000, user(USER_RW));
        for (AddressRange range :
                List.of(AddressRange.ofSize(0x8_9000L, 0x1000), AddressRange.ofSize(0xb6cc_c000L, 0x4000))) {
            run(new MemoryCommand.TouchRange("u", range, Access.WRITE, Privilege.UNPRIVILEGED));
        }
        run(new MemoryCommand.ProtectRange("u", AddressRange.ofSize(0x8_9000L, 0x1000), USER_RO));
        run(new MemoryCommand.ProtectRange("u", AddressRange.ofSize(0xb6cc_c000L, 0x4000), Permissions.NONE));

        assertThat(word("u", 0x8_9000L)).isEqualTo(leafOf(kernel.walk("s1cpr", 0x8_9000L)));
        // Linux's PROT_NONE: not valid, not PL0's, read-only for Linux; AP[2] as it was.
        assertThat(word("u", 0xb6cc_c000L))
                .isEqualTo(leafOf(kernel.walk("s1cpr", 0xb6cc_c000L)))
                .isEqualTo(word("u", 0xb6cc_d000L) - 0x1000);

        run(new MemoryCommand.ProtectRange("u", AddressRange.ofSize(0xb6cc_c000L, 0x4000), USER_RW));

        assertThat(word("u", 0xb6cc_c000L) & ~Descriptor.ADDRESS)
                .isEqualTo(leafOf(kernel.walk("s1cpr", 0x8_a000L)) & ~Descriptor.ADDRESS);
    }

    @Test
    void software_marks_the_zero_page_special() {
        Attributes special = new Attributes(
                USER_RO, MemoryType.NORMAL_WB, Shareability.INNER_SHAREABLE, false, false, 1, false, false);

        mapAsTheKernel("u", 0xb6cc_2000L, 0x1000, special);

        assertThat(word("u", 0xb6cc_2000L)).isEqualTo(leafOf(kernel.walk("s1cpr", 0xb6cc_2000L)));
    }

    @Test
    void writes_are_granted_once_the_page_is_dirty_and_faults_are_hardwares() {
        AddressRange page = AddressRange.ofSize(0x40_0000L, 0x1000);
        run(new MemoryCommand.MapRange("u", page, new Output.Physical(0x12_3456_7000L), user(USER_RW), false));

        assertThat(outcome(0x40_0123L, Access.READ)).isEqualTo("Translated 0x0000001234567123");
        assertThat(outcome(0x40_0123L, Access.WRITE))
                .isEqualTo("Faulted[kind=PERMISSION, level=3, stage=1, onStage1Walk=false]");
        assertThat(outcome(0x40_0123L, Access.EXECUTE))
                .isEqualTo("Faulted[kind=PERMISSION, level=3, stage=1, onStage1Walk=false]");
        assertThat(outcome(0x40_1000L, Access.READ))
                .isEqualTo("Faulted[kind=TRANSLATION, level=3, stage=1, onStage1Walk=false]");
        assertThat(outcome(0x60_0000L, Access.READ))
                .isEqualTo("Faulted[kind=TRANSLATION, level=2, stage=1, onStage1Walk=false]");
        assertThat(outcome(0xc000_0000L, Access.READ))
                .isEqualTo("Faulted[kind=TRANSLATION, level=1, stage=1, onStage1Walk=false]");
        assertThat(outcome(0x1_0040_0000L, Access.READ))
                .isEqualTo("Faulted[kind=TRANSLATION, level=1, stage=1, onStage1Walk=false]");

        run(new MemoryCommand.TouchRange("u", page, Access.WRITE, Privilege.UNPRIVILEGED));
        assertThat(outcome(0x40_0123L, Access.WRITE)).startsWith("Translated");

        run(new MemoryCommand.AgeRange("u", page));
        assertThat(outcome(0x40_0123L, Access.READ))
                .isEqualTo("Faulted[kind=ACCESS_FLAG, level=3, stage=1, onStage1Walk=false]");
    }

    private String outcome(long address, Access access) {
        return switch (model.walk("u", address, access, Privilege.UNPRIVILEGED).outcome()) {
            case Walk.Translated translated -> "Translated " + Hex.address(translated.output());
            case Walk.Faulted fault -> fault.toString();
        };
    }

    @Test
    void every_permission_that_fits_is_granted_exactly_and_the_others_are_refused_with_a_reason() {
        LpaeProfile profile = LpaeProfile.LPAE;
        int fitting = 0;
        for (SpaceKind kind : List.of(SpaceKind.USER, SpaceKind.KERNEL)) {
            LpaeRegime regime = new LpaeRegime(profile, kind);
            for (int bits = 1; bits < 64; bits++) {
                Permissions permissions = new Permissions(bits);
                Attributes attributes = user(permissions);
                if (regime.unfit(attributes) != null) {
                    Attributes wider = regime.widened(attributes);
                    assertThat(wider.permissions().includes(permissions)).isTrue();
                    assertThat(regime.unfit(wider)).as(permissions.toString()).isNull();
                } else {
                    fitting++;
                    assertThat(regime.widened(attributes)).isEqualTo(attributes);
                    assertThat(granted(regime, attributes)).isEqualTo(permissions);
                }
            }
        }
        // Four data permissions; PL1-only memory is executable or not, PL0's also by PL0 alone.
        assertThat(fitting).isEqualTo(2 * (2 * 2 + 2 * 3));
    }

    /** What hardware grants once the page has been written. */
    private static Permissions granted(LpaeRegime regime, Attributes attributes) {
        long leaf = regime.format().dirtied(regime.format().leafWord(0x8000_0000L, 3, regime.leafBits(attributes)));
        long[] tables = {0x2003, 0x3003, leaf};
        SpaceReader reader = SpaceReader.ofPl1(
                LpaeProfile.LPAE, regime.kind(), address -> tables[(int) (address >>> 12) - 1], 0x1000);
        return ((Walk.Translated)
                        reader.walk(0, Access.READ, Privilege.PRIVILEGED).outcome())
                .attributes()
                .permissions();
    }
}
