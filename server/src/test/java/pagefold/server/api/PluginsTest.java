package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestServer.createSpace;
import static pagefold.server.api.TestServer.map;
import static pagefold.server.api.TestServer.remark;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.TestServer.Reply;

class PluginsTest {
    private static final String JAR = "application/octet-stream";

    @TempDir
    private Path directory;

    private KeyPair author;
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        author = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Files.createDirectory(directory.resolve("keys"));
        Files.writeString(
                directory.resolve("keys/author.pem"),
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(author.getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        server = open();
    }

    private TestServer open() throws IOException {
        return TestServer.start(
                directory.resolve("data"), new ServerOptions.Plugins(null, directory.resolve("keys"), false));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String sign(KeyPair key, byte[] jar) throws Exception {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(key.getPrivate());
        signature.update(jar);
        return Base64.getEncoder().encodeToString(signature.sign());
    }

    private Reply add(byte[] jar, String... headers) throws IOException {
        return server.post("/v1/plugins", JAR, BodyPublishers.ofByteArray(jar), headers);
    }

    private Reply addFlat(String version) throws Exception {
        byte[] jar = TestServer.flatJar(version);
        return add(jar, "Plugin-Signature", sign(author, jar));
    }

    private Reply swap(String simulation, String plugin, String version, String profile) throws IOException {
        return server.post(
                "/v1/simulations/" + simulation + "/swap",
                TestServer.JSON,
                "{\"plugin\":\"" + plugin + "\",\"version\":\"" + version + "\",\"profile\":\"" + profile + "\"}");
    }

    private List<String> listed() throws IOException {
        return server.get("/v1/plugins")
                .json()
                .path("plugins")
                .valueStream()
                .map(each ->
                        each.path("id").asText() + " " + each.path("version").asText())
                .toList();
    }

    @Test
    void a_signed_plugin_is_added_and_is_there_after_a_restart() throws Exception {
        byte[] jar = TestServer.flatJar("1.0");

        JsonNode added = addFlat("1.0").json().path("plugins").path(0);
        server.create("s", "flat", "wide");
        server.close();
        server = open();

        assertThat(added.path("signer").asText()).isEqualTo("author");
        assertThat(added.path("digest").asText())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(jar)));
        assertThat(listed()).contains("flat 1.0");
        assertThat(server.get("/v1/simulations/s/stats").status()).isEqualTo(200);
        JsonNode selected =
                server.get("/v1/simulations/s/events").json().path("events").path(0);
        assertThat(selected.path("schemaVersion").asInt()).isEqualTo(2);
        assertThat(selected.path("digest")).isEqualTo(added.path("digest"));
    }

    @Test
    void what_nobody_who_is_trusted_has_signed_is_not_loaded() throws Exception {
        byte[] jar = TestServer.flatJar("1.0");
        KeyPair stranger = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        byte[] altered = jar.clone();
        altered[altered.length / 2] ^= 1;

        assertThat(add(jar).problem()).isEqualTo("plugin-not-trusted");
        assertThat(add(jar).status()).isEqualTo(403);
        assertThat(add(jar, "Plugin-Signature", sign(stranger, jar)).problem()).isEqualTo("plugin-not-trusted");
        assertThat(add(altered, "Plugin-Signature", sign(author, jar)).problem())
                .isEqualTo("plugin-not-trusted");
        assertThat(add(jar, "Plugin-Signature", "AAAA").problem()).isEqualTo("plugin-not-trusted");
        assertThat(add(jar, "Plugin-Signature", "!").problem()).isEqualTo("invalid-parameter");
        byte[] nothing = new byte[100];
        assertThat(add(nothing, "Plugin-Signature", sign(author, nothing)).problem())
                .isEqualTo("not-a-plugin");
        assertThat(server.post("/v1/plugins", TestServer.JSON, "{}").status()).isEqualTo(415);
        assertThat(listed()).doesNotContain("flat 1.0");
    }

    @Test
    void an_altered_jar_in_the_directory_is_passed_over() throws Exception {
        assertThat(addFlat("1.0").status()).isEqualTo(201);
        server.close();
        Path kept = directory.resolve("data/plugins/flat-1.0.jar");
        byte[] jar = Files.readAllBytes(kept);
        jar[jar.length / 2] ^= 1;
        Files.write(kept, jar);

        server = open();

        assertThat(listed()).doesNotContain("flat 1.0");
    }

