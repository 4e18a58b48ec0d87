package pagefold.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteCrashTest extends CrashContract {
    @TempDir
    private Path directory;

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.sqlite(directory);
    }

    @Test
    void another_process_is_refused_while_one_holds_the_directory() throws Exception {
        Process process = start(1);
        try (BufferedReader out = process.inputReader(StandardCharsets.US_ASCII)) {
            assertThat(out.readLine()).isEqualTo("open;");

            assertThatThrownBy(() -> EventLog.open(directory, Clock.systemUTC()))
                    .isInstanceOf(DataDirectoryInUse.class)
                    .hasMessageContaining("(process " + process.pid() + ")");

            process.destroyForcibly().waitFor();
        }
        EventLog.open(directory, Clock.systemUTC()).close();
    }
}
