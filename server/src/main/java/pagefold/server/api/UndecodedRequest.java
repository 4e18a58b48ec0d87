package pagefold.server.api;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** What the decoder of HTTP gives up on, before there is a request that a route could take. */
final class UndecodedRequest {
    /** Longest first line of a request, in bytes. */
    static final int MAX_LINE_BYTES = 8 << 10;
    /** Largest headers of a request, all together, in bytes. */
    static final int MAX_HEADER_BYTES = 16 << 10;

    private UndecodedRequest() {}

    /** Says what was wrong, and closes the connection: where the next request begins is not known. */
    static void answer(HttpServerRequest request) {
        Problem problem = problem(request.decoderResult().cause());
        HttpServerResponse response = request.response();
        if (request.version() != HttpVersion.HTTP_2) {
            response.putHeader(HttpHeaders.CONNECTION, "close");
        }
        response.setStatusCode(problem.status())
                .putHeader(Trace.HEADER, Trace.of(request).header())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.CONTENT_TYPE)
                .end(Buffer.buffer(problem.toJson()))
                .onComplete(sent -> request.connection().close());
    }

    private static Problem problem(@Nullable Throwable cause) {
        return switch (cause) {
            case TooLongHttpLineException tooLong -> Problems.ofStatus(414, "").with("limit", MAX_LINE_BYTES);
            case TooLongHttpHeaderException tooLong ->
                Problems.ofStatus(431, "").with("limit", MAX_HEADER_BYTES);
            case null, default -> Problems.ofStatus(400, "");
        };
    }
}
