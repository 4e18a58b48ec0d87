package pagefold.server.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The fields of events and commands: one of a name has the same form wherever it stands. */
enum Field {
    TYPE("type"),
    SCHEMA_VERSION("schemaVersion"),
    SPACE("space"),
    KIND("kind"),
    RANGE("range"),
    OUTPUT("output"),
    ATTRIBUTES("attributes"),
    PERMISSIONS("permissions"),
    FROM("from"),
    TO("to"),
    PARENT("parent"),
    CHILD("child"),
    ACCESS("access"),
    PRIVILEGE("privilege"),
    PLUGIN("plugin"),
    VERSION("version"),
    PROFILE("profile"),
    COARSENING("coarsening"),
    DIGEST("digest"),
    TEXT("text"),
    REPLACE("replace"),
    HOLES("holes"),
    POLICY("policy"),
    CHANGE("change"),
    ALIASES("aliases"),
    LEAF_SIZE("leafSize"),
    KERNEL("kernel");

    private static final Map<String, Field> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(field -> field.jsonName, field -> field));

    final String jsonName;

    Field(String jsonName) {
        this.jsonName = jsonName;
    }

    int bit() {
        return 1 << ordinal();
    }

    static @Nullable Field of(String name) {
        return BY_NAME.get(name);
    }

    static int mask(Field... fields) {
        int mask = 0;
        for (Field field : fields) {
            mask |= field.bit();
        }
        return mask;
    }

    /** The names of the fields in a mask, as in {@code space, range}. */
    static String names(int mask) {
        List<String> names = new ArrayList<>();
        for (Field field : values()) {
            if ((mask & field.bit()) != 0) {
                names.add(field.jsonName);
            }
        }
        return String.join(", ", names);
    }
}
