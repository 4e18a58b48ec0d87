package pagefold.arm32.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagefold.spi.Capture;
import pagefold.testkit.CaptureReader;
import pagefold.testkit.TranslationQuery;

/** Our answers to address-translation instructions against those of QEMU 7.2, image by image. */
class AddressTranslationTest {
    private static final int IMAGES = 32;

    static List<Path> images() {
        List<Path> images = new ArrayList<>(of("arm32-lpae1-"));
        images.addAll(of("arm32-lpae12-"));
        return images;
    }

    private static List<Path> of(String kind) {
        return CaptureReader.directories(AddressTranslationTest.class, "/conformance/walks", kind);
    }

    @Test
    void all_images_are_there() {
        assertThat(images()).hasSize(IMAGES);
    }

    @ParameterizedTest
    @MethodSource("images")
    void every_answer_is_the_machines(Path image) {
        Arm32Machine machine = new Arm32Machine(CaptureReader.read(image));
        List<TranslationQuery> queries = TranslationQuery.read(image.resolve("queries.csv"));

        List<String> wrong = new ArrayList<>();
        for (TranslationQuery query : queries) {
            long answer = machine.addressTranslation(query.operation(), query.address());
            if (!query.agrees(answer)) {
                wrong.add(query.describe(answer));
            }
        }

        assertThat(queries).isNotEmpty();
        assertThat(wrong).isEmpty();
    }

    @Test
    void with_the_mmu_off_an_address_is_its_own_output_and_device_memory() {
        Arm32Machine machine = new Arm32Machine(with("SCTLR", 0xc5_187cL));

        // ATTR Device-nGnRnE, LPAE, NS, outer shareable.
        assertThat(machine.addressTranslation("s1cur", 0x1234_5678L)).isEqualTo(0x1234_5b00L);
    }

    @Test
    void what_the_machine_does_not_have_is_refused_by_its_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Arm32Machine(with("HCR", 1)))
                .withMessageContaining("VTCR");
        Arm32Machine machine = new Arm32Machine(with("SCTLR", 0xc5_187dL));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> machine.addressTranslation("s1e1r", 0))
                .withMessageContaining("s12pr");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> machine.addressTranslation("s1hr", 0))
                .withMessageContaining("HTCR");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> machine.walk("s1cpr", 1L << 32))
                .withMessageContaining("32 bits");
    }

    @Test
    void a_missing_register_is_named() {
        Capture all = with("SCTLR", 0xc5_187dL);
        Map<String, Long> registers = new HashMap<>(all.registers());
        registers.remove("MAIR1");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Arm32Machine(new Capture("", registers, Map.of(), all.memory())))
                .withMessageContaining("MAIR1");
    }

    private static Capture with(String register, long value) {
        Capture capture = CaptureReader.read(images().getFirst());
        Map<String, Long> registers = new HashMap<>(capture.registers());
        registers.put(register, value);
        return new Capture(capture.cpu(), registers, capture.layout(), capture.memory());
    }
}
