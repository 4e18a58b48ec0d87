package pagefold.server.api;

import io.vertx.core.http.HttpServerRequest;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a request belongs, after W3C Trace Context: the caller's trace, or one of its own.
 *
 * @param traceId 32 hexadecimal digits
 * @param spanId of this server's part, 16 hexadecimal digits
 * @param flags two hexadecimal digits
 */
record Trace(String traceId, String spanId, String flags) {
    static final String HEADER = "traceparent";

    private static final Pattern PARENT =
            Pattern.compile("[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-.*)?");

    /** The trace of a request. */
    static Trace of(HttpServerRequest request) {
        @Nullable String parent = request.getHeader(HEADER);
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String span = hex(random.nextLong() | 1);
        if (parent != null && !parent.startsWith("ff")) {
            Matcher matcher = PARENT.matcher(parent);
            if (matcher.matches()) {
                return new Trace(matcher.group(1), span, matcher.group(2));
            }
        }
        return new Trace(hex(random.nextLong()) + hex(random.nextLong() | 1), span, "00");
    }

    private static String hex(long value) {
        return HexFormat.of().toHexDigits(value);
    }

    /** The header's value for the answer. */
    String header() {
        return "00-" + traceId + "-" + spanId + "-" + flags;
    }
}
