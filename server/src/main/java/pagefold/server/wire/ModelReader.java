package pagefold.server.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Hex;
import pagefold.model.MemoryType;
import pagefold.model.Names;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Shareability;
import pagefold.model.Sharing;

/**
 * Reads the model's values from JSON, strictly. Every method starts on the value's first token and ends on its last;
 * paths in its errors begin inside the value, and who calls it adds the rest.
 *
 * <p>It remembers the last values of some kinds, so that a history shares equal ones; one thread at a time.
 */
final class ModelReader {
    private static final int MAX_OBJECT_FIELDS = 9;
    /** 0x, 16 digits, and an underscore before each but the first. */
    private static final int MAX_GROUPED_HEX_LENGTH = 33;

    private @Nullable String lastSpace;
    private @Nullable String lastObject;
    private @Nullable Attributes lastAttributes;

    /** A string of any content. */
    static String string(JsonParser parser) throws IOException {
        expect(parser, JsonToken.VALUE_STRING, "a string");
        return parser.getText();
    }

    /** The name of a space. */
    String space(JsonParser parser) throws IOException {
        expect(parser, JsonToken.VALUE_STRING, "the name of a space");
        String remembered = lastSpace;
        if (remembered != null && isText(parser, remembered)) {
            return remembered;
        }
        String name = parser.getText();
        if (!Names.isValid(name)) {
            throw new MalformedJson(
                    "",
                    "the name of a space of 1 to " + Names.MAX_LENGTH
                            + " letters, digits, dots, underscores or hyphens",
                    Found.quoted(name));
        }
        lastSpace = name;
        return name;
    }

