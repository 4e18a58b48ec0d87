package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.ServerOptions;
import pagefold.server.log.EventLog;

class ServeVerbTest {
    @TempDir
    private Path directory;

    @Test
    void a_second_server_on_a_directory_ends_with_a_sentence() {
        EventLog first = EventLog.open(directory, Clock.systemUTC());
        try {
            ServerOptions options = new ServerOptions("127.0.0.1", 0, directory);

            assertThatThrownBy(() -> ServeVerb.run(options, server -> {}, () -> {}))
                    .isInstanceOf(CliFailure.class)
                    .hasMessageContaining("is in use by another Pagefold server");
        } finally {
            first.close();
        }
    }
}
