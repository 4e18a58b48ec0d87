package pagefold.server.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.server.wire.WireJson;

/**
 * A JSON value to be shown. What is not there reads as empty, so that a newer server may leave things out; a small
 * tree of our own, because loading a data-binding library takes longer than all the rest of a client verb.
 */
final class JsonTree {
    private static final JsonTree MISSING = new JsonTree(null);

    private final @Nullable Object value;

    private JsonTree(@Nullable Object value) {
        this.value = value;
    }

    /**
     * Reads a document.
     *
     * @throws IOException when it is no JSON
     */
    static JsonTree parse(byte[] json) throws IOException {
        try (JsonParser parser = WireJson.FACTORY.createParser(json)) {
            parser.nextToken();
            return read(parser);
        }
    }

    private static JsonTree read(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            Map<String, JsonTree> fields = new LinkedHashMap<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.put(name, read(parser));
            }
            return new JsonTree(fields);
        }
        if (token == JsonToken.START_ARRAY) {
            List<JsonTree> items = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() == null) {
                    throw new IOException("the JSON ends in an array");
                }
                items.add(read(parser));
            }
            return new JsonTree(items);
        }
        if (token == null) {
            throw new IOException("there is no JSON");
        }
        return token == JsonToken.VALUE_NULL ? MISSING : new JsonTree(parser.getText());
    }

    /** What is not there. */
    static JsonTree missing() {
        return MISSING;
    }

    boolean isMissing() {
        return value == null;
    }

    boolean isObject() {
        return value instanceof Map;
    }

    boolean isArray() {
        return value instanceof List;
    }

    /** A field of an object. */
    JsonTree get(String name) {
        JsonTree found = value instanceof Map<?, ?> fields && fields.get(name) instanceof JsonTree field ? field : null;
        return found == null ? MISSING : found;
    }

    /** The names of an object's fields, in order. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        if (value instanceof Map<?, ?> fields) {
            fields.keySet().forEach(name -> names.add(String.valueOf(name)));
        }
        return names;
    }

    /** The items of an array. */
    List<JsonTree> items() {
        List<JsonTree> items = new ArrayList<>();
        if (value instanceof List<?> all) {
            for (Object item : all) {
                if (item instanceof JsonTree tree) {
                    items.add(tree);
                }
            }
        }
        return items;
    }

    /** A string, number or truth value as text; objects and arrays on one line. */
    String text() {
        if (value instanceof Map<?, ?>) {
            StringBuilder text = new StringBuilder();
            for (String name : names()) {
                text.append(text.isEmpty() ? "" : " ")
                        .append(name)
                        .append('=')
                        .append(get(name).text());
            }
            return text.toString();
        }
        if (value instanceof List<?>) {
            return String.join(",", items().stream().map(JsonTree::text).toList());
        }
        return value == null ? "" : value.toString();
    }

    /** A whole number; 0 when it is none. */
    long number() {
        try {
            return Long.parseLong(text());
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
