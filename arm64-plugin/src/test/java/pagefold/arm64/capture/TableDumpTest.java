package pagefold.arm64.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.arm64.walk.SparseMemory;
import pagefold.table.PhysicalMemory;

/** The rules of dumps that the captured kernels do not show. */
class TableDumpTest {
    private static final long ROOT = 0x10000;

    private final SparseMemory memory = new SparseMemory();

    private String dump(Vmsa64Geometry geometry, int compiled, long base, Markers markers) throws IOException {
        StringBuilder out = new StringBuilder();
        TableDump.stage1(geometry, false, compiled).write(memory, ROOT, base, markers, out);
        return out.toString();
    }

    private static Vmsa64Geometry geometry(int granuleBits, int inputBits) {
        return Vmsa64Geometry.stage1(granuleBits, inputBits, OutputEncoding.PA_48);
    }

    @Test
    void an_empty_process_is_one_hole() throws IOException {
        assertThat(dump(geometry(12, 48), 48, 0, Markers.user())).isEqualTo("""
                ---[ User space ]---
                0x0000000000000000-0x0001000000000000         256T PGD
                """);
    }

    @Test
    void neighbours_of_one_level_join_though_their_outputs_lie_apart() throws IOException {
        memory.store(ROOT, 0x20003).store(0x20000, 0x30003).store(0x30000, 0x7000 | 0xfc3);
        memory.store(0x30008, 0x9000 | 0xfc3).store(0x30010, 0xa000 | 0xfc2);

        assertThat(dump(geometry(12, 39), 39, 0, Markers.user())).isEqualTo("""
                ---[ User space ]---
                0x0000000000000000-0x0000000000002000           8K PTE   USR ro x  SHD AF NG                MEM/NORMAL
                0x0000000000002000-0x0000000000003000           4K PTE F USR ro x  SHD AF NG                MEM/NORMAL
                0x0000000000003000-0x0000000000200000        2036K PTE
                0x0000000000200000-0x0000000040000000        1022M PMD
                0x0000000040000000-0x0000008000000000         511G PGD
                """);
    }

    @Test
    void a_block_in_the_root_keeps_its_name_unless_the_root_was_folded_at_run_time() throws IOException {
        memory.store(ROOT, 0x4000_0000L | 0x701);

        assertThat(dump(geometry(12, 39), 39, 0, Markers.user())).contains("1G PUD ");
        assertThat(dump(geometry(12, 39), 48, 0, Markers.user())).contains("1G PGD ");
    }

    @Test
    void a_third_marker_at_one_address_waits_for_the_next_note() throws IOException {
        Markers markers = new Markers(List.of(
                new Markers.Marker(0, "first"),
                new Markers.Marker(0x4000_0000L, "second"),
                new Markers.Marker(0x4000_0000L, "third"),
                new Markers.Marker(0x4000_0000L, "fourth")));

        assertThat(dump(geometry(12, 31), 31, 0, markers)).isEqualTo("""
                ---[ first ]---
                0x0000000000000000-0x0000000040000000           1G PGD
                ---[ second ]---
                ---[ third ]---
                0x0000000040000000-0x0000000080000000           1G PGD
                """);
    }

    @Test
    void tables_that_contain_themselves_come_to_an_end() {
        PhysicalMemory itself = address -> ROOT | 3;
        TableDump dump = TableDump.stage1(geometry(12, 48), false, 48);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> dump.write(itself, ROOT, 0, Markers.user(), new StringBuilder()))
                .withMessageContaining("131072 tables");
    }

    @Test
    void the_layout_of_a_52_bit_kernel_that_runs_with_47_bits_is_that_of_47_bits() {
        assertThat(Markers.kernel(52, 14, -0x1000).list().get(1).address()).isEqualTo(-1L << 46);
        assertThat(Markers.kernel(47, 14, -0x1000).list().get(1).address()).isEqualTo(-1L << 46);
        assertThat(Markers.kernel(52, 12, -0x1000).list().get(1).address()).isEqualTo(-1L << 47);
        assertThat(Markers.kernel(48, 12, -0x1000).list().get(6).address()).isEqualTo(0xffff_fdff_c000_0000L);
    }
}
