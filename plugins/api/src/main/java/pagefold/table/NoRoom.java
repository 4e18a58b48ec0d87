package pagefold.table;

/**
 * No tables or frames are left for an event. On a copy of a model that is an answer; on the model itself it is a bug,
 * since a check comes before every event.
 */
final class NoRoom extends IllegalStateException {
    private static final long serialVersionUID = 1;

    NoRoom(String message) {
        super(message);
    }
}
