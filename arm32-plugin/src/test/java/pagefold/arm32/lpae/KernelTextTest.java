package pagefold.arm32.lpae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import pagefold.arm32.linux.KernelLayout;
import pagefold.arm32.machine.Arm32Machine;
import pagefold.model.Hex;
import pagefold.model.SpaceKind;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableReader.WxReport;
import pagefold.table.Walk;
import pagefold.testkit.CaptureReader;

/** What Linux 6.12 with long descriptors says of a fault and of its own tables. */
class KernelTextTest {
    private static final long PGD = 0x4000_3000L;
    private static final long PAGE = Descriptor.AF | Descriptor.SH | Descriptor.TYPE_PAGE;

    private final Map<Long, Long> words = new HashMap<>();

    private final PhysicalMemory memory = address -> words.getOrDefault(address, 0L);

    private String shown(long address) throws IOException {
        StringBuilder out = new StringBuilder();
        ShowPte.write(memory, false, PGD, address, out);
        return out.toString();
    }

    private WxReport check() {
        Tree tree = Tree.ofStage1(0, PGD, false, new Tree.Rules(false, false));
        return TableDump.ofPl1(tree, 0, 1L << LpaeProfile.INPUT_BITS, KernelLayout.lowerMarkers(SpaceKind.USER))
                .check(memory);
    }

    private static Arm32Machine machine() {
        return new Arm32Machine(CaptureReader.read(
                CaptureReader.path(KernelTextTest.class, "/conformance/kernels/linux-6.12-arm32-lpae")));
    }

    @Test
    void every_entry_is_shown_until_one_leads_nowhere() throws IOException {
        assertThat(shown(0xc000_0000L)).isEqualTo("[c0000000] *pgd=00000000\n");

        words.put(PGD + 24, 0x80_4000_4003L);
        assertThat(shown(0xc000_0000L)).isEqualTo("[c0000000] *pgd=8040004003, *pmd=00000000\n");

        words.put(0x80_4000_4000L, 0x4100_0701L);
        assertThat(shown(0xc000_0000L)).isEqualTo("[c0000000] *pgd=8040004003, *pmd=41000701(bad)\n");

        words.put(0x80_4000_4000L, 0x4000_5003L);
        assertThat(shown(0xc000_1fffL)).isEqualTo("[c0001fff] *pgd=8040004003, *pmd=40005003, *pte=00000000\n");
    }

    @Test
    void an_address_of_more_than_32_bits_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> shown(0x1_0000_0000L))
                .withMessageContaining("0x100000000");
    }

    @Test
    void a_block_is_read_only_with_both_of_its_bits_and_a_page_with_linuxs_own() {
        words.put(PGD + 24, 0x4000_4003L);
        words.put(0x4000_4000L, 0x4000_5003L);
        long[] bits = {Descriptor.AP2, Descriptor.RDONLY, Descriptor.XN};
        for (int i = 0; i < 8; i++) {
            long set = 0;
            for (int bit = 0; bit < bits.length; bit++) {
                set |= (i >>> bit & 1) != 0 ? bits[bit] : 0;
            }
            words.put(0x4000_5000L, PAGE | set);
            words.put(0x4000_4008L, PAGE & ~Descriptor.TABLE | set);

            long expected = ((i & 0b110) == 0 ? 1 : 0) + ((i & 0b011) != 0b011 && (i & 0b100) == 0 ? 512 : 0);

            assertThat(check().writableExecutablePages()).isEqualTo(expected);
        }
    }

    @Test
    void the_first_page_is_named_and_all_are_counted() {
        words.put(PGD + 24, 0x4000_4003L);
        words.put(0x4000_4008L, PAGE & ~Descriptor.TABLE);
        words.put(0x4000_4010L, 0x4000_5003L);
        words.put(0x4000_5008L, PAGE);

        assertThat(check().text()).isEqualTo("""
                arm/mm: Found insecure W+X mapping at address 0xc0200000
                Checked W+X mappings: FAILED, 513 W+X pages found
                """);
    }

    @Test
    void on_a_captured_machine_the_values_are_those_of_a_walk() throws IOException {
        Arm32Machine machine = machine();
        StringBuilder dump = new StringBuilder();
        machine.dump("kernel", dump);
        machine.dump("user", dump);

        Map<Integer, Integer> lengths = new TreeMap<>();
        for (String line :
                dump.toString().lines().filter(text -> text.startsWith("0x")).toList()) {
            long address = Hex.parse(line.substring(0, 10));
            StringBuilder out = new StringBuilder();
            assertThat(machine.showPte(address, out)).isTrue();
            List<String> expected = machine.walk("s1cpr", address).steps().stream()
                    .filter(step -> !step.folded())
                    .map(Walk.Step::word)
                    .map(word -> String.format("%08x", word))
                    .toList();
            lengths.merge(expected.size(), 1, Integer::sum);
            assertThat(out.toString()
                            .replaceAll("\\*p..=|\\(bad\\)|\\[.*\\] |\\n", "")
                            .split(", "))
                    .containsExactlyElementsOf(expected);
        }
        assertThat(lengths).containsKeys(2, 3);
    }

    @Test
    void the_captured_kernel_passes_its_own_check() {
        WxReport report = machine().checkWx();

        assertThat(report).isNotNull();
        assertThat(report.text()).isEqualTo("Checked W+X mappings: passed, no W+X pages found\n");
    }
}
