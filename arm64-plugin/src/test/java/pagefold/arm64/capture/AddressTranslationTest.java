package pagefold.arm64.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagefold.testkit.CaptureReader;
import pagefold.testkit.TranslationQuery;

/** Our answers to address-translation instructions against those of QEMU 7.2, image by image. */
class AddressTranslationTest {
    private static final int IMAGES = 48;

    static List<Path> images() {
        return CaptureReader.directories(AddressTranslationTest.class, "/conformance/walks", "arm64-");
    }

    @Test
    void all_images_are_there() {
        assertThat(images()).hasSize(IMAGES);
    }

    @ParameterizedTest
    @MethodSource("images")
    void every_answer_is_the_machines(Path image) {
        Arm64Machine machine = new Arm64Machine(CaptureReader.read(image));
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
}
