package pagefold.arm32.shortdesc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.arm32.Arm32Plugin;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Decision;
import pagefold.model.Hex;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.spi.Capture;
import pagefold.table.ModelStatistics;
import pagefold.table.PageTableModel;
import pagefold.table.PhysicalMemory;
import pagefold.testkit.CaptureReader;

/** The words that the model writes against those that Linux 6.12 wrote for the same memory, and the sheet's rules. */
class LinuxWordsTest {
    private static final long KERNEL_ROOT = 0x4000_4000L;
    private static final long USER_ROOT = 0x4087_8000L;
    private static final long PAGE = 0x1000;
    private static final long SECTION = 1 << 20;
    private static final Permissions KERNEL_RW = Permissions.parse("rw-/---");
    private static final Permissions KERNEL_RO = Permissions.parse("r--/---");
    private static final Permissions KERNEL_RX = Permissions.parse("r-x/---");

    private final Capture capture = CaptureReader.read(CapturedKernelTest.directory());
    private final PageTableModel model = new Arm32Plugin().newModel("classic", Coarsening.REJECT);
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

    /** Low 12 bits of a Linux word and of the one for hardware (linux-page-tables.md, Armv7, SMP, write-allocate). */
    @ParameterizedTest
    @CsvSource({
        "kernel RW not executable, 0x65f, 0x45f, false",
        "kernel RW executable, 0x45f, 0x45e, false",
        "kernel RO executable, 0x4df, 0x65e, false",
        "user RW clean, 0x71f, 0xe7f, true",
        "user RW dirty, 0x75f, 0xc7f, true",
        "user RO executable, 0x59f, 0xe7e, true",
        "user old, 0x75d, 0, true",
        "nothing granted, 0xe9f, 0, true",
        "device, 0x653, 0x453, false",
        "device not shared, 0x273, 0x053, false",
        "device write-combining, 0x667, 0x417, false",
        "device cached, 0x66f, 0x41f, false",
        "strongly ordered, 0x243, 0x013, false",
        "high vectors, 0x5df, 0x67e, false"
    })
    void a_word_for_hardware_follows_from_linuxs(String name, String linux, String hardware, boolean isProcess) {
        long address = 0x4321_5000L;
        long expected = Long.decode(hardware) == 0 ? 0 : address | Long.decode(hardware);

        assertThat(LinuxPte.hardware(address | Long.decode(linux), isProcess))
                .as(name)
                .isEqualTo(expected);
    }

    /** Every page of the captured kernel and of its process, thousands of words. */
    @Test
    void every_captured_word_for_hardware_follows_from_linuxs() {
        List<String> wrong = new ArrayList<>();
        int pages = 0;
        for (long root : new long[] {KERNEL_ROOT, USER_ROOT}) {
            for (int pair = 0; pair < 2048; pair++) {
                long first = captured(root + 8L * pair);
                for (int i = 0; Descriptor.isTable(first) && i < LinuxPte.ENTRIES; i++) {
                    long at = LinuxPte.tablesOf(first) + 4L * i;
                    boolean isProcess = pair * 2 * SECTION < 0xbf00_0000L;
                    long linux = captured(at);
                    long hardware = captured(at + LinuxPte.HARDWARE_OFFSET);
                    if (LinuxPte.hardware(linux, isProcess) != hardware) {
                        wrong.add(Hex.address(linux) + " has " + Hex.address(hardware));
                    }
                    pages += linux == 0 ? 0 : 1;
                }
            }
        }

        assertThat(pages).isGreaterThan(1000);
        assertThat(wrong).isEmpty();
    }

    private long captured(long address) {
        return capture.memory().load32(address) & 0xffff_ffffL;
    }

    @Test
    void a_kernels_words_are_linuxs() {
        mapAsTheKernel("k", 0xc000_0000L, SECTION, KERNEL_RW);
        mapAsTheKernel("k", 0xc010_0000L, 2 * SECTION, KERNEL_RX);
        mapAsTheKernel("k", 0xc030_0000L, SECTION, KERNEL_RO);
        mapAsTheKernel("k", 0xc040_0000L, 252 * SECTION, KERNEL_RW);
        mapAsTheKernel("k", 0xff80_0000L, 2 * SECTION, KERNEL_RO);
        for (long page = 0xd080_0000L; page < 0xd100_0000L; page += PAGE) {
            if (capturedLinux(KERNEL_ROOT, page) != 0) {
                mapAsTheKernel("k", page, PAGE, KERNEL_RW);
            }
        }
        mapAsTheKernel("k", 0xffef_f000L, PAGE, KERNEL_RW);
        mapAsTheKernel("k", 0xffff_0000L, PAGE, Permissions.parse("r-x/r-x"));
        mapAsTheKernel("k", 0xffff_1000L, PAGE, KERNEL_RX);

        List<String> different = different("k", KERNEL_ROOT, 0xc000_0000L, 1L << 32);

        assertThat(different).isEmpty();
    }