    @Test
    void versions_serve_side_by_side() throws Exception {
        addFlat("1.0");
        addFlat("1.1");
        server.create("old", "arm64", "4k-48");
        server.create("new", "flat", "wide");

        assertThat(swap("old", "flat", "1.0", "wide").status()).isEqualTo(201);

        assertThat(server.get("/v1/simulations/old").json().path("version").asText())
                .isEqualTo("1.0");
        assertThat(server.get("/v1/simulations/new").json().path("version").asText())
                .isEqualTo("1.1");
        for (String name : List.of("old", "new")) {
            assertThat(server.command(name, createSpace("u")).status()).isEqualTo(201);
            assertThat(server.command(name, map("u", 0x1000, 0x1000)).status()).isEqualTo(201);
        }
        assertThat(addFlat("1.1").problem()).isEqualTo("not-a-plugin");
    }

    @Test
    void a_plugin_that_is_selected_stays_and_one_that_is_not_goes() throws Exception {
        addFlat("1.0");
        server.create("s", "flat", "wide");
        server.command("s", createSpace("u"));

        Reply used = server.delete("/v1/plugins/flat/1.0");
        swap("s", "arm64", "1.0", "4k-48");
        Reply gone = server.delete("/v1/plugins/flat/1.0");

        assertThat(used.status()).isEqualTo(409);
        assertThat(used.problem()).isEqualTo("plugin-in-use");
        assertThat(used.json().path("simulations").path(0).path("simulation").asText())
                .isEqualTo("s");
        assertThat(gone.status()).isEqualTo(204);
        assertThat(listed()).doesNotContain("flat 1.0");
        assertThat(swap("s", "flat", "1.0", "wide").problem()).isEqualTo("no-such-plugin");
        assertThat(server.delete("/v1/plugins/flat/1.0").problem()).isEqualTo("no-such-plugin");
        // What it has shown is gone with it, but not what has happened, nor what others make of it.
        Reply missing = server.get("/v1/simulations/s/stats?at=2");
        assertThat(missing.problem()).isEqualTo("plugin-not-loaded");
        assertThat(missing.header("Retry-After"))
                .as("no plugin comes by itself")
                .isEmpty();
        assertThat(server.get("/v1/simulations/s/stats?at=2&plugin=arm64&profile=4k-48")
                        .status())
                .isEqualTo(200);
        assertThat(server.get("/v1/simulations/s/events").json().path("events")).hasSize(3);
        server.close();
        server = open();
        assertThat(listed()).doesNotContain("flat 1.0");
        assertThat(server.command("s", remark("on")).status()).isEqualTo(201);
    }

    @Test
    void usage_names_the_simulations_and_counts_the_events_that_need_a_capability() throws Exception {
        server.create("kernel", "arm64", "4k-48");
        server.command("kernel", createSpace("u"));
        server.command("kernel", createSpace("k").replace("\"user\"", "\"kernel\""));
        server.command("kernel", map("u", 0x1000, 0x1000).replace("\"rw-/rw-\"", "\"rw-/rw-\",\"guarded\":true"));
        server.create("plain", "arm32", "lpae");
        server.command("plain", createSpace("u"));

        JsonNode kernels =
                server.get("/v1/plugins/usage?capability=KERNEL_SPACE").json();
        JsonNode guarded =
                server.get("/v1/plugins/usage?capability=GUARDED_PAGES").json();
        JsonNode arm32 = server.get("/v1/plugins/usage?plugin=arm32").json();
        JsonNode none =
                server.get("/v1/plugins/usage?plugin=arm32&capability=STAGE_2").json();

        assertThat(kernels.path("events").asLong()).isEqualTo(1);
        assertThat(kernels.path("simulations").path(0).path("simulation").asText())
                .isEqualTo("kernel");
        assertThat(kernels.path("simulations").path(0).path("first").asLong()).isEqualTo(3);
        assertThat(guarded.path("simulations").path(0).path("first").asLong()).isEqualTo(4);
        assertThat(arm32.path("selected").asLong()).isEqualTo(1);
        assertThat(arm32.path("events").asLong()).isEqualTo(2);
        assertThat(none.path("simulations")).isEmpty();
        assertThat(server.get("/v1/plugins/usage?capability=WINGS").problem()).isEqualTo("invalid-parameter");
    }
}
