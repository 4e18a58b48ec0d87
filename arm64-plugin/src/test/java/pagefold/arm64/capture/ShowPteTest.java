package pagefold.arm64.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.walk.SparseMemory;
import pagefold.model.Hex;
import pagefold.table.Walk;
import pagefold.testkit.CaptureReader;

/** The lines of a fault: Linux 6.12's show_pte. */
class ShowPteTest {
    private static final long ROOT = 0x41a2_c000L;
    private static final ShowPte.Roots BOTH = new ShowPte.Roots(0x4300_0000L, ROOT);

    private final SparseMemory memory = new SparseMemory();

    private String shown(int granuleBits, int inputBits, int builtInputBits, long address) throws IOException {
        return shown(granuleBits, inputBits, builtInputBits, address, BOTH);
    }

    private String shown(int granuleBits, int inputBits, int builtInputBits, long address, ShowPte.Roots roots)
            throws IOException {
        StringBuilder out = new StringBuilder();
        OutputEncoding encoding = inputBits == 52 ? OutputEncoding.LPA2 : OutputEncoding.PA_48;
        new ShowPte(memory, false, new ShowPte.Shape(granuleBits, inputBits, builtInputBits, encoding))
                .write(address, roots, out);
        return out.toString();
    }

    @Test
    void four_levels_repeat_pgd_as_p4d() throws IOException {
        memory.store(ROOT + 8 * 256, 0x1000_0000_bfff_f003L)
                .store(0xbfff_f000L + 8 * 2, 0x1000_0000_bfff_e003L)
                .store(0xbfff_e000L + 8 * 24, 0x1000_0000_4420_8003L);

        assertThat(shown(12, 48, 48, 0xffff_8000_8300_2008L)).isEqualTo("""
                swapper pgtable: 4k pages, 48-bit VAs, pgdp=0000000041a2c000
                [ffff800083002008] pgd=10000000bffff003, p4d=10000000bffff003, pud=10000000bfffe003, \
                pmd=1000000044208003, pte=0000000000000000
                """);
    }

    @Test
    void three_levels_repeat_pgd_twice_and_stop_behind_an_empty_pud() throws IOException {
        assertThat(shown(12, 39, 39, 0xffff_ffc0_0000_0000L)).isEqualTo("""
                swapper pgtable: 4k pages, 39-bit VAs, pgdp=0000000041a2c000
                [ffffffc000000000] pgd=0000000000000000, p4d=0000000000000000, pud=0000000000000000
                """);
    }

    @Test
    void two_levels_repeat_pgd_three_times() throws IOException {
        memory.store(ROOT, 0x5000_4003L).store(0x5000_4000L, 0x77L);

        assertThat(shown(14, 36, 36, 0xffff_fff0_0000_0000L)).isEqualTo("""
                swapper pgtable: 16k pages, 36-bit VAs, pgdp=0000000041a2c000
                [fffffff000000000] pgd=0000000050004003, p4d=0000000050004003, pud=0000000050004003, \
                pmd=0000000050004003, pte=0000000000000077
                """);
    }

    @Test
    void five_levels_have_a_value_each() throws IOException {
        memory.store(BOTH.user(), 0x5000_0003L)
                .store(0x5000_0000L, 0x5000_1003L)
                .store(0x5000_1000L, 0x5000_2003L)
                .store(0x5000_2000L, 0x0060_0000_6000_0f41L);

        assertThat(shown(12, 52, 52, 0x1000)).isEqualTo("""
                user pgtable: 4k pages, 52-bit VAs, pgdp=0000000043000000
                [0000000000001000] pgd=0000000050000003, p4d=0000000050001003, pud=0000000050002003, \
                pmd=0060000060000f41
                """);
    }

    @Test
    void a_pgd_that_is_folded_at_run_time_shows_what_its_index_selects_and_is_not_judged() throws IOException {
        memory.store(ROOT + 8 * 256, 0x5000_1003L).store(ROOT + 8 * 15, 0xdead_0000L);

        assertThat(shown(12, 48, 52, 0xffff_8000_0000_0000L)).isEqualTo("""
                swapper pgtable: 4k pages, 48-bit VAs, pgdp=0000000041a2c000
                [ffff800000000000] pgd=00000000dead0000, p4d=0000000050001003, pud=0000000000000000
                """);
    }

