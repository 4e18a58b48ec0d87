package pagefold.arm32.shortdesc;

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
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.arm32.Arm32Plugin;
import pagefold.arm32.machine.Arm32Machine;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine;
import pagefold.testkit.CaptureReader;
import pagefold.testkit.TranslationQuery;

/** Our answers to address-translation instructions against those of QEMU 7.2, image by image. */
class AddressTranslationTest {
    private static final int IMAGES = 16;
    private static final int ON = 0x10c5_187d;
    private static final int OFF = 0x10c5_187c;

    static List<Path> images() {
        return CaptureReader.directories(AddressTranslationTest.class, "/conformance/walks", "arm32-short-");
    }

    @Test
    void all_images_are_there() {
        assertThat(images()).hasSize(IMAGES);
    }

    @ParameterizedTest
    @MethodSource("images")
    void every_answer_is_the_machines(Path image) {
        CapturedMachine machine = new Arm32Plugin().capture(CaptureReader.read(image));
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
    void with_the_mmu_off_an_address_is_its_own_output_and_strongly_ordered() {
        Arm32Machine machine = new Arm32Machine(with(Map.of("SCTLR", (long) OFF)));

        // Inner 0b001, SH, NS.
        assertThat(machine.addressTranslation("s1cur", 0x1234_5678L)).isEqualTo(0x1234_5290L);
    }

    @Test
    void what_the_machine_does_not_have_is_refused_by_its_name() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Arm32Machine(with(Map.of("HCR", 1L))))
                .withMessageContaining("VTCR");
        Arm32Machine machine = new Arm32Machine(with(Map.of("SCTLR", (long) ON)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> machine.addressTranslation("s1e1r", 0))
                .withMessageContaining("s1cpr");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> machine.walk("s1cprp", 0))
                .withMessageContaining("FEAT_PAN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> machine.walk("s1cpr", 1L << 32))
                .withMessageContaining("32 bits");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TTBCR", "TTBR0", "TTBR1", "DACR", "SCTLR", "PRRR", "NMRR"})
    void a_missing_register_is_named(String name) {
        Capture all = with(Map.of("TTBCR", 2L));
        Map<String, Long> registers = new HashMap<>(all.registers());
        registers.remove(name);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Arm32Machine(new Capture("", registers, Map.of(), all.memory())))
                .withMessageContaining(name);
    }

    private static Capture with(Map<String, Long> changed) {
        Capture capture = CaptureReader.read(images().getFirst());
        Map<String, Long> registers = new HashMap<>(capture.registers());
        registers.putAll(changed);
        return new Capture(capture.cpu(), registers, capture.layout(), capture.memory());
    }
}
