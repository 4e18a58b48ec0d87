package pagefold.server.log;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteDamagedRowsTest extends DamagedRowsContract {
    @TempDir
    private Path directory;

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.sqlite(directory);
    }
}
