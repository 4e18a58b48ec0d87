package pagefold.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.jspecify.annotations.Nullable;
import pagefold.host.PluginHost;
import pagefold.host.Trust;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.server.cluster.ClusterOptions;
import pagefold.server.log.LogLocation;
import pagefold.server.plugins.PluginDirectory;
import pagefold.server.space.Limits;

/** A real server on a free port, with the plugins that come with it and the flat one, and a client. */
final class TestServer implements AutoCloseable {
    static final String JSON = "application/json";
    static final String LINES = "application/x-ndjson";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final PagefoldServer server;
    private final PluginHost host;

    private TestServer(PagefoldServer server, PluginHost host) {
        this.server = server;
        this.host = host;
    }

    static TestServer start(Path data) throws IOException {
        return start(data, Limits.DEFAULT);
    }

    static TestServer start(Path data, Limits limits) throws IOException {
        return start(data, limits, ServerAccess.OPEN);
    }

    static TestServer start(Path data, ServerAccess access) throws IOException {
        return start(data, Limits.DEFAULT, access);
    }

    private static TestServer start(Path data, Limits limits, ServerAccess access) throws IOException {
        return start(new LogLocation(data), limits, access);
    }

    /** A server on a log anywhere. */
    static TestServer start(LogLocation log) throws IOException {
        return start(log, Limits.DEFAULT, ServerAccess.OPEN);
    }

    private static TestServer start(LogLocation log, Limits limits, ServerAccess access) throws IOException {
        PluginHost host = PluginHost.withBuiltIn(TestServer.class.getClassLoader());
        host.load(flatJar());
        return new TestServer(
                PagefoldServer.start(
                        new ServerOptions(ServerOptions.DEFAULT_HOST, 0, log, access, ServerOptions.Plugins.NONE),
                        host,
                        limits),
                host);
    }

    /** A server as it starts for people, to which plugins can be added. */
    static TestServer start(Path data, ServerOptions.Plugins plugins) throws IOException {
        ServerOptions options =
                new ServerOptions(ServerOptions.DEFAULT_HOST, 0, new LogLocation(data), ServerAccess.OPEN, plugins);
        PluginHost host = PluginHost.withBuiltIn(TestServer.class.getClassLoader(), plugins.trust());
        new PluginDirectory(options.pluginDirectory()).loadInto(host);
        return new TestServer(PagefoldServer.start(options, host, Limits.DEFAULT), host);
    }

    /** A node of a cluster, without the flat plugin; jars that nobody has signed can be added. */
    static TestServer start(LogLocation log, ClusterOptions cluster) throws IOException {
        PluginHost host = PluginHost.withBuiltIn(TestServer.class.getClassLoader(), new Trust(Map.of(), true));
        ServerOptions options = new ServerOptions(
                ServerOptions.DEFAULT_HOST,
                0,
                log,
                ServerAccess.OPEN,
                new ServerOptions.Plugins(null, null, true),
                cluster,
                0);
        new PluginDirectory(options.pluginDirectory()).loadInto(host);
        return new TestServer(PagefoldServer.start(options, host, Limits.DEFAULT), host);
    }

    boolean unload(String plugin, String version) {
        return host.unload(plugin, version);
    }

    /** The class loader of the flat plugin. */
    WeakReference<ClassLoader> flatLoader() {
        return flatLoader(null);
    }

    /** The class loader of the flat plugin in a version. */
    WeakReference<ClassLoader> flatLoader(@Nullable String version) {
        return host.find("flat", version, "wide") instanceof PluginHost.Lookup.Found found
                ? new WeakReference<>(found.plugin()
                        .newModel("wide", Coarsening.REJECT)
                        .getClass()
                        .getClassLoader())
                : new WeakReference<>(null);
    }

    private static byte[] flatJar() throws IOException {
        return flatJar("1.0");
    }

