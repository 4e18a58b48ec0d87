package pagefold.server.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads a body within a limit; one beyond it is refused as soon as that is known. */
final class BodyReader {
    private static final String KEPT = "pagefold.body";
    private static final String PLAIN = "identity";

    private BodyReader() {}

    /** The body of a request that was read to its end; null before that. */
    static @Nullable Buffer kept(RoutingContext routing) {
        return routing.get(KEPT);
    }

    /**
     * The media type of the body in lower case, without parameters; empty when the request names none. A body that is
     * compressed is refused.
     */
    static String mediaType(Exchange exchange) {
        String coding = exchange.header(HttpHeaders.CONTENT_ENCODING);
        if (coding != null && !coding.equalsIgnoreCase(PLAIN)) {
            exchange.routing().response().putHeader(HttpHeaders.ACCEPT_ENCODING, PLAIN);
            throw new Problem.Exception(
                    Problem.of(415, "unsupported-content-coding", "The server reads no bodies that are compressed."));
        }
        @Nullable String type = exchange.header(HttpHeaders.CONTENT_TYPE);
        if (type == null) {
            return "";
        }
        int parameters = type.indexOf(';');
        return (parameters < 0 ? type : type.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
    }

    static void read(Exchange exchange, int limit, Consumer<Buffer> whole) {
        RoutingContext routing = exchange.routing();
        Buffer kept = kept(routing);
        if (kept != null) {
            // Read for another node, which did not have the simulation any more.
            whole.accept(kept);
            return;
        }
        HttpServerRequest request = routing.request();
        refuseBeyond(exchange.header(HttpHeaders.CONTENT_LENGTH), limit);
        Buffer body = Buffer.buffer();
        boolean[] refused = new boolean[1];
        request.handler(part -> {
            if (refused[0]) {
                return;
            }
            if (body.length() + part.length() > limit) {
                refused[0] = true;
                exchange.send(tooLarge(limit));
            } else {
                body.appendBuffer(part);
            }
        });
        request.endHandler(end -> {
            if (!refused[0]) {
                routing.put(KEPT, body);
                try {
                    whole.accept(body);
                } catch (RuntimeException e) {
                    exchange.failed(e);
                }
            }
        });
    }

    private static void refuseBeyond(@Nullable String length, int limit) {
        if (length != null && (length.length() > 18 || Long.parseLong(length) > limit)) {
            throw new Problem.Exception(tooLarge(limit));
        }
    }

    private static Problem tooLarge(int limit) {
        return Problem.of(
                413, "too-large", "The body of the request may have at most " + limit + " bytes.", "limit", limit);
    }
}
