package pagefold.server.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** The fields of a small object, each at most once, none that is not foreseen. */
final class ObjectFields {
    private final String[] names;
    private int present;

    ObjectFields(String... names) {
        this.names = names;
    }

    /** Moves on to the next field's value; answers its number, or -1 at the end of the object. */
    int next(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.FIELD_NAME) {
            return -1;
        }
        String name = parser.currentName();
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                if (has(i)) {
                    throw new MalformedJson(names[i], "a field once", "it twice");
                }
                present |= 1 << i;
                parser.nextToken();
                return i;
            }
        }
        throw new MalformedJson("", "no fields but " + String.join(", ", names), "the field " + Found.quoted(name));
    }

    boolean has(int field) {
        return (present & 1 << field) != 0;
    }

    void require(int... fields) {
        for (int field : fields) {
            if (!has(field)) {
                throw new MalformedJson("", "the field '" + names[field] + "'", "an object without it");
            }
        }
    }

    void refuse(String where, int... fields) {
        for (int field : fields) {
            if (has(field)) {
                throw new MalformedJson("", "no field '" + names[field] + "' " + where, "it");
            }
        }
    }

    String name(int field) {
        return names[field];
    }
}
