package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The workbench as it is served. Builds without Node.js have another page, and say so. */
class WebPageTest {
    private static final int MOST_BYTES = 100 << 10;
    private static final Pattern OWN_FILE = Pattern.compile("(?:src|href)=\"(/assets/[^\"]+)\"");

    @TempDir
    Path data;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(data);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void the_page_is_at_the_root_and_lets_nothing_run_that_is_not_the_servers_own() throws IOException {
        TestServer.Reply page = server.get("/?sim=demo&at=3");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("content-type")).isEqualTo("text/html; charset=utf-8");
        assertThat(page.header("cache-control")).isEqualTo("no-cache");
        assertThat(page.header("content-security-policy"))
                .contains("default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe", "http", "*");
        assertThat(page.text()).doesNotContain("//").doesNotContainPattern("<script(?![^>]*src=)");
    }

    @Test
    void what_the_page_names_is_there_under_names_that_are_kept_for_ever() throws IOException {
        assumeTrue(built(), "NO WORKBENCH in this build: its files are not looked at");
        Matcher files = OWN_FILE.matcher(server.get("/").text());
        int found = 0;

        while (files.find()) {
            found++;
            TestServer.Reply plain = server.get(files.group(1));
            TestServer.Reply packed = server.get(files.group(1), "Accept-Encoding", "gzip");

            assertThat(plain.status()).isEqualTo(200);
            assertThat(plain.header("cache-control")).contains("immutable");
            assertThat(plain.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(packed.header("content-encoding")).isEqualTo("gzip");
            try (GZIPInputStream in = new GZIPInputStream(
                    new ByteArrayInputStream(packed.response().body()))) {
                assertThat(in.readAllBytes()).isEqualTo(plain.response().body());
            }
        }

        assertThat(found).isEqualTo(2);
    }

    @Test
    void the_whole_page_is_at_most_100_KiB_packed() throws IOException {
        assumeTrue(built(), "NO WORKBENCH in this build: its size is not looked at");
        Map<String, WebPage.Asset> assets = WebPage.read().assets();

        int bytes = assets.values().stream()
                .mapToInt(asset -> asset.packed().length)
                .sum();

        assertThat(bytes).isBetween(5 << 10, MOST_BYTES);
    }

    @Test
    void a_file_that_the_build_did_not_leave_is_not_found() throws IOException {
        for (String path : new String[] {"/assets/none.js", "/assets/..%2Findex.html", "/assets/%2e%2e%2ffiles.txt"}) {
            assertThat(server.get(path).status()).as(path).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @CsvSource({"arm64, 4k-48, 4", "arm64, 16k-47, 3", "flat, wide, 1"})
    void the_words_of_all_tables_come_as_bytes_in_the_order_of_the_list(String plugin, String profile, int tables)
            throws IOException {
        server.create("sim", plugin, profile);
        server.command("sim", TestServer.createSpace("one"));
        server.command("sim", TestServer.map("one", 0x40_0000, 0x8000));
        String path = "/v1/simulations/sim/spaces/one/tables";

        var listed = server.get(path).json().path("tables");
        ByteBuffer bytes = ByteBuffer.wrap(server.get(path, "Accept", "application/octet-stream")
                        .response()
                        .body())
                .order(ByteOrder.LITTLE_ENDIAN);

        assertThat(listed.size()).isEqualTo(tables);
        for (var table : listed) {
            String address = table.path("address").asText();
            assertThat("0x%016x".formatted(bytes.getLong())).isEqualTo(address);
            byte[] words = new byte[Math.toIntExact(bytes.getLong()) * Long.BYTES];
            bytes.get(words);
            assertThat(words)
                    .isEqualTo(server.get("/v1/simulations/sim/tables/" + address, "Accept", "application/octet-stream")
                            .response()
                            .body());
        }
        assertThat(bytes.hasRemaining()).isFalse();
    }

    /** Whether this build has the workbench. */
    static boolean built() throws IOException {
        return !new String(WebPage.read().assets().get("index.html").plain(), StandardCharsets.UTF_8)
                .contains("not in this build");
    }
}
