package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.hazelcast.core.Hazelcast;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.access.Keys;
import pagefold.server.access.UserLimits;
import pagefold.server.cluster.ClusterOptions;
import pagefold.server.local.FreePort;
import pagefold.server.log.LogLocation;
import pagefold.server.log.PostgresServer;

/** Who may do what through which node, and how nodes know each other. */
class ClusterAccessTest {
    @TempDir
    private Path directory;

    private final Map<String, PagefoldServer> nodes = new LinkedHashMap<>();
    private HttpClient client = HttpClient.newHttpClient();
    private LogLocation.Login database;
    private int port;

    @BeforeEach
    void prepare() throws Exception {
        database = PostgresServer.shared().newDatabase();
        port = FreePort.find();
    }

    @AfterEach
    void stop() {
        nodes.values().forEach(PagefoldServer::close);
        client.close();
    }

    private void start(String name, ServerAccess access, @Nullable String trust) throws IOException {
        ClusterOptions cluster =
                new ClusterOptions("access-" + port, name, ClusterOptions.DEFAULT_HOST, port, List.of(), null, trust);
        nodes.put(
                name,
                PagefoldServer.start(new ServerOptions(
                        ServerOptions.DEFAULT_HOST,
                        0,
                        new LogLocation(directory.resolve(name), database),
                        access,
                        ServerOptions.Plugins.NONE,
                        cluster,
                        0)));
    }

