package pagefold.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pagefold.server.local.FreePort;
import pagefold.server.log.Snapshot;
import pagefold.server.replay.Images;

/** Images in a cluster that falls apart and finds itself again. */
class MergedImagesTest {
    private static final int ATTEMPTS = 10;

    private HazelcastInstance left;
    private HazelcastInstance right;
    private String cluster;

    @BeforeEach
    void start() throws IOException {
        int port = FreePort.find();
        cluster = "images-" + port;
        ClusterOptions options = new ClusterOptions(cluster, null, ClusterOptions.DEFAULT_HOST, port, List.of(), null);
        left = Hazelcast.newHazelcastInstance(HazelcastSettings.config(options, "left"));
        right = Hazelcast.newHazelcastInstance(HazelcastSettings.config(options, "right"));
        SplitBrain.awaitWhole(cluster);
    }

    @AfterEach
    void stop() {
        left.shutdown();
        right.shutdown();
    }

    private static byte[] image(long id, long epoch, long position) {
        return ImageBytes.of(new Images.Origin(id, epoch), new Snapshot(position, new byte[] {(byte) position}));
    }

    private static boolean keep(HazelcastInstance member, String name, byte[] image) {
        return member.<String, byte[]>getMap(HazelcastSettings.IMAGES).executeOnKey(name, new KeepImage(image));
    }

    private static byte[] find(HazelcastInstance member, String name) {
        return member.<String, byte[]>getMap(HazelcastSettings.IMAGES).get(name);
    }

    @Test
    void of_two_images_the_higher_one_is_kept_wherever_it_was_and_whichever_came_last() {
        byte[] low = image(7, 2, 90);
        byte[] older = image(6, 9, 99);
        // Of each simulation the image of the left part, and that of the right one; which part joins which is open.
        Map<String, List<byte[]>> images = new TreeMap<>(Map.of(
                "left-higher-epoch", List.of(image(7, 3, 10), low),
                "right-higher-epoch", List.of(low, image(7, 3, 10)),
                "left-higher-position", List.of(image(7, 2, 91), low),
                "right-higher-position", List.of(low, image(7, 2, 91)),
                "left-later-simulation", List.of(low, older),
                "right-later-simulation", List.of(older, low)));
        int attempts = 0;
        do {
            SplitBrain.split(cluster, "left"::equals);
            images.forEach((name, both) -> {
                boolean isLeftHigher = name.startsWith("left");
                // The lower one last: time must not decide.
                keep(isLeftHigher ? left : right, name, both.get(isLeftHigher ? 0 : 1));
                keep(isLeftHigher ? right : left, name, both.get(isLeftHigher ? 1 : 0));
            });
            keep(left, "left-alone", low);
            keep(right, "right-alone", low);
            attempts++;
        } while (isAnyWhole() && attempts < ATTEMPTS);
        assertThat(isAnyWhole()).as("they found each other before all was done").isFalse();
        assertThat(find(left, "right-alone"))
                .as("the parts know nothing of each other")
                .isNull();

        SplitBrain.awaitWhole(cluster);

        // Their images are merged after that.
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            for (HazelcastInstance member : List.of(left, right)) {
                images.forEach((name, both) ->
                        assertThat(find(member, name)).as(name).isEqualTo(both.get(name.startsWith("left") ? 0 : 1)));
                assertThat(find(member, "left-alone")).isEqualTo(low);
                assertThat(find(member, "right-alone")).isEqualTo(low);
            }
        });
        assertThat(keep(right, "left-higher-epoch", low))
                .as("an owner of before that comes late")
                .isFalse();
        assertThat(find(left, "left-higher-epoch")).isEqualTo(image(7, 3, 10));
    }

    private boolean isAnyWhole() {
        return left.getCluster().getMembers().size() > 1
                || right.getCluster().getMembers().size() > 1;
    }
}
