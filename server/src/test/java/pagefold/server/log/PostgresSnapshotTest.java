package pagefold.server.log;

class PostgresSnapshotTest extends SnapshotContract {
    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgres(PostgresServer.shared());
    }
}
