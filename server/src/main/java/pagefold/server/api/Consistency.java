package pagefold.server.api;

/** Where a read may be answered: the parameter {@code consistency}. */
final class Consistency {
    static final String PARAMETER = "consistency";
    /** By the node that was asked, from the log and what it remembers, at the position that the answer says. */
    static final String ANY = "any";
    /** By the node that has the simulation open. */
    static final String OWNER = "owner";

    private Consistency() {}

    /** Whether the node that was asked may answer; a value that is none is refused. */
    static boolean isAny(Exchange exchange) {
        String text = exchange.query(PARAMETER);
        if (text == null || text.equals(OWNER)) {
            return false;
        }
        if (text.equals(ANY)) {
            return true;
        }
        throw new Problem.Exception(Problems.invalid(PARAMETER, "Expected owner or any."));
    }
}