    static boolean bool(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
            throw new MalformedJson("", "true or false", Found.token(parser));
        }
        return token == JsonToken.VALUE_TRUE;
    }

    /** A whole number from {@code least} to {@code most}. */
    static int integer(JsonParser parser, int least, int most) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                || parser.getNumberType() != JsonParser.NumberType.INT
                || parser.getIntValue() < least
                || parser.getIntValue() > most) {
            throw new MalformedJson("", "a whole number from " + least + " to " + most, Found.token(parser));
        }
        return parser.getIntValue();
    }

    static <E> E word(JsonParser parser, WireText.Words<E> words) throws IOException {
        expect(parser, JsonToken.VALUE_STRING, words.choices());
        E value = words.of(parser.getText());
        if (value == null) {
            throw new MalformedJson("", words.choices(), Found.token(parser));
        }
        return value;
    }

    /** A string with {@code 0x} and 1 to 16 hexadecimal digits. */
    static long hex(JsonParser parser) throws IOException {
        expect(parser, JsonToken.VALUE_STRING, "a string with 0x and 1 to 16 hexadecimal digits");
        char[] buffer = parser.getTextCharacters();
        int offset = parser.getTextOffset();
        int length = parser.getTextLength();
        if (length < 3 || length > 18 || buffer[offset] != '0' || buffer[offset + 1] != 'x') {
            return unusualHex(parser);
        }
        long value = 0;
        for (int i = offset + 2; i < offset + length; i++) {
            int digit = digit(buffer[i]);
            if (digit < 0) {
                return unusualHex(parser);
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private static int digit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int letter = c | 0x20;
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }

    /** Grouped digits and errors, as {@link Hex#parse} has them. */
    private static long unusualHex(JsonParser parser) throws IOException {
        try {
            if (parser.getTextLength() <= MAX_GROUPED_HEX_LENGTH) {
                return Hex.parse(parser.getText());
            }
        } catch (IllegalArgumentException e) {
            // Said below, for both cases.
        }
        throw new MalformedJson("", "0x and 1 to 16 hexadecimal digits", Found.token(parser));
    }

    static Permissions permissions(JsonParser parser) throws IOException {
        String expected = "permissions as in \"rw-/r--\" (privileged/unprivileged)";
        expect(parser, JsonToken.VALUE_STRING, expected);
        try {
            return Permissions.parse(parser.getText());
        } catch (IllegalArgumentException e) {
            throw new MalformedJson("", expected, Found.token(parser));
        }
    }

    /** {@code {"start","size"}} or {@code {"start","last"}}. */
    static AddressRange range(JsonParser parser) throws IOException {
        expect(parser, JsonToken.START_OBJECT, "a range as in {\"start\":\"0x1000\",\"size\":\"0x1000\"}");
        ObjectFields fields = new ObjectFields("start", "size", "last");
        long[] values = new long[3];
        for (int field = fields.next(parser); field >= 0; field = fields.next(parser)) {
            try {
                values[field] = hex(parser);
            } catch (MalformedJson e) {
                throw e.within(fields.name(field));
            }
        }
        fields.require(0);
        if (fields.has(1) == fields.has(2)) {
            throw new MalformedJson(
                    "", "exactly one of 'size' and 'last'", fields.has(1) ? "both of them" : "none of them");
        }
        try {
            return fields.has(1) ? AddressRange.ofSize(values[0], values[1]) : new AddressRange(values[0], values[2]);
        } catch (IllegalArgumentException e) {
            throw new MalformedJson(
                    "",
                    "a range of at least 1 byte below 2^64",
                    "start " + Hex.address(values[0])
                            + (fields.has(1)
                                    ? " and size " + Hex.address(values[1])
                                    : " and last " + Hex.address(values[2])));
        }
    }

    /** {@code {"physical"}}, {@code {"object","offset","sharing"}} or {@code {"repeated"}}. */
    Output output(JsonParser parser) throws IOException {
        expect(parser, JsonToken.START_OBJECT, "an output as in {\"physical\":\"0x40000000\"}");
        ObjectFields fields = new ObjectFields("physical", "object", "offset", "sharing", "repeated");
        long address = 0;
        String object = "";
        Sharing sharing = Sharing.PRIVATE;
        for (int field = fields.next(parser); field >= 0; field = fields.next(parser)) {
            try {
                switch (field) {
                    case 1, 4 -> object = object(parser);
                    case 3 -> sharing = word(parser, WireText.SHARINGS);
                    default -> address = hex(parser);
                }
            } catch (MalformedJson e) {
                throw e.within(fields.name(field));
            }
        }
        if (fields.has(0)) {
            fields.refuse("beside 'physical'", 1, 2, 3, 4);
            return new Output.Physical(address);
        }
        if (fields.has(4)) {
            fields.refuse("beside 'repeated'", 1, 2, 3);
            return new Output.Repeated(object);
        }
        if (!fields.has(1)) {
            throw new MalformedJson(
                    "",
                    "'physical', 'repeated', or 'object', 'offset' and 'sharing'",
                    "none of 'physical', 'repeated' and 'object'");
        }
        fields.require(1, 2, 3);
        if (address < 0) {
            throw new MalformedJson("offset", "an offset below 2^63", Hex.address(address));
        }
        return new Output.Backed(object, address, sharing);
    }

    private String object(JsonParser parser) throws IOException {
        expect(parser, JsonToken.VALUE_STRING, "the name of a backing object");
        String remembered = lastObject;
        if (remembered != null && isText(parser, remembered)) {
            return remembered;
        }
        String name = parser.getText();
        if (name.isEmpty()
                || name.length() > Names.MAX_OBJECT_LENGTH
                || name.chars().anyMatch(Character::isISOControl)) {
            throw new MalformedJson(
                    "",
                    "the name of a backing object of 1 to " + Names.MAX_OBJECT_LENGTH + " printable characters",
                    name.length() > Names.MAX_OBJECT_LENGTH ? name.length() + " characters" : Found.quoted(name));
        }
        lastObject = WireText.wellFormed(name);
        return name;
    }

    /**
     * Attributes; what is absent has its default.
     *
     * @param complete whether all must be there; otherwise only the permissions
     */
    Attributes attributes(JsonParser parser, boolean complete) throws IOException {
        expect(parser, JsonToken.START_OBJECT, "attributes as in {\"permissions\":\"rw-/rw-\"}");
        ObjectFields fields = new ObjectFields(
                "permissions",
                "memoryType",
                "shareability",
                "global",
                "guarded",
                "software",
                "blocks",
                "contiguous",
                "pageSize");
        Permissions permissions = Permissions.NONE;
        MemoryType memoryType = MemoryType.NORMAL_WB;
        Shareability shareability = Shareability.INNER_SHAREABLE;
        int software = 0;
        long pageSize = 0;
        boolean[] flags = new boolean[MAX_OBJECT_FIELDS];
        for (int field = fields.next(parser); field >= 0; field = fields.next(parser)) {
            try {
                switch (field) {
                    case 0 -> permissions = permissions(parser);
                    case 1 -> memoryType = word(parser, WireText.MEMORY_TYPES);
                    case 2 -> shareability = word(parser, WireText.SHAREABILITIES);
                    case 5 -> software = integer(parser, 0, 15);
                    case 8 -> pageSize = pageSize(parser);
                    default -> flags[field] = bool(parser);
                }
            } catch (MalformedJson e) {
                throw e.within(fields.name(field));
            }
        }
        fields.require(0);
        if (complete) {
            fields.require(1, 2, 3, 4, 5, 6, 7);
        }
        if (pageSize != 0 && (flags[6] || flags[7])) {
            throw new MalformedJson("", "a pageSize without blocks and contiguous", "both");
        }
        Attributes attributes = new Attributes(
                permissions, memoryType, shareability, flags[3], flags[4], software, flags[6], flags[7], pageSize);
        Attributes shared = attributes.equals(lastAttributes) ? lastAttributes : attributes;
        lastAttributes = shared;
        return shared;
    }

    private static long pageSize(JsonParser parser) throws IOException {
        long bytes = hex(parser);
        if (bytes <= 0 || Long.bitCount(bytes) != 1) {
            throw new MalformedJson("", "a power of two up to 0x4000000000000000", Found.token(parser));
        }
        return bytes;
    }

    private static boolean isText(JsonParser parser, String text) throws IOException {
        int length = parser.getTextLength();
        if (length != text.length()) {
            return false;
        }
        char[] buffer = parser.getTextCharacters();
        int offset = parser.getTextOffset();
        for (int i = 0; i < length; i++) {
            if (buffer[offset + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    static void expect(JsonParser parser, JsonToken token, String expected) throws IOException {
        if (parser.currentToken() != token) {
            throw new MalformedJson("", expected, Found.token(parser));
        }
    }
}
