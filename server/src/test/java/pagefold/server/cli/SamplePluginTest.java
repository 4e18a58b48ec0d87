package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.Histogram;
import pagefold.server.api.PagefoldServer;
import pagefold.server.api.ServerAccess;
import pagefold.server.api.ServerOptions;
import pagefold.server.log.LogLocation;
import pagefold.testkit.PluginSources;

/** A plugin that nothing in the build depends on, in a server that runs: it needs nothing but its jar and a key. */
final class SamplePluginTest {
    private static final String TO_SAMPLE = " --plugin sample --profile two-levels";
    private static final String TO_ARM64 = " --plugin arm64 --profile 4k-48";

    @TempDir
    private Path directory;

    private PagefoldServer server;

    @BeforeEach
    void start() throws Exception {
        KeyPair author = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path keys = Files.createDirectory(directory.resolve("keys"));
        Files.writeString(
                keys.resolve("author.pem"),
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(author.getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        byte[] jar = PluginSources.of(Path.of("..", "plugins", "sample")).jar();
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(author.getPrivate());
        signature.update(jar);
        Files.write(directory.resolve("sample.jar"), jar);
        Files.write(directory.resolve("sample.jar.sig"), signature.sign());
        server = PagefoldServer.start(new ServerOptions(
                ServerOptions.DEFAULT_HOST,
                0,
                new LogLocation(directory.resolve("data")),
                ServerAccess.OPEN,
                new ServerOptions.Plugins(null, keys, false)));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private CliRun run(String line) {
        return CliRun.of((line + " --server=" + server.uri()).split(" "));
    }

    private void all(String... lines) {
        Stream.of(lines).forEach(line -> run(line).ends(0));
    }

    private void add() {
        assertThat(run("plugin add " + directory.resolve("sample.jar")).ends(0).out())
                .containsPattern("sample +1.0");
        assertThat(run("plugin info sample").ends(0).out()).contains("two-levels", "author");
    }

    /** A process of an arm64 machine that forks, writes, ages and protects, below 1 GB. */
    private void processes() {
        all(
                "sim create s" + TO_ARM64,
                "space create s app",
                "map s 0x400000 --size 16K --space app --object /bin/app -p r--/r-x",
                "map s 0x600000 --size 4M --space app --pa 0x80000000 -p rw-/rw- --blocks",
                "map s 0x10000000 --size 64K --space app --object heap --sharing private -p rw-/rw-",
                "touch s 0x10000000 --size 8K --space app --access write",
                "fork s app child",
                "touch s 0x10001000 --size 4K --space child --access write",
                "protect s 0x10002000 --size 4K --space app -p r--/r--",
                "unmap s 0x402000 --size 4K --space child");
    }

    @Test
    void a_simulation_goes_to_the_sample_and_back_and_the_plugin_leaves_without_a_trace() throws Exception {
        processes();
        String dump = run("ptdump s --space app").ends(0).out();
        String stats = run("stats s").ends(0).out();
        add();

        assertThat(run("swap s --dry-run" + TO_SAMPLE).ends(0).out())
                .containsPattern("possible +yes")
                .containsPattern("events that do not fit +0");
        all("swap s" + TO_SAMPLE);

        assertThat(run("ptdump s --space app").ends(0).out())
                .contains("0x0000000000600000-0x0000000000800000 2M -> 0x0000000080000000 r--/r-- normal-wb")
                .contains("0x0000000010000000-0x0000000010001000 4K -> ");
        assertThat(run("walk s 0x400000 --space app").ends(0).out())
                .containsPattern("L2 +PGD")
                .containsPattern("L3 +PTE")
                .contains("r--/r-x normal-wb");
        assertThat(run("walk s 0x402000 --space child").ends(1).out()).contains("translation");
        assertThat(run("plugin retire sample").ends(3).err()).contains("s");
        assertThat(classes()).isNotEmpty();

        all("map s 0x20000000 --size 4K --space app --object more -p rw-/rw-", "swap s" + TO_ARM64);
        all("unmap s 0x20000000 --size 4K --space app");
        assertThat(run("ptdump s --space app").ends(0).out()).isEqualTo(dump);
        assertThat(hash(run("stats s").ends(0).out())).isEqualTo(hash(stats));
        assertThat(run("plugin retire sample").ends(0).err()).contains("retired sample 1.0");
        assertThat(run("plugin ls").ends(0).out()).doesNotContain("sample");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            System.gc();
            return classes().isEmpty();
        });
    }

    private static String hash(String stats) {
        return stats.lines().filter(line -> line.contains("hash")).findFirst().orElseThrow();
    }

    /** The plugin's classes that the JVM has objects of. */
    private static List<String> classes() throws Exception {
        return Histogram.lines().stream()
                .filter(line -> line.contains(" sample."))
                .toList();
    }

    @Test
    void a_dry_run_names_each_event_that_the_sample_cannot_represent() throws IOException {
        all(
                "sim create s" + TO_ARM64,
                "space create s app",
                "space create s kernel --kind kernel",
                "map s 0x40000000 --size 4K --space app --object far -p rw-/rw-",
                "map s 0x1000 --size 4K --space app --object early -p rw-/rw- --memory-type device-GRE",
                "map s 0x2000 --size 4K --space app --object outer -p rw-/rw- --shareability outer",
                "map s 0x3000 --size 4K --space app --object guarded -p r--/r-x --guarded",
                "map s 0x4000 --size 4K --space app --pa 0x1000000000 -p rw-/rw-",
                "map s 0x5000 --size 4K --space app --object fits -p rw-/rw-");
        String before = run("stats s").ends(0).out();
        add();

        String report = run("swap s --dry-run" + TO_SAMPLE).ends(1).out();

        assertThat(report).containsPattern("possible +no").containsPattern("events that do not fit +6");
        assertThat(report.lines().filter(line -> line.matches(" +[0-9]+  .*")).toList())
                .hasSize(6)
                .satisfiesExactly(
                        line -> assertThat(line).contains("3  space-created", "KERNEL_SPACE"),
                        line -> assertThat(line)
                                .contains("4  range-mapped", "input-out-of-range", "0x0000000040000000"),
                        line -> assertThat(line).contains("5  range-mapped", "memory-type", "4 types"),
                        line -> assertThat(line).contains("6  range-mapped", "attributes", "inner shareable"),
                        line -> assertThat(line).contains("7  range-mapped", "GUARDED_PAGES"),
                        line -> assertThat(line).contains("8  range-mapped", "output-out-of-range", "36 bits"));
        assertThat(run("stats s").ends(0).out()).isEqualTo(before);
    }
}
