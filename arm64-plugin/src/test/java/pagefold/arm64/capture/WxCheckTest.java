package pagefold.arm64.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.arm64.descriptor.Descriptor;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.arm64.walk.SparseMemory;
import pagefold.table.TableReader.WxReport;
import pagefold.testkit.CaptureReader;

/** The kernel's check of W+X: Linux 6.12's ptdump_check_wx. */
class WxCheckTest {
    private static final long ROOT = 0x10000;
    private static final long BASE = -1L << 30;
    private static final long KERNEL = Descriptor.AF | Descriptor.SH | Descriptor.UXN | Descriptor.TYPE_PAGE;
    private static final long BLOCK = KERNEL & ~Descriptor.TABLE;

    private final SparseMemory memory = new SparseMemory();

    private WxReport check() {
        return WxCheck.of(Vmsa64Geometry.stage1(12, 30, OutputEncoding.PA_48), false, memory, ROOT, BASE);
    }

    @Test
    void every_combination_of_the_three_bits_is_judged_as_the_kernel_does() {
        memory.store(ROOT, 0x20003);
        long[] bits = {Descriptor.RDONLY, Descriptor.PXN, Descriptor.UXN};
        for (int i = 0; i < 8; i++) {
            long word = Descriptor.AF | Descriptor.TYPE_PAGE;
            for (int bit = 0; bit < bits.length; bit++) {
                word |= (i >>> bit & 1) != 0 ? bits[bit] : 0;
            }
            memory.store(0x20000, word);

            WxReport report = check();

            assertThat(report.writableExecutablePages()).isEqualTo((i & 3) == 0 ? 1 : 0);
            assertThat(report.userExecutablePages()).isEqualTo((i & 4) == 0 ? 1 : 0);
            assertThat(report.passed()).isEqualTo((i & 3) != 0 && (i & 4) != 0);
        }
    }

    @Test
    void nothing_found_is_the_kernels_line() {
        memory.store(ROOT, BLOCK | Descriptor.PXN);

        assertThat(check().text()).isEqualTo("Checked W+X mappings: passed, no W+X pages found\n");
    }

    @Test
    void the_first_of_each_kind_is_named_and_all_pages_are_counted() {
        memory.store(ROOT + 8, BLOCK).store(ROOT + 16, 0x20003);
        memory.store(0x20000 + 8, KERNEL & ~Descriptor.UXN | Descriptor.RDONLY);
        memory.store(0x20000 + 24, KERNEL & ~Descriptor.UXN);

        assertThat(check().text()).isEqualTo("""
                arm64/mm: Found insecure W+X mapping at address ffffffffc0200000/0xffffffffc0200000
                arm64/mm: Found non-UXN mapping at address ffffffffc0401000/0xffffffffc0401000
                Checked W+X mappings: FAILED, 513 W+X pages found, 2 non-UXN pages found
                """);
    }

    @Test
    void words_that_are_not_valid_count_and_empty_ones_do_not() {
        memory.store(ROOT, KERNEL & ~Descriptor.TYPE);

        assertThat(check().writableExecutablePages()).isEqualTo(512);
    }

    @Test
    void tables_that_contain_themselves_end_with_a_sentence() {
        memory.store(ROOT, ROOT | Descriptor.TYPE_TABLE);
        Vmsa64Geometry geometry = Vmsa64Geometry.stage1(12, 48, OutputEncoding.PA_48);
        for (int i = 0; i < 512; i++) {
            memory.store(ROOT + 8 * i, ROOT | Descriptor.TYPE_TABLE);
        }

        assertThatIllegalArgumentException()
                .isThrownBy(() -> WxCheck.of(geometry, false, memory, ROOT, 0))
                .withMessageContaining(Integer.toString(TableDump.MAX_TABLES));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "linux-6.12-arm64-16k47",
                "linux-6.12-arm64-4k48",
                "linux-6.12-arm64-4k48-blocks",
                "linux-6.12-arm64-4k52"
            })
    void captured_kernels_pass_as_their_own_dumps_say(String capture) {
        Arm64Machine machine = new Arm64Machine(
                CaptureReader.read(CaptureReader.path(WxCheckTest.class, "/conformance/kernels/" + capture)));

        WxReport report = machine.checkWx();

        assertThat(report).isNotNull();
        assertThat(report.text()).startsWith("Checked W+X mappings: passed");
    }
}