    @Test
    void pgd_and_p4d_that_are_folded_at_run_time_lead_to_the_pud_in_the_page_of_the_root() throws IOException {
        memory.store(ROOT + 8 * 1024, 0x5000_4003L).store(ROOT + 8 * 31, 0x11L);

        assertThat(shown(14, 47, 52, 0xffff_c000_0000_0000L)).isEqualTo("""
                swapper pgtable: 16k pages, 47-bit VAs, pgdp=0000000041a2c000
                [ffffc00000000000] pgd=0000000000000011, p4d=0000000000000011, pud=0000000050004003, \
                pmd=0000000000000000
                """);
    }

    @Test
    void the_kernels_root_is_shown_where_its_page_begins_though_ttbr1_points_into_it() throws IOException {
        long page = 0x41a3_0000L;
        memory.store(page + 8 * 960, 0x5001_0003L);

        assertThat(shown(16, 48, 52, 0xffff_0000_0000_0000L, new ShowPte.Roots(0, page + 7680)))
                .isEqualTo("""
                swapper pgtable: 64k pages, 48-bit VAs, pgdp=0000000041a30000
                [ffff000000000000] pgd=0000000050010003, p4d=0000000050010003, pud=0000000050010003, \
                pmd=0000000000000000
                """);
    }

    @Test
    void addresses_that_no_table_translates_are_one_line() throws IOException {
        ShowPte.Roots kernel = new ShowPte.Roots(ShowPte.NO_ROOT, ROOT);
        ShowPte.Roots user = new ShowPte.Roots(ROOT, ShowPte.NO_ROOT);

        assertThat(shown(12, 48, 48, 0x8, kernel))
                .isEqualTo("[0000000000000008] user address but active_mm is swapper\n");
        assertThat(shown(12, 48, 48, 0x1_0000_0000_0000L, kernel))
                .isEqualTo("[0001000000000000] address between user and kernel address ranges\n");
        assertThat(shown(12, 48, 48, -1, user))
                .isEqualTo("[ffffffffffffffff] kernel address but there is no swapper\n");
    }

    @Test
    void words_are_read_in_the_machines_byte_order() throws IOException {
        memory.store(ROOT, Long.reverseBytes(0x5000_4003L));
        StringBuilder out = new StringBuilder();

        new ShowPte(memory, true, new ShowPte.Shape(14, 36, 36, OutputEncoding.PA_48))
                .write(0xffff_fff0_0000_0000L, BOTH, out);

        assertThat(out.toString()).contains("pmd=0000000050004003, pte=0000000000000000\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "linux-6.12-arm64-16k47",
                "linux-6.12-arm64-4k48",
                "linux-6.12-arm64-4k48-blocks",
                "linux-6.12-arm64-4k52"
            })
    void on_captured_machines_the_values_are_those_of_a_walk(String capture) throws IOException {
        Arm64Machine machine = new Arm64Machine(
                CaptureReader.read(CaptureReader.path(ShowPteTest.class, "/conformance/kernels/" + capture)));
        StringBuilder dump = new StringBuilder();
        machine.dump("kernel", dump);
        machine.dump("user", dump);

        int complete = 0;
        for (String line :
                dump.toString().lines().filter(text -> text.startsWith("0x")).toList()) {
            for (long address : new long[] {Hex.parse(line.substring(0, 18)), Hex.parse(line.substring(19, 37)) - 1}) {
                StringBuilder out = new StringBuilder();
                assertThat(machine.showPte(address, out)).isTrue();
                List<String> expected = new ArrayList<>();
                for (Walk.Step step : machine.walk("s1e1r", address).steps()) {
                    String word = Hex.address(step.word()).substring(2);
                    expected.add(step.generic().toLowerCase(Locale.ROOT) + "=" + word);
                }
                complete += expected.size() == 5 ? 1 : 0;
                assertThat(out.toString()).endsWith("] " + String.join(", ", expected) + "\n");
            }
        }
        assertThat(complete).isPositive();
    }
}
