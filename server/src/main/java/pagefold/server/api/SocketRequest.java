package pagefold.server.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand;
import pagefold.server.log.NewBatch;
import pagefold.server.space.CommandUnit;
import pagefold.server.wire.CommandCodec;
import pagefold.server.wire.MalformedJson;
import pagefold.server.wire.WireJson;

/** What a client asks over a socket. */
sealed interface SocketRequest {

    /**
     * Events from a position on.
     *
     * @param from at least 1; {@code null} for what is new
     */
    record Subscribe(@Nullable String id, @Nullable Long from) implements SocketRequest {}

    /** No more events. */
    record Unsubscribe(@Nullable String id) implements SocketRequest {}

    /** Commands that are accepted or refused together. */
    record Submit(@Nullable String id, CommandUnit unit) implements SocketRequest {}

    /** Nothing that is known. */
    record Malformed(@Nullable String id, Problem problem) implements SocketRequest {}

    /** Longest id of a message, in characters. */
    int MAX_ID_LENGTH = 64;

    /** Reads a message; whatever is wrong with it is {@link Malformed}. */
    static SocketRequest read(String text, CommandCodec codec, @Nullable String actor) {
        Reader reader = new Reader(codec, actor);
        try (JsonParser parser = WireJson.FACTORY.createParser(text)) {
            return reader.read(parser);
        } catch (MalformedJson e) {
            return new Malformed(reader.id, Problems.of(e));
        } catch (JsonProcessingException e) {
            return new Malformed(reader.id, Problems.of(WireJson.malformed(e)));
        } catch (IOException e) {
            return new Malformed(reader.id, Problems.of(new MalformedJson("", "JSON", String.valueOf(e.getMessage()))));
        } catch (Problem.Exception e) {
            return new Malformed(reader.id, e.problem());
        }
    }

    /** Reads the fields of one message, which may come in any order. */
    final class Reader {
        private final CommandCodec codec;
        private final @Nullable String actor;
        private @Nullable String id;
        private @Nullable String type;
        private @Nullable Long from;
        private @Nullable Long expected;
        private @Nullable String key;
        private @Nullable String correlation;
        private @Nullable String causation;
        private @Nullable List<MemoryCommand> commands;

        private Reader(CommandCodec codec, @Nullable String actor) {
            this.codec = codec;
            this.actor = actor;
        }

        private SocketRequest read(JsonParser parser) throws IOException {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedJson("", "an object", "something else");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                field(field, parser);
            }
            if (parser.nextToken() != null) {
                throw new MalformedJson("", "one object", "more behind it");
            }
            return request();
        }

        private void field(String field, JsonParser parser) throws IOException {
            switch (field) {
                case "type" -> type = once(field, type, string(field, parser, MAX_ID_LENGTH));
                case "id" -> id = once(field, id, string(field, parser, MAX_ID_LENGTH));
                case "from" -> from = once(field, from, number(field, parser, 1));
                case "expected" -> expected = once(field, expected, number(field, parser, 0));
                case "idempotencyKey" -> key = once(field, key, string(field, parser, RequestHeaders.MAX_KEY_LENGTH));
                case "correlation" ->
                    correlation = once(field, correlation, string(field, parser, NewBatch.MAX_ID_LENGTH));
                case "traceparent" -> causation = once(field, causation, string(field, parser, NewBatch.MAX_ID_LENGTH));
                case "commands" -> commands = once(field, commands, list(parser));
                default -> throw new MalformedJson(field, "a field of a message", "another one");
            }
        }

        /** Most commands, and one more. */
        private List<MemoryCommand> list(JsonParser parser) throws IOException {
            List<MemoryCommand> all = new ArrayList<>();
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                all.add(codec.read(parser));
                return all;
            }
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (all.size() > CommandUnit.MAX_COMMANDS) {
                    parser.skipChildren();
                } else {
                    all.add(element(parser, all.size()));
                }
            }
            return all;
        }

        private MemoryCommand element(JsonParser parser, int index) throws IOException {
            try {
                return codec.read(parser);
            } catch (MalformedJson e) {
                throw e.within("commands[" + index + "]");
            }
        }

        private static <T> T once(String field, @Nullable T before, T now) {
            if (before != null) {
                throw new MalformedJson(field, "the field once", "it twice");
            }
            return now;
        }

        private static String string(String field, JsonParser parser, int limit) throws IOException {
            String text = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : "";
            if (!NewBatch.isId(text) || text.length() > limit) {
                throw new MalformedJson(field, "1 to " + limit + " printable ASCII characters", "something else");
            }
            return text;
        }

        private static long number(String field, JsonParser parser, long least) throws IOException {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                    || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                    || parser.getLongValue() < least) {
                throw new MalformedJson(field, "a whole number from " + least + " on", "something else");
            }
            return parser.getLongValue();
        }

        private SocketRequest request() {
            return switch (type) {
                case "subscribe" -> {
                    only(commands == null && expected == null && key == null, "subscribe", "from");
                    yield new Subscribe(id, from);
                }
                case "unsubscribe" -> {
                    only(
                            commands == null && expected == null && key == null && from == null,
                            "unsubscribe",
                            "no field");
                    yield new Unsubscribe(id);
                }
                case "commands" -> commands();
                case null, default ->
                    throw new MalformedJson(
                            "type",
                            "\"subscribe\", \"unsubscribe\" or \"commands\"",
                            type == null ? "nothing" : "'" + type + "'");
            };
        }

        private static void only(boolean holds, String type, String allowed) {
            if (!holds) {
                throw new MalformedJson("type", "'" + type + "' with " + allowed + " besides its id", "others");
            }
        }

        private SocketRequest commands() {
            List<MemoryCommand> all = commands;
            if (all == null || from != null) {
                throw new MalformedJson(
                        all == null ? "commands" : "from", all == null ? "the commands" : "no such field", "not that");
            }
            RequestHeaders headers = new RequestHeaders(expected, key, correlation, causation, actor);
            var digest = RequestHeaders.sha256();
            if (key != null) {
                for (MemoryCommand command : all) {
                    digest.update(CommandCodec.encode(command));
                }
            }
            return new Submit(id, Commands.unit(all, headers, digest.digest()));
        }
    }
}