    private HttpResponse<String> send(String node, String method, String path, @Nullable String body, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(nodes.get(node).uri() + path))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private void awaitNodes(String... headers) {
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
            for (String node : nodes.keySet()) {
                assertThat(new ObjectMapper()
                                .readTree(send(node, "GET", "/v1/cluster?limit=0", null, headers)
                                        .body())
                                .path("nodes"))
                        .hasSize(nodes.size())
                        .allMatch(each -> each.path("ready").asBoolean());
            }
        });
    }

    /** A new simulation, made through a node, that another one has. */
    private String simulationOf(String owner, String asked, String prefix, String... headers) throws Exception {
        for (int i = 0; ; i++) {
            String name = prefix + i;
            HttpResponse<String> made = send(
                    asked,
                    "POST",
                    "/v1/simulations",
                    "{\"name\":\"" + name + "\",\"plugin\":\"arm64\",\"profile\":\"4k-48\"}",
                    headers);
            assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
            if (header(made, Forwarder.NODE).equals(owner)) {
                return name;
            }
        }
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @Test
    void a_user_is_the_same_at_every_node_and_who_forges_a_hop_is_nobody() throws Exception {
        TestTokens tokens = new TestTokens(Keys.ES256);
        start("a", tokens.access(), null);
        start("b", tokens.access(), null);
        awaitNodes(TestTokens.bearer(tokens.token("root", "admin", "viewer:*")));
        String[] ann = TestTokens.bearer(tokens.token("ann", "owner:team-*"));
        String[] bob = TestTokens.bearer(tokens.token("bob", "viewer:team-*"));
        String simulation = simulationOf("b", "a", "team-", ann);
        String commands = "/v1/simulations/" + simulation + "/commands";

        HttpResponse<String> done = send("a", "POST", commands, TestServer.remark("x"), ann);
        HttpResponse<String> read = send("a", "GET", "/v1/simulations/" + simulation + "/events", null, bob);
        HttpResponse<String> listed = send("a", "GET", "/v1/simulations", null, bob);

        assertThat(done.statusCode()).as(done.body()).isEqualTo(201);
        assertThat(done.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(header(done, Forwarder.NODE)).isEqualTo("b");
        assertThat(new ObjectMapper().readTree(read.body()).findValuesAsText("actor"))
                .as(read.body())
                .isNotEmpty()
                .containsOnly("ann");
        assertThat(new ObjectMapper().readTree(listed.body()).findValuesAsText("creator"))
                .isNotEmpty()
                .containsOnly("ann");
        assertThat(send("a", "GET", "/v1/cluster", null, bob).body()).doesNotContain(keyOf("a"), keyOf("b"));
        // No key, one that is made up, that of another node, and the real one, which no client can know.
        for (String hop : List.of("", "0a4ad6a4-8e63-4ac5-b4a2-d6f0e3b0a4a1", keyOf("a"), keyOf("b"))) {
            String[] nobody = hop.isEmpty() ? new String[0] : new String[] {Forwarder.HOP, hop};
            for (String node : List.of("a", "b")) {
                assertThat(send(node, "POST", commands, TestServer.remark("y"), nobody)
                                .statusCode())
                        .as("nobody at %s with %s", node, hop)
                        .isEqualTo(401);
                assertThat(send(node, "POST", commands, TestServer.remark("y"), with(bob, nobody))
                                .statusCode())
                        .as("a viewer at %s with %s", node, hop)
                        .isEqualTo(403);
                assertThat(send(node, "DELETE", "/v1/simulations/" + simulation, null, with(bob, nobody))
                                .statusCode())
                        .as("a viewer at %s with %s", node, hop)
                        .isEqualTo(403);
            }
        }
        HttpResponse<String> forged = send(
                "a", "POST", commands, TestServer.remark("y"), with(ann, new String[] {Forwarder.HOP, keyOf("b")}));
        assertThat(forged.statusCode()).as("the key of another node").isEqualTo(503);
        assertThat(send("a", "GET", "/v1/simulations/" + simulation, null, bob)
                        .headers()
                        .firstValue("ETag"))
                .hasValue("\"2\"");
    }

    private static String[] with(String[] some, String[] more) {
        List<String> all = new ArrayList<>(List.of(some));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** What a node shows to another one. */
    private String keyOf(String name) {
        return Hazelcast.getAllHazelcastInstances().stream()
                .filter(member -> member.getConfig().getClusterName().equals("access-" + port))
                .flatMap(member -> member.<String, String>getMap("pagefold.nodes").values().stream())
                .map(JsonObject::new)
                .filter(node -> node.getString("name").equals(name))
                .findFirst()
                .orElseThrow()
                .getString("key");
    }

    @Test
    void nodes_with_certificates_of_a_private_authority_send_requests_on_when_they_are_told_to_trust_it()
            throws Exception {
        KeyStore store = issued();
        ServerAccess access = new ServerAccess(
                null,
                UserLimits.NONE,
                new ServerAccess.TlsOptions(
                        Keys.pem("CERTIFICATE", store.getCertificate("node").getEncoded()),
                        Keys.pem("PRIVATE KEY", store.getKey("node", PASSWORD).getEncoded())));
        String authority =
                Keys.pem("CERTIFICATE", store.getCertificate("authority").getEncoded());
        client = trusting(store);
        start("a", access, authority);
        start("b", access, authority);
        start("distrustful", access, null);
        awaitNodes();
        String simulation = simulationOf("b", "a", "s");
        String commands = "/v1/simulations/" + simulation + "/commands";

        HttpResponse<String> done = send("a", "POST", commands, TestServer.remark("x"));
        HttpResponse<String> read = send("a", "GET", "/v1/simulations/" + simulation + "/events", null);
        HttpResponse<String> refused = send("distrustful", "POST", commands, TestServer.remark("y"));

        assertThat(nodes.get("a").uri().getScheme()).isEqualTo("https");
        assertThat(done.statusCode()).as(done.body()).isEqualTo(201);
        assertThat(header(done, Forwarder.NODE)).isEqualTo("b");
        assertThat(read.statusCode()).as(read.body()).isEqualTo(200);
        assertThat(header(read, Forwarder.NODE)).isEqualTo("b");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("node-unreachable");
        assertThat(send("b", "GET", "/v1/simulations/" + simulation, null)
                        .headers()
                        .firstValue("ETag"))
                .hasValue("\"2\"");
    }

    @Test
    void a_node_with_another_database_does_not_start() throws Exception {
        start("a", ServerAccess.OPEN, null);
        database = PostgresServer.shared().newDatabase();

        assertThatThrownBy(() -> start("b", ServerAccess.OPEN, null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has another log: expected one database for all nodes");

        awaitNodes();
        assertThat(simulationOf("a", "a", "s")).isEqualTo("s0");
    }

    @Test
    void certificates_to_trust_must_be_some() {
        assertThatThrownBy(() -> new ClusterOptions("c", null, "127.0.0.1", 1, List.of(), null, "no certificate"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected certificates to trust");
    }

    private static final char[] PASSWORD = "changeit".toCharArray();

    /** An authority that nobody knows, and a certificate of a node that it vouches for. */
    private KeyStore issued() throws Exception {
        keytool("-genkeypair", "-alias", "authority", "-keyalg", "EC", "-dname", "CN=authority", "-ext", "bc:c");
        keytool("-genkeypair", "-alias", "node", "-keyalg", "EC", "-dname", "CN=node");
        Path request = directory.resolve("request");
        keytool("-certreq", "-alias", "node", "-file", request.toString());
        Path certificate = directory.resolve("certificate");
        keytool(
                "-gencert",
                "-alias",
                "authority",
                "-ext",
                "san=ip:127.0.0.1",
                "-infile",
                request.toString(),
                "-outfile",
                certificate.toString());
        keytool("-importcert", "-alias", "node", "-noprompt", "-file", certificate.toString());
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(directory.resolve("store.p12"))) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    private void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", new String(PASSWORD)));
        command.addAll(List.of("-keystore", directory.resolve("store.p12").toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private static HttpClient trusting(KeyStore store) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", store.getCertificate("authority"));
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }
}