    /** The flat plugin in another version, of three characters like its own. */
    static byte[] flatJar(String version) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes)) {
            for (String name : List.of("flat/FlatPlugin.class", "flat/FlatModel.class")) {
                try (InputStream in = TestServer.class.getClassLoader().getResourceAsStream(name)) {
                    if (in == null) {
                        throw new IOException("the class file " + name + " is not on the class path");
                    }
                    jar.putNextEntry(new JarEntry(name));
                    jar.write(patched(in.readAllBytes(), version));
                    jar.closeEntry();
                }
            }
            jar.putNextEntry(new JarEntry("META-INF/services/pagefold.spi.ArchitecturePlugin"));
            jar.write("flat.FlatPlugin\n".getBytes(StandardCharsets.UTF_8));
            jar.closeEntry();
        }
        return bytes.toByteArray();
    }

    /** The class file with another constant "1.0". */
    private static byte[] patched(byte[] classFile, String version) {
        String text = new String(classFile, StandardCharsets.ISO_8859_1);
        return text.replace("\u0001\u0000\u00031.0", "\u0001\u0000\u0003" + version)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    Reply delete(String path) throws IOException {
        return send("DELETE", path, BodyPublishers.noBody());
    }

    /** An answer with its body as text and, when it is JSON, as a tree. */
    record Reply(int status, HttpResponse<byte[]> response) {
        String text() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }

        JsonNode json() {
            try {
                return MAPPER.readTree(response.body());
            } catch (IOException e) {
                throw new IllegalStateException("expected JSON, but found: " + text(), e);
            }
        }

        List<JsonNode> lines() {
            return text().lines()
                    .map(line -> {
                        try {
                            return MAPPER.readTree(line);
                        } catch (IOException e) {
                            throw new IllegalStateException("expected JSON, but found: " + line, e);
                        }
                    })
                    .toList();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        /** The last part of the problem's type. */
        String problem() {
            return json().path("type").asText().replace("urn:pagefold:problem:", "");
        }
    }

    URI uri(String path) {
        return URI.create(server.uri() + path);
    }

    Reply get(String path, String... headers) throws IOException {
        return send("GET", path, BodyPublishers.noBody(), headers);
    }

    Reply post(String path, String type, String body, String... headers) throws IOException {
        return post(path, type, BodyPublishers.ofString(body), headers);
    }

    Reply post(String path, String type, BodyPublisher body, String... headers) throws IOException {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = "Content-Type";
        all[headers.length + 1] = type;
        return send("POST", path, body, all);
    }

    Reply send(String method, String path, BodyPublisher body, String... headers) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<byte[]> response = CLIENT.send(request.build(), BodyHandlers.ofByteArray());
            return new Reply(response.statusCode(), response);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    void create(String name, String plugin, String profile, String... headers) throws IOException {
        Reply reply = post(
                "/v1/simulations",
                JSON,
                "{\"name\":\"" + name + "\",\"plugin\":\"" + plugin + "\",\"profile\":\"" + profile + "\"}",
                headers);
        if (reply.status() != 201) {
            throw new IllegalStateException("expected a new simulation, but: " + reply.text());
        }
    }

    Reply command(String simulation, String json, String... headers) throws IOException {
        return post("/v1/simulations/" + simulation + "/commands", JSON, json, headers);
    }

    Reply stream(String simulation, String lines, String... headers) throws IOException {
        return post("/v1/simulations/" + simulation + "/commands", LINES, lines, headers);
    }

    String hash(String simulation) throws IOException {
        return get("/v1/simulations/" + simulation + "/stats")
                .json()
                .path("imageHash")
                .asText();
    }

    static String createSpace(String name) {
        return "{\"type\":\"create-space\",\"space\":\"" + name + "\",\"kind\":\"user\"}";
    }

    static String map(String space, long start, long size) {
        return ("{\"type\":\"map-range\",\"space\":\"%s\",\"range\":{\"start\":\"0x%x\",\"size\":\"0x%x\"},"
                        + "\"output\":{\"physical\":\"0x%x\"},\"attributes\":{\"permissions\":\"rw-/rw-\"}}")
                .formatted(space, start, size, 0x8000_0000L + (start & 0xfff_ffff));
    }

    static String unmap(String space, long start, long size) {
        return "{\"type\":\"unmap-range\",\"space\":\"%s\",\"range\":{\"start\":\"0x%x\",\"size\":\"0x%x\"}}"
                .formatted(space, start, size);
    }

    static String select(String plugin, String profile) {
        return "{\"type\":\"select-plugin\",\"plugin\":\"%s\",\"version\":\"1.0\",\"profile\":\"%s\"}"
                .formatted(plugin, profile);
    }

    static String remark(String text) {
        return "{\"type\":\"annotate\",\"text\":\"" + text + "\"}";
    }

    @Override
    public void close() {
        server.close();
    }
}
