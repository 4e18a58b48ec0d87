package pagefold.arm64.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.arm64.descriptor.Descriptor;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.model.Hex;
import pagefold.table.Walk;
import pagefold.testkit.Pagemap;

/**
 * What the kernel said of the pages of a stopped process against our walks of its tables, page by page.
 *
 * <p>The kernel counts a page of PROT_NONE as present: bit 11 set, Valid clear. In one capture it moved pages between
 * writing the text and being stopped (compaction; the new entries are old and clean): docs/adr, "Pages that moved".
 */
class PagemapTest {

    @ParameterizedTest
    @CsvSource({
        "linux-6.12-arm64-4k48, 12, 0",
        "linux-6.12-arm64-4k48-blocks, 12, 0",
        "linux-6.12-arm64-4k52, 12, 0",
        "linux-6.12-arm64-16k47, 14, 132"
    })
    void every_page_is_where_the_kernel_says(String image, int pageBits, int expectedMoves) {
        Arm64Machine machine = KernelDumpTest.machine(image);
        Pagemap pagemap = Pagemap.read(KernelDumpTest.directory(image).resolve("pagemap.txt"));

        List<String> wrong = new ArrayList<>();
        int moved = 0;
        for (Pagemap.Area area : pagemap.areas()) {
            for (long page = area.start(); page < area.start() + area.length(); page += 1L << pageBits) {
                Walk.Step leaf = machine.walk("s1e0r", page).steps().getLast();
                boolean agrees = area.isPresent(page) == isPresent(leaf.word());
                if (agrees && area.isPresent(page) && frame(leaf, page, pageBits) != area.frame(page)) {
                    agrees = (leaf.word() & Descriptor.AF) == 0;
                    moved++;
                }
                if (!agrees) {
                    wrong.add(area.name() + " " + Hex.address(page) + ": " + leaf);
                }
            }
        }

        assertThat(wrong).isEmpty();
        assertThat(moved).isEqualTo(expectedMoves);
    }

    private static boolean isPresent(long word) {
        return (word & (Descriptor.VALID | Descriptor.NG)) != 0;
    }

    private static long frame(Walk.Step leaf, long page, int pageBits) {
        int shift = pageBits + (3 - leaf.level()) * (pageBits - 3);
        long base = OutputEncoding.PA_48.decode(leaf.word(), shift);
        return (base | page & (1L << shift) - 1) >>> pageBits;
    }
}
