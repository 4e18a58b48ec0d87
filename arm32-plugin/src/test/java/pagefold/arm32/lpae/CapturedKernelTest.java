package pagefold.arm32.lpae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pagefold.arm32.machine.Arm32Machine;
import pagefold.model.Hex;
import pagefold.spi.Capture;
import pagefold.table.Walk;
import pagefold.testkit.CaptureReader;
import pagefold.testkit.Pagemap;

/** Our reading of a captured Linux 6.12 against what that kernel said of itself. */
class CapturedKernelTest {

    static Path directory() {
        return CaptureReader.path(CapturedKernelTest.class, "/conformance/kernels/linux-6.12-arm32-lpae");
    }

    static Arm32Machine machine() {
        return new Arm32Machine(CaptureReader.read(directory()));
    }

    @Test
    void the_dump_is_the_kernels_own_byte_for_byte() throws IOException {
        StringBuilder dump = new StringBuilder();

        machine().dump("kernel", dump);

        assertThat(dump.toString()).isEqualTo(Files.readString(directory().resolve("kernel_page_tables.txt")));
    }

    @Test
    void the_dump_of_the_process_has_its_own_part_only() throws IOException {
        StringBuilder dump = new StringBuilder();

        machine().dump("user", dump);

        assertThat(dump.toString().lines())
                .startsWith(
                        "---[ User space ]---", "0x00010000-0x00088000         480K PTE USR ro x  SHD MEM/CACHED/WBWA")
                .contains("0xb6600000-0xb6800000           2M PMD USR RW NX SHD")
                .endsWith("0xbeef4000-0xbeef5000           4K PTE USR ro x  SHD MEM/CACHED/WBWA");
    }

    @Test
    void every_page_is_where_the_kernel_says() {
        Arm32Machine machine = machine();
        Pagemap pagemap = Pagemap.read(directory().resolve("pagemap.txt"));

        List<String> wrong = new ArrayList<>();
        for (Pagemap.Area area : pagemap.areas()) {
            for (long page = area.start(); page < area.start() + area.length(); page += 0x1000) {
                Walk.Step leaf = machine.walk("s1cur", page).steps().getLast();
                long inLeaf = page & (leaf.level() == 2 ? 0x1f_ffffL : 0xfffL);
                long frame = (leaf.word() & Descriptor.ADDRESS) + inLeaf >>> 12;
                // The 32-bit process that wrote the file kept the lower half of each word: its frame, without bit 63.
                // Memory of PROT_NONE is present for the kernel: the word is there and not valid.
                boolean isPresent = area.frame(page) != 0;
                if (isPresent != (leaf.word() != 0) || isPresent && frame != area.frame(page)) {
                    wrong.add(area.name() + " " + Hex.address(page) + ": " + Hex.address(leaf.word()));
                }
            }
        }

        assertThat(pagemap.areas()).isNotEmpty();
        assertThat(wrong).isEmpty();
    }

    @Test
    void the_spaces_are_those_that_registers_and_layout_reach() {
        Capture capture = CaptureReader.read(directory());

        assertThat(machine().spaces()).containsExactly("kernel", "user");
        Arm32Machine withoutLayout = new Arm32Machine(new Capture("", capture.registers(), Map.of(), capture.memory()));
        assertThat(withoutLayout.spaces()).containsExactly("user");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> withoutLayout.dump("kernel", new StringBuilder()))
                .withMessageContaining("[user]");
    }
}
