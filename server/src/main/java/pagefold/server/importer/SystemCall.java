package pagefold.server.importer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole system call as strace writes it: {@code name(argument, …) = result}.
 *
 * @param arguments as written, without the blanks around them
 * @param result what it returned; {@code null} where strace writes {@code ?}
 * @param failed whether an error is named after the result
 * @param note what follows the result
 */
record SystemCall(List<String> arguments, @Nullable Long result, boolean failed, String note) {
    private static final int MAX_ARGUMENTS = 16;

    /** Reads a call that is known to begin with a name and a parenthesis. */
    static SystemCall read(String text) throws LineException {
        Cursor cursor = new Cursor(text, text.indexOf('(') + 1);
        List<String> arguments = arguments(text, cursor);
        cursor.skipSpaces();
        if (!cursor.take("=")) {
            throw new LineException("expected '=' after the arguments");
        }
        cursor.skipSpaces();
        if (cursor.take("?")) {
            return new SystemCall(arguments, null, false, cursor.rest().strip());
        }
        int start = cursor.at();
        while (!cursor.isAtEnd() && " \t<".indexOf(cursor.peek()) < 0) {
            cursor.moveTo(cursor.at() + 1);
        }
        long result = Numbers.parse(text.substring(start, cursor.at()));
        String note = cursor.rest().strip();
        boolean failed = result == -1 && note.startsWith("E");
        if (!failed && !note.isEmpty() && "<(/".indexOf(note.charAt(0)) < 0) {
            throw new LineException("expected nothing more after the result");
        }
        return new SystemCall(arguments, result, failed, note);
    }

    private static List<String> arguments(String text, Cursor cursor) throws LineException {
        List<String> arguments = new ArrayList<>();
        int start = cursor.at();
        int depth = 0;
        while (!cursor.isAtEnd()) {
            char c = cursor.peek();
            if (c == '"') {
                cursor.skipQuoted();
                continue;
            }
            if (cursor.startsWith("/*")) {
                cursor.skipComment();
                continue;
            }
            // A shift, as in 21<<MAP_HUGE_SHIFT, is no decoration.
            if (c == '<' && !cursor.take("<<")) {
                cursor.decoration();
                continue;
            }
            boolean isEnd = c == ')' && depth == 0;
            if (isEnd || c == ',' && depth == 0) {
                add(arguments, text.substring(start, cursor.at()).strip(), isEnd);
                start = cursor.at() + 1;
            }
            depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
            if (isEnd) {
                cursor.moveTo(start);
                return arguments;
            }
            if (c != '<') {
                cursor.moveTo(cursor.at() + 1);
            }
        }
        throw new LineException("expected ')' after the arguments, but the line ends");
    }

    private static void add(List<String> arguments, String argument, boolean isLast) throws LineException {
        if (argument.isEmpty() && isLast && arguments.isEmpty()) {
            return;
        }
        if (arguments.size() == MAX_ARGUMENTS) {
            throw new LineException("expected at most " + MAX_ARGUMENTS + " arguments");
        }
        arguments.add(argument);
    }

    String argument(int index) throws LineException {
        if (index >= arguments.size()) {
            throw new LineException(
                    "expected at least " + (index + 1) + " arguments, but there are " + arguments.size());
        }
        return arguments.get(index);
    }

    long number(int index) throws LineException {
        return Numbers.parse(Numbers.withoutComment(argument(index)));
    }

    /** Whether there is a result and no error. */
    boolean succeeded() {
        return result != null && !failed;
    }

    /** The result of a call that has {@link #succeeded}. */
    long value() throws LineException {
        Long value = result;
        if (value == null) {
            throw new LineException("expected a result");
        }
        return value;
    }
}
