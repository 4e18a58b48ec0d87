package pagefold.server.wire;

import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Whole numbers in texts from outside, of decimal digits alone; Java's own parsers take signs and digits of all scripts. */
public final class WholeNumber {
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,19}");

    private WholeNumber() {}

    /** A number from 0 to {@link Long#MAX_VALUE}; empty for any other text. */
    public static OptionalLong parse(String text) {
        if (!DIGITS.matcher(text).matches()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            // Of 19 digits, and beyond the largest.
            return OptionalLong.empty();
        }
    }
}
