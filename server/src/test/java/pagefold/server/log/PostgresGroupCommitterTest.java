package pagefold.server.log;

class PostgresGroupCommitterTest extends GroupCommitterContract {
    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgres(PostgresServer.shared());
    }
}
