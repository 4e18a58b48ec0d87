package pagefold.server.log;

/** Another server works in the data directory. */
final class DataDirectoryInUse extends LogException {
    private static final long serialVersionUID = 1;

    DataDirectoryInUse(String directory, String holder) {
        super(
                "The data directory " + directory + " is in use by another Pagefold server (" + holder
                        + "); stop that one, or give this one another directory.",
                null);
    }
}
