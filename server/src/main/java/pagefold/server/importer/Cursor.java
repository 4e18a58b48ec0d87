package pagefold.server.importer;

/** A place in one line of text. Every step forward is linear; nothing backtracks. */
final class Cursor {
    private final String text;
    private int at;

    Cursor(String text, int at) {
        this.text = text;
        this.at = at;
    }

    int at() {
        return at;
    }

    void moveTo(int position) {
        at = position;
    }

    boolean isAtEnd() {
        return at >= text.length();
    }

    /** The character here, or 0 at the end. */
    char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    String rest() {
        return text.substring(at);
    }

    boolean startsWith(String prefix) {
        return text.startsWith(prefix, at);
    }

    /** Steps over {@code prefix} if it is here. */
    boolean take(String prefix) {
        if (!startsWith(prefix)) {
            return false;
        }
        at += prefix.length();
        return true;
    }

    void skipSpaces() {
        while (peek() == ' ' || peek() == '\t') {
            at++;
        }
    }

    /** Steps over the decimal digits here and answers them; empty when there are none. */
    String digits() {
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        return text.substring(start, at);
    }

    /** Steps over letters, digits and underscores and answers them; empty when there are none. */
    String word() {
        int start = at;
        while (isWordPart(peek())) {
            at++;
        }
        return text.substring(start, at);
    }

    private static boolean isWordPart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
    }

    /** Steps over a string in double quotes, whose opening quote is here, with its escapes. */
    void skipQuoted() throws LineException {
        at++;
        while (!isAtEnd()) {
            char c = text.charAt(at++);
            if (c == '\\') {
                at++;
            } else if (c == '"') {
                return;
            }
        }
        throw new LineException("expected a closing quote, but the line ends");
    }

    /** Steps over a comment, whose opening is here. */
    void skipComment() throws LineException {
        int end = text.indexOf("*/", at + 2);
        if (end < 0) {
            throw new LineException("expected the end of a comment, but the line ends");
        }
        at = end + 2;
    }

    /**
     * Steps over {@code <…>} after a descriptor or pid, whose opening is here, and answers what is inside.
     *
     * <p>A path may hold such brackets itself ({@code /dev/zero<char 1:5>}), and a socket an arrow.
     */
    String decoration() throws LineException {
        int start = at + 1;
        int depth = 0;
        while (!isAtEnd()) {
            char c = text.charAt(at++);
            if (c == '<') {
                depth++;
            } else if (c == '>' && text.charAt(at - 2) != '-') {
                depth--;
                if (depth == 0) {
                    return text.substring(start, at - 1);
                }
            }
        }
        throw new LineException("expected a closing '>', but the line ends");
    }
}
