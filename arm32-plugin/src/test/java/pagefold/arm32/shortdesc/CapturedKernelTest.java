package pagefold.arm32.shortdesc;

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
import pagefold.testkit.CaptureReader;
import pagefold.testkit.Pagemap;

/** Our reading of a captured Linux 6.12 against what that kernel said of itself. */
class CapturedKernelTest {

    static Path directory() {
        return CaptureReader.path(CapturedKernelTest.class, "/conformance/kernels/linux-6.12-arm32-classic");
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

        assertThat(dump.toString().lines().skip(1)).isNotEmpty().allMatch(line -> line.contains(" PTE USER    "));
    }

    /**
     * The 32-bit process that wrote the file kept the lower half of each word: its frame, without bit 63. What is not
     * young is there for the kernel and not for hardware, so it is the Linux word that counts.
     */
    @Test
    void every_page_is_where_the_kernel_says() {
        Capture capture = CaptureReader.read(directory());
        Arm32Machine machine = machine();
        Pagemap pagemap = Pagemap.read(directory().resolve("pagemap.txt"));

        List<String> wrong = new ArrayList<>();
        int pages = 0;
        for (Pagemap.Area area : pagemap.areas()) {
            for (long page = area.start(); page < area.start() + area.length(); page += 0x1000) {
                var leaf = machine.walk("s1cur", page).steps().getLast();
                boolean isPage = leaf.level() == 2;
                long linux = isPage ? capture.memory().load32(leaf.entry() - 2048) & 0xffff_ffffL : 0;
                boolean isThere = (linux & LinuxPte.PRESENT) != 0;
                boolean isHardware = leaf.level() == 2 && leaf.word() != 0;
                long frame = (isThere ? linux : 0) >>> 12;
                boolean agrees = frame == area.frame(page) && (!isHardware || leaf.word() >>> 12 == area.frame(page));
                if (!agrees) {
                    wrong.add(area.name() + " " + Hex.address(page) + ": " + Hex.address(leaf.word()));
                }
                pages += isThere ? 1 : 0;
            }
        }

        assertThat(pages).isPositive();
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
