package pagefold.server.importer;

/**
 * A line that cannot be what the tool writes.
 *
 * @param lineNumber counted from 1
 * @param text the line, shortened
 * @param reason one sentence without a full stop: what was expected and what was found
 */
public record MalformedLine(long lineNumber, String text, String reason) {
    private static final int MAX_TEXT = 120;

    static MalformedLine of(long lineNumber, String line, String reason) {
        String printable = line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT) + "…";
        StringBuilder text = new StringBuilder(printable.length());
        printable.codePoints().forEach(c -> text.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return new MalformedLine(lineNumber, text.toString(), reason);
    }

    @Override
    public String toString() {
        return "line " + lineNumber + ": " + reason + ": " + text;
    }
}
