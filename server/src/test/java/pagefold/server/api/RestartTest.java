package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;
import static pagefold.server.api.TestServer.unmap;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestartTest {
    private static final int EVENTS = 24;

    @TempDir
    private Path data;

    @Test
    void a_restart_after_every_event_and_every_past_position_give_the_same_tables() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        List<String> hashes = new ArrayList<>();

        try (TestServer server = TestServer.start(data)) {
            server.create("s", "arm64", "4k-48");
            server.command("s", createSpace("u"));
            hashes.add(server.hash("s"));
        }
        while (hashes.size() < EVENTS) {
            try (TestServer server = TestServer.start(data)) {
                assertThat(server.hash("s")).isEqualTo(hashes.getLast());
                if (server.command("s", random(random)).status() == 201) {
                    hashes.add(server.hash("s"));
                }
            }
        }

        try (TestServer server = TestServer.start(data)) {
            for (int i = 0; i < 3 * EVENTS; i++) {
                int index = random.nextInt(hashes.size());
                assertThat(server.get("/v1/simulations/s/stats?at=" + (index + 2))
                                .json()
                                .path("imageHash")
                                .asText())
                        .as("position %s", index + 2)
                        .isEqualTo(hashes.get(index));
            }
        }
    }

    private static String random(Random random) {
        long start = 0x10_0000L * random.nextInt(32) + 0x1000L * random.nextInt(4);
        long size = 0x1000L << random.nextInt(10);
        return random.nextInt(3) == 0 ? unmap("u", start, 0x1000) : map("u", start, size);
    }
}
