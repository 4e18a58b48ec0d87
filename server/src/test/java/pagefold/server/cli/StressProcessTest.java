package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.server.log.PostgresServer;

/** {@code stress} as a process: what it leaves behind, and how several seeds end. */
class StressProcessTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private Path folder;
    private @Nullable Process process;

    @BeforeEach
    void makeFolder() throws IOException {
        // PostgreSQL runs as another user, who must get through to its own folder.
        folder = Files.setPosixFilePermissions(
                Files.createTempDirectory("pagefold-stress-test"), PosixFilePermissions.fromString("rwxr-xr-x"));
        PostgresServer.requireInstalled();
    }

    @AfterEach
    void removeAll() throws IOException {
        if (process != null) {
            process.destroyForcibly();
        }
        try (Stream<Path> left = Files.walk(folder)) {
            for (Path each : left.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }

    /** Two users of one simulation on one server. */
    private static String[] small(String... more) {
        List<String> few = List.of("stress", "-n", "1", "--heap", "160", "--users", "2", "--simulations", "1");
        return Stream.concat(few.stream(), Stream.of(more)).toArray(String[]::new);
    }

    private static boolean isUsed(Path temporary) throws IOException {
        try (Stream<Path> there = Files.list(temporary)) {
            return there.anyMatch(each -> each.toString().contains("pagefold-"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"starting PostgreSQL", "running with seed"})
    void nothing_is_left_when_it_is_interrupted(String when) throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        ProcessBuilder builder = PagefoldProcess.of(small("--heads", "0", "--seconds", "600"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile());
        // A build in the background of a shell ignores the signal, and would pass that on.
        builder.command().addAll(0, List.of("env", "--default-signal=INT"));
        builder.environment().put("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary);
        Process started = builder.start();
        process = started;
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> Files.readString(folder.resolve("said")).contains(when) && isUsed(temporary));
        List<ProcessHandle> all = started.descendants().toList();

        new ProcessBuilder("kill", "-INT", Long.toString(started.pid())).start().waitFor();

        assertThat(started.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("it ends")
                .isTrue();
        assertThat(started.exitValue()).isEqualTo(130);
        Awaitility.await().atMost(PATIENCE).until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left).as("left behind").isEmpty();
        }
    }

    @Test
    void several_seeds_end_with_a_line_for_each() {
        CliRun run = CliRun.of(small(
                        "--heads",
                        "1",
                        "--seconds",
                        "2",
                        "--operations",
                        "10",
                        "--seed",
                        "5",
                        "--seeds",
                        "2",
                        "--report",
                        folder.resolve("r").toString()))
                .ends(0);

        List<String> lines = run.lines();
        assertThat(lines.subList(lines.size() - 3, lines.size()))
                .satisfiesExactly(
                        head -> assertThat(head).startsWith("SEED ").contains("LOST", "DUPLICATED", "LONGEST WAIT"),
                        line -> assertThat(line).startsWith("   5 ").contains("equal", "linearizable", "passed"),
                        line -> assertThat(line).startsWith("   6 ").contains("equal", "linearizable", "passed"));
        assertThat(folder.resolve("r-5.json")).isNotEmptyFile();
        assertThat(folder.resolve("r-6.html")).isNotEmptyFile();
    }
}
