package pagefold.server.log;

class PostgresCrashTest extends CrashContract {
    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgres(PostgresServer.shared());
    }
}
