package pagefold.server.wire;

/** JSON that is not of the expected form: where, what was expected, what was found. */
public final class MalformedJson extends IllegalArgumentException {
    private static final long serialVersionUID = 1;
    private static final int MAX_SHOWN = 200;

    private final String path;
    private final String expected;
    private final String found;

    /**
     * Says what is wrong.
     *
     * @param path the field, as in {@code range.start}; empty for the whole document
     * @param expected what would have been right, in words
     * @param found what is there, in words; cut when it is long
     */
    public MalformedJson(String path, String expected, String found) {
        super(sentence(path, expected, shortened(found)));
        this.path = path;
        this.expected = expected;
        this.found = shortened(found);
    }

    private MalformedJson(String path, MalformedJson inner) {
        super(sentence(path, inner.expected, inner.found), inner);
        this.path = path;
        this.expected = inner.expected;
        this.found = inner.found;
    }

    /** The same, seen from a document in which the value stands at {@code outer}, as in {@code commands[3]}. */
    public MalformedJson within(String outer) {
        return new MalformedJson(path.isEmpty() ? outer : outer + "." + path, this);
    }

    /** The field, as in {@code range.start}; empty for the whole document. */
    public String path() {
        return path;
    }

    /** What would have been right, in words. */
    public String expected() {
        return expected;
    }

    /** What is there, in words. */
    public String found() {
        return found;
    }

    private static String sentence(String path, String expected, String found) {
        return "Expected " + expected + (path.isEmpty() ? "" : " at '" + path + "'") + ", but found " + found + ".";
    }

    private static String shortened(String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    }
}
