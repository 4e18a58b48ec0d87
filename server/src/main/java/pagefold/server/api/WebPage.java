package pagefold.server.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The workbench: the files that the build of {@code ui/} left among the resources, read once and kept packed.
 *
 * <p>They are no part of the contract of the API. Names of files below {@code /assets} have a hash of their content, so
 * a browser never asks for one again; it asks for the page itself every time. The policy lets nothing run or load that
 * is not the server's own.
 */
final class WebPage {
    static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String ROOT = "/ui/";
    private static final String LIST = "files.txt";
    private static final String INDEX = "index.html";
    private static final String FOREVER = "public, max-age=31536000, immutable";
    private static final String ASK_AGAIN = "no-cache";
    private static final String MISSING = "<!doctype html><html lang=en><meta charset=utf-8><title>Pagefold</title>"
            + "<h1>The workbench is not in this build</h1><p>The server was built without Node.js and npm, or with"
            + " <code>-Dskip.ui</code>, so it has no web page. Install Node.js 20 or newer, and build again:"
            + " <code>mvn -B package</code>.<p>All else is there: the API at <a href=/docs>/docs</a>, and"
            + " <code>./pagefold --help</code>.";

    private final Map<String, Asset> assets;

    /** A file as it is sent: as it is, and as gzip. */
    record Asset(String type, byte[] plain, byte[] packed) {}

    private WebPage(Map<String, Asset> assets) {
        this.assets = assets;
    }

    /** The page in this build; one that says what is missing when it was built without. */
    static WebPage read() throws IOException {
        Map<String, Asset> assets = new LinkedHashMap<>();
        byte[] list = resource(LIST);
        String names = list == null ? "" : new String(list, StandardCharsets.UTF_8);
        for (String name : names.lines().filter(line -> !line.isBlank()).toList()) {
            byte[] plain = resource(name);
            if (plain == null) {
                throw new IOException("expected the resource " + ROOT + name + " that " + LIST + " names");
            }
            assets.put(name, new Asset(type(name), plain, gzip(plain)));
        }
        if (!assets.containsKey(INDEX)) {
            byte[] plain = MISSING.getBytes(StandardCharsets.UTF_8);
            assets.put(INDEX, new Asset(type(INDEX), plain, gzip(plain)));
        }
        return new WebPage(assets);
    }

    Map<String, Asset> assets() {
        return assets;
    }

    void addTo(Router router, RequestObserver observer) {
        router.get("/").handler(routing -> {
            observer.begin(routing, "getPage");
            send(routing, INDEX, ASK_AGAIN);
        });
        router.get("/assets/:file").handler(routing -> {
            observer.begin(routing, "getPage");
            send(routing, "assets/" + routing.pathParam("file"), FOREVER);
        });
    }

    private void send(RoutingContext routing, String name, String caching) {
        Asset asset = assets.get(name);
        if (asset == null) {
            new Exchange(routing).send(Problems.ofStatus(404, routing.request().path()));
            return;
        }
        String accept = routing.request().getHeader(HttpHeaders.ACCEPT_ENCODING);
        boolean packed = accept != null && accept.contains("gzip");
        HttpServerResponse response = routing.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, asset.type)
                .putHeader(HttpHeaders.CACHE_CONTROL, caching)
                .putHeader(HttpHeaders.VARY, "Accept-Encoding")
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("X-Content-Type-Options", "nosniff");
        if (packed) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
        }
        response.end(Buffer.buffer(packed ? asset.packed : asset.plain));
    }

    private static byte @Nullable [] resource(String name) throws IOException {
        try (InputStream in = WebPage.class.getResourceAsStream(ROOT + name)) {
            return in == null ? null : in.readAllBytes();
        }
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(plain);
        }
        return packed.toByteArray();
    }

    private static String type(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "html" -> "text/html; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "svg" -> "image/svg+xml";
            default -> "application/octet-stream";
        };
    }
}
