package pagefold.server.importer;

import org.jspecify.annotations.Nullable;

/** Takes a line of a trace apart: who, and what kind of line; what a call says is left to others. */
final class StraceLexer {
    /** Longest line, in characters; strace's own strings are cut at 32 by default. */
    static final int MAX_LINE_LENGTH = 1 << 20;

    /** No pid on the line. */
    static final int NO_PID = -1;

    private static final String UNFINISHED = "<unfinished ...>";
    private static final String DETACHED = "<detached ...>";

    private StraceLexer() {}

    /**
     * A line with its pid.
     *
     * @param pid or {@link #NO_PID}
     * @param bracketed whether the pid is written as {@code [pid N]}
     */
    record Tagged(int pid, boolean bracketed, StraceLine line) {}

    static Tagged read(String text) throws LineException {
        if (text.length() > MAX_LINE_LENGTH) {
            throw new LineException(
                    "expected at most " + MAX_LINE_LENGTH + " characters, but there are " + text.length());
        }
        Cursor cursor = new Cursor(text, 0);
        cursor.skipSpaces();
        boolean bracketed = cursor.startsWith("[pid");
        int pid = bracketed ? bracketedPid(cursor) : plainPid(cursor);
        skipTimes(cursor);
        return new Tagged(pid, bracketed, line(cursor));
    }

    private static int bracketedPid(Cursor cursor) throws LineException {
        cursor.take("[pid");
        cursor.skipSpaces();
        int pid = pid(cursor.digits());
        skipName(cursor);
        if (!cursor.take("]")) {
            throw new LineException("expected ']' after a pid");
        }
        cursor.skipSpaces();
        return pid;
    }

    /** A number and a space; a number and a dot or colon is a time. */
    private static int plainPid(Cursor cursor) throws LineException {
        int start = cursor.at();
        String digits = cursor.digits();
        if (!digits.isEmpty()) {
            skipName(cursor);
            if (cursor.peek() == ' ' || cursor.peek() == '\t') {
                cursor.skipSpaces();
                return pid(digits);
            }
        }
        cursor.moveTo(start);
        return NO_PID;
    }

    private static void skipName(Cursor cursor) throws LineException {
        if (cursor.peek() == '<') {
            cursor.decoration();
        }
    }

    static int pid(String digits) throws LineException {
        if (digits.isEmpty() || digits.length() > 9) {
            throw new LineException("expected a pid of 1 to 9 digits");
        }
        return Integer.parseInt(digits);
    }

    /** {@code 11:26:38.007514}, {@code 1700000000.5}, {@code (+ 0.000123)}, {@code [00007f…]}, {@code [ 59]}. */
    private static void skipTimes(Cursor cursor) {
        int start;
        do {
            start = cursor.at();
            if (cursor.take("(+")) {
                cursor.skipSpaces();
                skipWhile(cursor, "0123456789.");
                cursor.take(")");
            } else if (cursor.take("[")) {
                skipWhile(cursor, " 0123456789abcdef?x");
                if (!cursor.take("]")) {
                    cursor.moveTo(start);
                }
            } else {
                skipWhile(cursor, "0123456789.:");
            }
            cursor.skipSpaces();
        } while (cursor.at() != start);
    }

    private static void skipWhile(Cursor cursor, String allowed) {
        while (!cursor.isAtEnd() && allowed.indexOf(cursor.peek()) >= 0) {
            cursor.moveTo(cursor.at() + 1);
        }
    }

    private static StraceLine line(Cursor cursor) throws LineException {
        if (cursor.isAtEnd() || isMessage(cursor)) {
            return new StraceLine.Notice();
        }
        if (cursor.startsWith("strace: Process ") || cursor.startsWith("Process ")) {
            return attached(cursor);
        }
        if (cursor.take("+++ ")) {
            return gone(cursor.rest());
        }
        if (cursor.take("<... ")) {
            return resumed(cursor);
        }
        int start = cursor.at();
        String name = cursor.word();
        if (name.isEmpty() || name.length() > 64 || cursor.peek() != '(') {
            throw new LineException("expected a system call, a signal or an exit");
        }
        cursor.moveTo(start);
        String text = cursor.rest().stripTrailing();
        String open = brokenOff(text);
        return open == null ? new StraceLine.Call(name, text) : new StraceLine.Unfinished(name, open);
    }

    /** Signals, strace's own messages, and the lines of stack traces ({@code strace -k}). */
    private static boolean isMessage(Cursor cursor) {
        return cursor.startsWith("--- ")
                || cursor.startsWith("> ")
                || cursor.startsWith("[ Process PID=")
                || cursor.startsWith("strace: ") && !cursor.startsWith("strace: Process ");
    }

    private static StraceLine attached(Cursor cursor) throws LineException {
        cursor.take("strace: ");
        cursor.take("Process ");
        int pid = pid(cursor.digits());
        skipName(cursor);
        return cursor.startsWith(" attached") ? new StraceLine.Attached(pid) : new StraceLine.Notice();
    }

    private static StraceLine gone(String rest) throws LineException {
        String text = rest.stripTrailing();
        if (!text.endsWith(" +++")) {
            throw new LineException("expected '+++' at the end of the line");
        }
        String how = text.substring(0, text.length() - 4);
        String superseded = "superseded by execve in pid ";
        if (how.startsWith(superseded)) {
            return new StraceLine.Superseded(pid(new Cursor(how, superseded.length()).digits()));
        }
        if (!how.startsWith("exited with ") && !how.startsWith("killed by ")) {
            throw new LineException("expected 'exited with' or 'killed by'");
        }
        return new StraceLine.Gone(how.length() <= 80 ? how : how.substring(0, 80));
    }

    private static StraceLine resumed(Cursor cursor) throws LineException {
        String name = cursor.word();
        if (name.isEmpty() || !cursor.take(" resumed>")) {
            throw new LineException("expected '<... NAME resumed>'");
        }
        String text = cursor.rest().stripTrailing();
        String open = brokenOff(text);
        return new StraceLine.Resumed(name, open == null ? text : open, open != null);
    }

    private static @Nullable String brokenOff(String text) {
        for (String mark : new String[] {UNFINISHED, DETACHED}) {
            if (text.endsWith(mark)) {
                return text.substring(0, text.length() - mark.length()).stripTrailing();
            }
        }
        int changed = text.lastIndexOf("<pid changed to ");
        return changed >= 0 && text.endsWith(" ...>")
                ? text.substring(0, changed).stripTrailing()
                : null;
    }
}
