package pagefold.server.log;

class PostgresDamagedRowsTest extends DamagedRowsContract {
    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgres(PostgresServer.shared());
    }
}
