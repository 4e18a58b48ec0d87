package pagefold.server.api;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import pagefold.server.log.NewBatch;
import pagefold.server.space.CommandUnit;

/**
 * The headers of a request that sends commands.
 *
 * @param expected the position of {@code If-Match}
 * @param key the {@code Idempotency-Key}
 * @param correlation the {@code Correlation-Id}
 * @param causation the {@code traceparent}
 * @param actor who sent the request
 */
record RequestHeaders(
        @Nullable Long expected,
        @Nullable String key,
        @Nullable String correlation,
        @Nullable String causation,
        @Nullable String actor) {
    /** Longest key, in characters: the log has room for the number of a chunk behind it. */
    static final int MAX_KEY_LENGTH = 240;

    /** Reads the headers; a malformed one is a problem. */
    static RequestHeaders of(Exchange exchange) {
        return new RequestHeaders(
                expected(exchange),
                key(exchange.singleHeader("Idempotency-Key")),
                id("Correlation-Id", exchange.singleHeader("Correlation-Id"), NewBatch.MAX_ID_LENGTH),
                id("traceparent", exchange.header("traceparent"), NewBatch.MAX_ID_LENGTH),
                exchange.caller().name());
    }

    /** The position of {@code If-Match}; {@code null} without it, or when any will do. */
    static @Nullable Long expected(Exchange exchange) {
        String ifMatch = exchange.singleHeader("If-Match");
        if (ifMatch == null || ifMatch.equals("*")) {
            return null;
        }
        if (ifMatch.matches("\"[0-9]{1,18}\"")) {
            return Long.parseLong(ifMatch.substring(1, ifMatch.length() - 1));
        }
        throw new Problem.Exception(
                Problems.invalid("If-Match", "Expected one position in quotes, as in \"1284\", or *."));
    }

    /** The draft standard has the key in quotes; most clients send it without. */
    private static @Nullable String key(@Nullable String key) {
        boolean quoted = key != null && key.length() > 2 && key.startsWith("\"") && key.endsWith("\"");
        return id("Idempotency-Key", quoted ? key.substring(1, key.length() - 1) : key, MAX_KEY_LENGTH);
    }

    private static @Nullable String id(String header, @Nullable String value, int limit) {
        if (value != null && (!NewBatch.isId(value) || value.length() > limit)) {
            throw new Problem.Exception(
                    Problems.invalid(header, "Expected 1 to " + limit + " printable ASCII characters."));
        }
        return value;
    }

    /** How the log names a unit whose request has this digest. */
    CommandUnit.Ids ids(byte[] digest) {
        return key == null
                ? new CommandUnit.Ids(null, null, correlation, causation, actor)
                : new CommandUnit.Ids(key, HexFormat.of().formatHex(digest), correlation, causation, actor);
    }

    /** The same for one chunk of a stream. */
    CommandUnit.Ids ids(byte[] digest, int chunk) {
        return new RequestHeaders(
                        expected, key == null ? null : NewBatch.ChunkKey.of(key, chunk), correlation, causation, actor)
                .ids(digest);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("expected SHA-256 in every Java platform, but: " + e, e);
        }
    }
}
