package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.server.api.ServerOptions;

class ServerSettingsTest {
    @TempDir
    private Path directory;

    private String file(String text) throws IOException {
        return Files.writeString(directory.resolve("pagefold.yaml"), text).toString();
    }

    @Test
    void the_shipped_file_says_the_defaults() throws IOException {
        String shipped;
        try (var in = ServerSettingsTest.class.getResourceAsStream("/pagefold.yaml")) {
            shipped = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }

        ServerOptions options = ServerSettings.of(file(shipped), Map.of()).options();

        assertThat(options).isEqualTo(ServerSettings.of(null, Map.of()).options());
    }

    @Test
    void the_environment_goes_before_the_file_and_a_flag_before_both() throws IOException {
        String file = file("host: 127.0.0.2\nport: 1\ndata: there\n");

        ServerSettings settings = ServerSettings.of(file, Map.of("PAGEFOLD_PORT", "2", "PAGEFOLD_DATA", "here"));
        settings.set("data", Path.of("flag"));
        settings.set("host", null);

        assertThat(settings.options()).isEqualTo(new ServerOptions("127.0.0.2", 2, Path.of("flag")));
    }

    @Test
    void an_empty_file_changes_nothing() throws IOException {
        assertThat(ServerSettings.of(file("# nothing\n"), Map.of()).options().port())
                .isEqualTo(ServerOptions.DEFAULT_PORT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prot: 1",
                "port: [1]",
                "port: x",
                "port: 70000",
                "- port",
                "port: 1\nport: 2",
                "host:",
                "a: b: c",
                "\t"
            })
    void what_is_no_setting_is_a_usage_error(String text) throws IOException {
        String file = file(text);

        assertThatThrownBy(() -> ServerSettings.of(file, Map.of()).options()).isInstanceOf(CliFailure.class);
    }
}
