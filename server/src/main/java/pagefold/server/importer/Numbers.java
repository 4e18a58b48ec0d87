package pagefold.server.importer;

/** Numbers as strace writes them. */
final class Numbers {
    private Numbers() {}

    /**
     * Reads a decimal ({@code 42}, {@code -1}), octal ({@code 017}) or hexadecimal ({@code 0x2a}) number or
     * {@code NULL}.
     */
    static long parse(String text) throws LineException {
        if (text.equals("NULL")) {
            return 0;
        }
        boolean negative = text.startsWith("-");
        String digits = negative ? text.substring(1) : text;
        int radix = digits.startsWith("0x") || digits.startsWith("0X") ? 16 : digits.startsWith("0") ? 8 : 10;
        String plain = radix == 16 ? digits.substring(2) : digits;
        if (plain.isEmpty()
                || plain.length() > 22
                || !plain.chars().allMatch(c -> c < 128 && Character.digit(c, radix) >= 0)) {
            throw new LineException("expected a number, but found '" + shortened(text) + "'");
        }
        try {
            long value = Long.parseUnsignedLong(plain, radix);
            return negative ? -value : value;
        } catch (NumberFormatException e) {
            throw new LineException("expected a number below 2^64, but found '" + shortened(text) + "'");
        }
    }

    /** What stands before a comment, as in {@code 0x22 /* MAP_PRIVATE … }. */
    static String withoutComment(String text) {
        int comment = text.indexOf("/*");
        return comment < 0 ? text : text.substring(0, comment).strip();
    }

    static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
