package pagefold.arm64.kvm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A line of a replay: words, then fields {@code name=value}, with single spaces between them. */
final class OperationLine {
    private static final int LONGEST = 1000;

    private final int number;
    private final String[] parts;
    private final Map<String, String> fields = new HashMap<>();

    /**
     * Reads a line.
     *
     * @param number of the line, from 1, for messages
     * @throws IllegalArgumentException when it is too long, or has a field twice
     */
    OperationLine(int number, String text) {
        this.number = number;
        if (text.length() > LONGEST) {
            throw wrong("at most " + LONGEST + " characters, but it has " + text.length());
        }
        this.parts = text.split(" ", -1);
        for (String part : parts) {
            int equals = part.indexOf('=');
            if (equals > 0 && fields.put(part.substring(0, equals), part.substring(equals + 1)) != null) {
                throw wrong("every field once, but there is '" + part + "' besides another");
            }
        }
    }

    /** The word at a place, or an empty one beyond the end. */
    String word(int index) {
        return index < parts.length ? parts[index] : "";
    }

    /** Checks that after some words there are only these fields; those in {@code optional} may be missing. */
    void expect(int words, List<String> required, List<String> optional) {
        for (String name : required) {
            if (!fields.containsKey(name)) {
                throw wrong("the fields " + String.join(", ", required) + ", but '" + name + "' is missing");
            }
        }
        for (int i = words; i < parts.length; i++) {
            String name = parts[i].substring(0, Math.max(0, parts[i].indexOf('=')));
            if (!required.contains(name) && !optional.contains(name)) {
                throw wrong("the fields " + String.join(", ", required) + ", but there is '" + parts[i] + "'");
            }
        }
    }

    /** A field of up to 16 hexadecimal digits. */
    long hex(String name) {
        String text = value(name);
        try {
            if (!text.startsWith("+") && !text.startsWith("-")) {
                return Long.parseUnsignedLong(text, 16);
            }
        } catch (NumberFormatException e) {
            throw (IllegalArgumentException) notHex(name, text).initCause(e);
        }
        throw notHex(name, text);
    }

    private IllegalArgumentException notHex(String name, String text) {
        return wrong(name + " of 1 to 16 hexadecimal digits, but it is '" + text + "'");
    }

    /** A decimal field from {@code least} to {@code most}. */
    int number(String name, int least, int most) {
        return decimal(name, value(name), least, most);
    }

    /** The word at a place as a decimal number from {@code least} to {@code most}. */
    int number(int index, int least, int most) {
        return decimal("a number", word(index), least, most);
    }

    private int decimal(String name, String text, int least, int most) {
        boolean digits = !text.isEmpty() && text.length() <= 9 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
            throw wrong(name + " from " + least + " to " + most + ", but it is '" + text + "'");
        }
        return Integer.parseInt(text);
    }

    private String value(String name) {
        return fields.getOrDefault(name, "");
    }

    /** An exception that names the line. */
    IllegalArgumentException wrong(String expectation) {
        return new IllegalArgumentException("line " + number + ": expected " + expectation);
    }
}
