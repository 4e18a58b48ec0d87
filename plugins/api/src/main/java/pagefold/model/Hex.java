package pagefold.model;

import java.util.HexFormat;

/** The one way in which the project writes addresses and sizes. */
public final class Hex {
    private static final String UNITS = "BKMGTPE";

    private Hex() {}

    /** {@code 0x} and 16 lower-case digits. */
    public static String address(long value) {
        StringBuilder text = new StringBuilder(18).append("0x");
        for (int shift = 60; shift >= 0; shift -= 4) {
            text.append(Character.forDigit((int) (value >>> shift) & 0xf, 16));
        }
        return text.toString();
    }

    /** A size in bytes with the largest unit that divides it: {@code 4K}, {@code 1536K}, {@code 2M}, {@code 1G}. */
    public static String size(long bytes) {
        int unit = 0;
        long value = bytes;
        while (value != 0 && (value & 1023) == 0 && unit < UNITS.length() - 1) {
            value >>>= 10;
            unit++;
        }
        return Long.toUnsignedString(value) + UNITS.charAt(unit);
    }

    /**
     * Reads {@code 0x…} as an unsigned 64-bit number; underscores may group digits.
     *
     * @throws IllegalArgumentException when the text is anything else
     */
    public static long parse(String text) {
        String digits = text.startsWith("0x") || text.startsWith("0X")
                ? text.substring(2).replace("_", "")
                : "";
        if (digits.isEmpty() || digits.length() > 16 || !digits.chars().allMatch(HexFormat::isHexDigit)) {
            throw new IllegalArgumentException(
                    "expected 0x and 1 to 16 hexadecimal digits, but found '" + shortened(text) + "'");
        }
        return Long.parseUnsignedLong(digits, 16);
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
