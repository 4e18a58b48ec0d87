package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client verb is quick to start because it loads nothing of the server. */
class StartUpTest {

    @ParameterizedTest
    @ValueSource(strings = {"--help", "sim ls --retry-for 200ms --server http://127.0.0.1:1", "completion"})
    void client_verbs_load_no_class_of_the_server(String line, @TempDir Path directory)
            throws IOException, InterruptedException {
        Path loaded = directory.resolve("loaded");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:file=" + loaded,
                "-cp",
                System.getProperty("java.class.path"),
                Pagefold.class.getName()));
        command.addAll(List.of(line.split(" ")));

        Process process = new ProcessBuilder(command)
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile())
                .start();

        assertThat(process.waitFor()).isIn(ExitCodes.OK, ExitCodes.UNREACHABLE);
        String names = Files.readString(loaded);
        assertThat(names)
                .contains("pagefold.server.cli.Pagefold")
                .doesNotContain("] io.vertx.")
                .doesNotContain("] io.netty.")
                .doesNotContain("] org.sqlite.")
                .doesNotContain("] org.flywaydb.")
                .doesNotContain("] ch.qos.logback.")
                .doesNotContain("] com.fasterxml.jackson.databind.");
    }
}
