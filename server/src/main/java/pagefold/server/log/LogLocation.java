package pagefold.server.log;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a log is kept.
 *
 * @param directory the data directory; made when it is not there, and held by one server at a time
 * @param database the PostgreSQL database that has the log, which several servers may share; {@code null} for a file in
 *     the directory
 */
public record LogLocation(Path directory, @Nullable Login database) {

    /** A file in a directory. */
    public LogLocation(Path directory) {
        this(directory, null);
    }

    /**
     * A database, and who comes to it. The password is in none of the texts that this class makes.
     *
     * @param url {@code jdbc:postgresql://HOST:PORT/DATABASE}, with parameters of the driver, but not with a password:
     *     addresses get into logs
     * @param user {@code null} for the one of the operating system
     * @param password {@code null} where the database asks for none
     */
    public record Login(
            String url, @Nullable String user, @Nullable String password) {
        private static final String SCHEME = "jdbc:postgresql:";
        private static final int MAX_URL_LENGTH = 2048;

        public Login {
            if (!url.startsWith(SCHEME) || url.length() > MAX_URL_LENGTH) {
                // Not shown: what is no address of a database may be anything.
                throw new IllegalArgumentException("expected a database as " + SCHEME + "//HOST:PORT/NAME, of at most "
                        + MAX_URL_LENGTH + " characters, but it has " + url.length());
            }
            String parameters = url.substring(url.indexOf('?') + 1).toLowerCase(Locale.ROOT);
            if (parameters.contains("password=")
                    || url.substring(SCHEME.length()).contains("@")) {
                throw new IllegalArgumentException(
                        "expected the user and the password of the database in database-user and database-password,"
                                + " but its address has them");
            }
        }

        @Override
        public String toString() {
            return url;
        }
    }
}
