package pagefold.arm32.shortdesc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.arm32.machine.Arm32Machine;
import pagefold.model.Hex;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableReader.WxReport;
import pagefold.testkit.CaptureReader;

/** What the kernel prints of a fault, and its check of W+X, with short descriptors. */
class KernelTextTest {
    private static final long ROOT = 0x4000_4000L;
    private static final long TABLES = 0x4100_0000L;

    private final TestMemory memory = new TestMemory();

    private String shown(long address) throws IOException {
        StringBuilder out = new StringBuilder();
        ShowPte.write(memory, false, ROOT, address, out);
        return out.toString();
    }

    private WxReport check() {
        return TableDump.check(new TableDump.Tables(memory, false, ROOT, 1L << 32));
    }

    private static Arm32Machine machine() {
        return new Arm32Machine(CaptureReader.read(CapturedKernelTest.directory()));
    }

    @Test
    void an_entry_is_shown_until_it_leads_nowhere() throws IOException {
        assertThat(shown(0xc000_0000L)).isEqualTo("[c0000000] *pgd=00000000\n");

        memory.put(ROOT + 4 * 0xc00, 0x4000_041e);
        assertThat(shown(0xc000_0000L)).isEqualTo("[c0000000] *pgd=4000041e(bad)\n");

        memory.put(ROOT + 4 * 0xc00, TABLES | 0x811);
        assertThat(shown(0xc000_1fffL)).isEqualTo("[c0001fff] *pgd=41000811, *pte=00000000, *ppte=00000000\n");

        memory.put(TABLES + 4, 0x5000_165fL).put(TABLES + 2052, 0x5000_145fL);
        assertThat(shown(0xc000_1fffL)).isEqualTo("[c0001fff] *pgd=41000811, *pte=5000165f, *ppte=5000145f\n");
    }

    @Test
    void an_address_of_the_second_megabyte_shows_the_first_word_of_its_pair() throws IOException {
        memory.put(ROOT + 4 * 0xc00, TABLES | 0x811).put(ROOT + 4 * 0xc01, TABLES | 0xc11);
        memory.put(TABLES + 1024, 0x5010_065fL).put(TABLES + 3072, 0x5010_045fL);

        assertThat(shown(0xc010_0000L)).isEqualTo("[c0100000] *pgd=41000811, *pte=5010065f, *ppte=5010045f\n");
    }

    @Test
    void an_address_of_more_than_32_bits_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> shown(0x1_0000_0000L))
                .withMessageContaining("0x100000000");
    }

    /** Of sections, only read-only ones that PL0 may not access count as read-only. */
    @ParameterizedTest
    @CsvSource({
        "0x0040e, true", // RW
        "0x0041e, false", // RW, XN
        "0x0840e, false", // read-only
        "0x0880e, true", // USR, AP 110
        "0x0c0e, true", // USR RW
        "0x08c0e, true" // USR, AP 111
    })
    void a_section_may_not_be_written_and_executed(String section, boolean isFound) {
        memory.put(ROOT + 4 * 0xc01, 0x4010_0000L | Long.decode(section));

        assertThat(check().writableExecutablePages()).isEqualTo(isFound ? 256 : 0);
    }

    @Test
    void the_first_page_is_named_and_all_are_counted() {
        memory.put(ROOT + 4 * 0xc00, TABLES | 0x811).put(ROOT + 4 * 0xc01, TABLES | 0xc11);
        memory.put(TABLES + 4, 0x5000_145fL).put(TABLES + 8, 0x5000_24dfL).put(TABLES + 12, 0x5000_365fL);
        // A section before an empty word reaches to the next pair for the kernel.
        memory.put(ROOT + 4 * 0xc02, 0x4020_040eL);

        assertThat(check().text()).isEqualTo("""
                arm/mm: Found insecure W+X mapping at address 0xc0001000
                Checked W+X mappings: FAILED, 513 W+X pages found
                """);
    }

    @Test
    void on_a_captured_machine_every_line_of_the_dump_is_shown_with_the_words_of_a_walk() throws IOException {
        Arm32Machine machine = machine();
        PhysicalMemory captured =
                CaptureReader.read(CapturedKernelTest.directory()).memory();
        StringBuilder dump = new StringBuilder();
        machine.dump("user", dump);

        List<String> wrong = new ArrayList<>();
        for (String line : dump.toString().lines().skip(1).toList()) {
            long address = Hex.parse(line.substring(0, 10));
            StringBuilder out = new StringBuilder();
            assertThat(machine.showPte(address, out)).isTrue();
            var steps = machine.walk("s1cpr", address).steps();
            long hardware = steps.getLast().entry();
            String expected = String.format(
                    ", *pte=%08x, *ppte=%08x\n",
                    captured.load32(hardware - LinuxPte.HARDWARE_OFFSET),
                    steps.getLast().word());
            if (!out.toString().endsWith(expected)) {
                wrong.add(out + " instead of " + expected);
            }
        }
        assertThat(dump.toString().lines()).hasSizeGreaterThan(5);
        assertThat(wrong).isEmpty();
    }

    @Test
    void the_captured_kernel_passes_its_own_check() {
        WxReport report = machine().checkWx();

        assertThat(report).isNotNull();
        assertThat(report.text()).isEqualTo("Checked W+X mappings: passed, no W+X pages found\n");
    }
}
