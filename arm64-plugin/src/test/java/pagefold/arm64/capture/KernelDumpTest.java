package pagefold.arm64.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.testkit.CaptureReader;

/** Our dumps of captured kernels against the text that those kernels wrote themselves. */
class KernelDumpTest {

    @ParameterizedTest
    @CsvSource({
        "linux-6.12-arm64-4k48, kernel, kernel_page_tables.txt",
        "linux-6.12-arm64-4k48-blocks, kernel, kernel_page_tables.txt",
        "linux-6.12-arm64-16k47, kernel, kernel_page_tables.txt",
        "linux-6.12-arm64-4k52, kernel, kernel_page_tables.txt",
        "linux-6.12-arm64-4k48-kvm, stage2, stage2_page_tables.txt"
    })
    void a_dump_is_the_kernels_own_byte_for_byte(String image, String space, String file) throws IOException {
        Path directory = directory(image);
        StringBuilder dump = new StringBuilder();

        new Arm64Machine(CaptureReader.read(directory)).dump(space, dump);

        assertThat(dump.toString()).isEqualTo(Files.readString(directory.resolve(file)));
    }

    @Test
    void the_spaces_of_a_capture_are_those_that_its_registers_reach() {
        assertThat(machine("linux-6.12-arm64-4k48").spaces()).isEqualTo(List.of("kernel", "user"));
        assertThat(machine("linux-6.12-arm64-4k48-kvm").spaces()).isEqualTo(List.of("stage2"));
    }

    static Path directory(String image) {
        return CaptureReader.path(KernelDumpTest.class, "/conformance/kernels/" + image);
    }

    static Arm64Machine machine(String image) {
        return new Arm64Machine(CaptureReader.read(directory(image)));
    }
}
