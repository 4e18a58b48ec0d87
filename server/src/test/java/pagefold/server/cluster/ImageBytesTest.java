package pagefold.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.AbstractMap.SimpleEntry;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.server.log.Snapshot;
import pagefold.server.replay.Images;

class ImageBytesTest {
    private static byte[] image(long id, long epoch, long position) {
        return ImageBytes.of(new Images.Origin(id, epoch), new Snapshot(position, new byte[] {1, 2, 3}));
    }

    @Test
    void an_image_is_read_as_it_was_written() {
        byte[] bytes = image(7, 3, 1L << 40);

        Snapshot read = ImageBytes.image(bytes);

        assertThat(read.position()).isEqualTo(1L << 40);
        assertThat(read.payload()).containsExactly(1, 2, 3);
        assertThat(ImageBytes.origin(bytes)).isEqualTo(new Images.Origin(7, 3));
        assertThat(ImageBytes.header(bytes)).hasSize(ImageBytes.HEADER);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 11, 1, 1, 10, true",
        "1, 1, 10, 1, 1, 10, false",
        "1, 1, 9, 1, 1, 10, false",
        "1, 2, 9, 1, 1, 10, true",
        "1, 1, 300, 1, 2, 10, false",
        "2, 1, 1, 1, 9, 10, true",
        "1, 9, 99, 2, 1, 1, false",
    })
    void the_higher_simulation_epoch_and_position_stays(
            long id, long epoch, long position, long otherId, long otherEpoch, long otherPosition, boolean replaces) {
        byte[] image = image(id, epoch, position);
        byte[] there = image(otherId, otherEpoch, otherPosition);
        Map.Entry<String, byte[]> entry = new SimpleEntry<>("s", there);

        boolean kept = new KeepImage(image).process(entry);

        assertThat(kept).isEqualTo(replaces);
        assertThat(entry.getValue()).isSameAs(replaces ? image : there);
    }

    @Test
    void an_image_is_kept_where_there_is_none() {
        byte[] image = image(1, 1, 1);
        Map.Entry<String, byte[]> entry = new SimpleEntry<>("s", null);

        boolean kept = new KeepImage(image).process(entry);

        assertThat(kept).isTrue();
        assertThat(entry.getValue()).isSameAs(image);
    }
}
