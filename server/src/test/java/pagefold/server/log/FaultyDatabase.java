package pagefold.server.log;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;

/** A database to which the way is not always there. */
final class FaultyDatabase implements Database {
    private final Database database;
    private volatile Fault next = Fault.NONE;

    /** What goes wrong. */
    enum Fault {
        NONE,
        /** The next commit is done, and its answer is lost. */
        ANSWER_LOST,
        /** The next commit does not arrive. */
        COMMIT_LOST,
        /** Nothing arrives, until there is another fault. */
        GONE
    }

    FaultyDatabase(Database database) {
        this.database = database;
    }

    void next(Fault fault) {
        next = fault;
    }

    private static SQLException broken() {
        return new SQLException("The connection broke.", "08006");
    }

    @Override
    public Connection writer() throws SQLException {
        if (next == Fault.GONE) {
            throw broken();
        }
        Connection connection = database.writer();
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (next == Fault.GONE && !method.getName().equals("close")) {
                        throw broken();
                    }
                    try {
                        if (!method.getName().equals("commit")) {
                            return method.invoke(connection, arguments);
                        }
                        Fault fault = next;
                        next = Fault.NONE;
                        if (fault == Fault.COMMIT_LOST) {
                            connection.rollback();
                        } else {
                            connection.commit();
                        }
                        if (fault != Fault.NONE) {
                            throw broken();
                        }
                        return null;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Override
    public boolean isDisconnected(SQLException e) {
        return String.valueOf(e.getSQLState()).startsWith("08") || database.isDisconnected(e);
    }

    @Override
    public void migrate() {
        database.migrate();
    }

    @Override
    public Connection reader() throws SQLException {
        return database.reader();
    }

    @Override
    public String payloadParameter() {
        return database.payloadParameter();
    }

    @Override
    public String byteOrder() {
        return database.byteOrder();
    }

    @Override
    public String identity() {
        return database.identity();
    }

    @Override
    public boolean isRemote() {
        return database.isRemote();
    }

    @Override
    public boolean isFatal(SQLException e) {
        return database.isFatal(e);
    }

    @Override
    public boolean isCorruption(SQLException e) {
        return database.isCorruption(e);
    }

    @Override
    public void close() {
        database.close();
    }
}
