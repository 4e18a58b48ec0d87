package pagefold.model;

/** The form of names: of simulations, spaces, backing objects. */
public final class Names {
    /** Longest name of a space or simulation, in characters. */
    public static final int MAX_LENGTH = 64;
    /** Longest name of a backing object, in characters. */
    public static final int MAX_OBJECT_LENGTH = 256;

    /** The first character of names of objects that the model makes up; no user's object begins so. */
    public static final char RESERVED = '~';

    private Names() {}

    /** Whether {@code name} is 1 to 64 letters, digits, dots, underscores or hyphens, the first no dot or hyphen. */
    public static boolean isValid(String name) {
        if (name.isEmpty() || name.length() > MAX_LENGTH || name.charAt(0) == '.' || name.charAt(0) == '-') {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean isFit = c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || c == '.'
                    || c == '_'
                    || c == '-';
            if (!isFit) {
                return false;
            }
        }
        return true;
    }

    /** Refuses the name of a backing object that is empty, too long or has control characters. */
    static void checkObject(String name) {
        // A made-up name holds another one and up to 31 characters more.
        boolean isMadeUp = !name.isEmpty() && name.charAt(0) == RESERVED;
        check("backing object", name, isMadeUp ? MAX_OBJECT_LENGTH + 32 : MAX_OBJECT_LENGTH);
    }

    /** Refuses the name of a backing object that only the model may make. */
    static void checkNotReserved(String name) {
        if (name.charAt(0) == RESERVED) {
            throw new IllegalArgumentException(
                    "expected the name of a backing object that does not begin with '" + RESERVED + "'");
        }
    }

    private static void check(String what, String name, int limit) {
        if (name.isEmpty() || name.length() > limit || hasControls(name)) {
            throw new IllegalArgumentException("expected the name of a " + what + " of 1 to " + limit
                    + " printable characters, but it has " + name.length());
        }
    }

    // Every event and every region that is restored comes by here: no streams.
    private static boolean hasControls(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (Character.isISOControl(name.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /** Refuses what {@link #isValid} does not accept. */
    static void checkIdentifier(String what, String name) {
        if (!isValid(name)) {
            throw new IllegalArgumentException("expected the name of a " + what + " of 1 to " + MAX_LENGTH
                    + " letters, digits, dots, underscores or hyphens, but found '"
                    + (name.length() <= MAX_LENGTH ? name : name.substring(0, MAX_LENGTH) + "…") + "'");
        }
    }
}
