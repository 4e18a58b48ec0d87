package pagefold.server.cli;

/** How a verb that opens a log is told of a database. */
final class DatabaseOption {
    static final String NAME = "--database";
    static final String LABEL = "URL";
    static final String DESCRIPTION =
            "A PostgreSQL database that has the log instead, as jdbc:postgresql://HOST:PORT/NAME; its user and password"
                    + " are in PAGEFOLD_DATABASE_USER and PAGEFOLD_DATABASE_PASSWORD, or in the file of settings.";

    private DatabaseOption() {}
}
