package pagefold.server.log;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * What the log says to one database in particular; the rest of it is portable SQL.
 *
 * <p>Guarantees:
 *
 * <ol>
 *   <li>What a {@link #writer} has committed is on the disk, or where else the database keeps what must not be lost.
 *   <li>Two writers never both change a row on one condition: the second waits, and then finds the condition changed.
 *   <li>A writer that has gone, with its process or its connection, holds on to its rows for seconds and not for ever.
 * </ol>
 */
interface Database extends AutoCloseable {

    /**
     * Brings the schema up to date.
     *
     * @throws LogUnavailable when it cannot be, or is that of a newer version
     */
    void migrate();

    /** A connection that writes, with transactions that end by commit or rollback. */
    Connection writer() throws SQLException;

    /** A connection that reads; each statement sees what is committed when it begins. */
    Connection reader() throws SQLException;

    /** The parameter for a payload that is bound as UTF-8 bytes and stored as text, which people can read. */
    String payloadParameter();

    /** What follows a name so that names are compared and ordered by their bytes. */
    String byteOrder();

    /**
     * Which database it is: another one never says the same, and this one always does.
     *
     * @throws LogUnavailable when it does not answer
     */
    String identity();

    /** Whether each answer takes its time on the way, so that statements had better be sent together. */
    boolean isRemote();

    /** Whether nothing must be written any more after this error, by this process. */
    boolean isFatal(SQLException e);

    /** Whether the error says that what is stored is damaged. */
    boolean isCorruption(SQLException e);

    /** Whether the error says that the connection is of no use any more, and another may be. */
    boolean isDisconnected(SQLException e);

    /** Leaves the database to others. */
    @Override
    void close();
}