    /** Pages that the process has dirtied are written here; what it has made old or never touched stays out. */
    @Test
    void a_processs_words_are_linuxs() {
        int dirty = 0;
        for (long page = 0; page < 0xbf00_0000L; page += PAGE) {
            long linux = capturedLinux(USER_ROOT, page);
            if ((linux & LinuxPte.YOUNG) != 0 && (linux & LinuxPte.NONE) == 0) {
                mapAsTheProcess(page, linux);
                dirty += (linux & LinuxPte.DIRTY) != 0 ? 1 : 0;
            }
        }

        assertThat(dirty).isPositive();
        assertThat(different("u", USER_ROOT, 0, 0xbf00_0000L)).isEmpty();
    }

    private void mapAsTheProcess(long page, long linux) {
        boolean isExecutable = (linux & LinuxPte.XN) == 0;
        boolean isReadOnly = (linux & LinuxPte.RDONLY) != 0;
        AddressRange range = AddressRange.ofSize(page, PAGE);
        Permissions readOnly = Permissions.parse(isExecutable ? "r--/r-x" : "r--/r--");
        Permissions writable = Permissions.parse(isExecutable ? "rw-/rwx" : "rw-/rw-");
        Output output = new Output.Physical(linux & LinuxPte.ADDRESS);
        boolean isDirty = (linux & LinuxPte.DIRTY) != 0;
        run(new MemoryCommand.MapRange(
                "u", range, output, Attributes.user(isReadOnly && !isDirty ? readOnly : writable), false));
        if (isDirty) {
            run(new MemoryCommand.TouchRange(
                    "u", range, pagefold.model.Access.WRITE, pagefold.model.Privilege.UNPRIVILEGED));
            if (isReadOnly) {
                run(new MemoryCommand.WriteProtectRange("u", range));
            }
        }
    }

    /** Maps what the kernel has mapped, by the same output and memory type. */
    private void mapAsTheKernel(String space, long start, long size, Permissions permissions) {
        long first = captured(KERNEL_ROOT + 4 * (start >>> 20));
        boolean isSection = Descriptor.isSection(first);
        long linux = capturedLinux(KERNEL_ROOT, start);
        long output = isSection ? first & Descriptor.SECTION_ADDRESS : linux & LinuxPte.ADDRESS;
        Attributes attributes = Attributes.kernel(permissions, isSection ? MemoryType.NORMAL_WB : typeOf(linux));
        AddressRange range = AddressRange.ofSize(start, size);
        run(new MemoryCommand.MapRange(space, range, new Output.Physical(output), attributes, false));
    }

    private static MemoryType typeOf(long linux) {
        return switch ((int) (linux & LinuxPte.MT) >>> LinuxPte.MT_SHIFT) {
            case 1 -> MemoryType.NORMAL_NC;
            case 4 -> MemoryType.DEVICE_NGNRE;
            case 7 -> MemoryType.NORMAL_WB;
            default -> throw new AssertionError("a type of memory that the captured machine does not have");
        };
    }

    private long capturedLinux(long root, long page) {
        return linux(capture.memory(), root, page);
    }

    private static long linux(PhysicalMemory memory, long root, long page) {
        long first = memory.load32(root + 8 * (page >>> 21)) & 0xffff_ffffL;
        return Descriptor.isTable(first)
                ? memory.load32(LinuxPte.tablesOf(first) + 4 * (page >>> 12 & 511)) & 0xffff_ffffL
                : 0;
    }

    /** Where words differ: level 1 in type and attributes, without the place of tables; pages in both words. */
    private List<String> different(String space, long theirRoot, long from, long to) {
        PhysicalMemory ours = new Image(model);
        long root = root(space);
        List<String> different = new ArrayList<>();
        for (long address = from; address < to; address += SECTION) {
            long our = ours.load32(root + 4 * (address >>> 20)) & 0xffff_ffffL;
            long their = captured(theirRoot + 4 * (address >>> 20));
            boolean isTable = Descriptor.isTable(our) && Descriptor.isTable(their);
            // Tables that Linux made at boot are in the domain of devices, without bit 4; and it keeps empty tables.
            long ignored = isTable ? Descriptor.TABLE_ADDRESS | (from == 0 ? 0 : 0x1f0) : 0;
            boolean isEmpty = our == 0 && Descriptor.isTable(their);
            if (!isEmpty && ((our ^ their) & ~ignored) != 0) {
                different.add(Hex.address(address) + ": " + Hex.address(our) + ", not " + Hex.address(their));
            }
        }
        for (long page = from; page < to; page += PAGE) {
            long our = linux(ours, root, page);
            long their = capturedLinux(theirRoot, page);
            boolean counts = from != 0 || (their & LinuxPte.YOUNG) != 0 && (their & LinuxPte.NONE) == 0;
            if (counts && our != their) {
                different.add(Hex.address(page) + ": " + Hex.address(our) + ", not " + Hex.address(their));
            }
        }
        return different;
    }

    private long root(String space) {
        return model.statistics().spaces().stream()
                .filter(each -> each.space().equals(space))
                .mapToLong(ModelStatistics.Space::root)
                .findFirst()
                .orElseThrow();
    }
}
