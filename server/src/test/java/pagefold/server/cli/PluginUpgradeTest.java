package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.PagefoldServer;
import pagefold.server.api.ServerAccess;
import pagefold.server.api.ServerOptions;
import pagefold.server.log.LogLocation;

/** A plugin is replaced by another build of it, under traffic and over a restart; models are made of the log again. */
class PluginUpgradeTest {
    /** Enough for a snapshot and for a check by replay. */
    private static final int MAPS = 6_000;

    @TempDir
    private Path data;

    private PagefoldServer server;

    @BeforeEach
    void start() throws IOException {
        server = PagefoldServer.start(new ServerOptions(
                ServerOptions.DEFAULT_HOST,
                0,
                new LogLocation(data.resolve("log")),
                ServerAccess.OPEN,
                new ServerOptions.Plugins(data.resolve("plugins"), null, true)));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void restart() throws IOException {
        server.close();
        start();
    }

    private CliRun run(String line) {
        return CliRun.of((line + " --server=" + server.uri()).split(" "));
    }

    private String hash(String simulation) {
        return run("stats " + simulation + " -o json")
                .ends(0)
                .out()
                .replaceAll("(?s).*\"imageHash\":\"([0-9a-f]+)\".*", "$1");
    }

    /** The plugin that comes with the server, as another build of the version "1.1". */
    private Path build(String name, int level) throws IOException {
        byte[] original;
        try (InputStream in = getClass().getResourceAsStream("/plugins/pagefold-arm64.jar")) {
            original = in.readAllBytes();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(original));
                ZipOutputStream out = new ZipOutputStream(bytes)) {
            out.setLevel(level);
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                out.putNextEntry(new ZipEntry(entry.getName()));
                byte[] content = in.readAllBytes();
                out.write(entry.getName().endsWith("/Arm64Plugin.class") ? renamed(content) : content);
                out.closeEntry();
            }
        }
        return Files.write(data.resolve(name), bytes.toByteArray());
    }

    /** The class file with another constant "1.0". */
    private static byte[] renamed(byte[] classFile) {
        String text = new String(classFile, StandardCharsets.ISO_8859_1);
        String renamed = text.replace("\u0001\u0000\u00031.0", "\u0001\u0000\u00031.1");
        assertThat(renamed).isNotEqualTo(text);
        return renamed.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void fill(String simulation, String profile) throws IOException {
        run("sim create " + simulation + " --plugin arm64 --profile " + profile).ends(0);
        run("space create " + simulation + " u").ends(0);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < MAPS; i++) {
            lines.append("{\"type\":\"map-range\",\"space\":\"u\",\"range\":{\"start\":\"0x%x\",\"size\":\"0x10000\"},"
                    .formatted(0x10_0000L + i * 0x2_0000L));
            lines.append("\"output\":{\"physical\":\"0x%x\"},".formatted(0x8000_0000L + i * 0x1_0000L));
            lines.append("\"attributes\":{\"permissions\":\"rw-/rw-\"}}\n");
        }
        Path file = Files.writeString(data.resolve(simulation + ".ndjson"), lines);
        run("apply " + simulation + " -f " + file).ends(0);
    }

    @Test
    void all_simulations_go_to_another_build_under_writers_and_have_the_same_tables() throws Exception {
        fill("a", "4k-48");
        fill("b", "64k-48");
        run("sim create c --plugin arm32 --profile lpae").ends(0);
        String b = hash("b");
        run("plugin add " + build("arm64-1.1.jar", Deflater.BEST_SPEED)).ends(0);
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> written = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String text = "writer-" + i;
                written.add(writers.submit(() -> {
                    int count = 0;
                    while (!done.get() || count == 0) {
                        run("annotate a " + text).ends(0);
                        count++;
                    }
                    return count;
                }));
            }

            CliRun dry = run("plugin upgrade arm64 --dry-run").ends(0);
            CliRun real = run("plugin upgrade arm64").ends(0);
            done.set(true);

            assertThat(dry.out())
                    .containsPattern("(?m)^a +4k-48 +1\\.0 +1\\.1 +yes$")
                    .containsPattern("(?m)^b +64k-48 +1\\.0 +1\\.1 +yes$")
                    .doesNotContain("lpae");
            assertThat(real.out()).containsPattern("(?m)^a +4k-48 +1\\.0 +1\\.1 +[0-9]+$");
            for (Future<Integer> each : written) {
                assertThat(each.get()).isPositive();
            }
        }
        assertThat(run("plugin upgrade arm64").ends(0).lines()).hasSize(1);
        assertThat(hash("b")).isEqualTo(b);
        assertThat(run("plugin retire arm64 --plugin-version 1.0").ends(0).err())
                .contains("retired arm64 1.0");
        assertThat(hash("b")).isEqualTo(b);
        assertThat(run("plugin quarantine").ends(0).lines()).hasSize(1);
    }

    @Test
    void a_build_that_was_replaced_while_the_server_was_down_gets_models_from_the_log_and_none_from_snapshots()
            throws Exception {
        fill("b", "64k-48");
        run("plugin add " + build("arm64-1.1.jar", Deflater.BEST_SPEED)).ends(0);
        run("plugin upgrade arm64 --to 1.1").ends(0);
        fill("later", "4k-48");
        String b = hash("b");
        server.close();
        Path kept = data.resolve("plugins").resolve("arm64-1.1.jar");
        byte[] before = Files.readAllBytes(kept);
        Files.copy(
                build("again.jar", Deflater.NO_COMPRESSION), kept, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(Files.readAllBytes(kept)).isNotEqualTo(before);
        start();

        assertThat(hash("b")).isEqualTo(b);
        assertThat(run("annotate b works").ends(0).out()).isNotBlank();
        restart();
        assertThat(hash("b")).isEqualTo(b);
        run("plugin upgrade arm64 --to 1.7").ends(3);
    }
}
