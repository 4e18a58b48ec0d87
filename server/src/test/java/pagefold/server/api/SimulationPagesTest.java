package pagefold.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.server.api.TestTokens.bearer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.server.access.Caller;
import pagefold.server.access.Grant;
import pagefold.server.access.Keys;
import pagefold.server.access.Role;
import pagefold.server.api.TestServer.Reply;
import pagefold.server.log.LoggedSimulation;

/** Lists of simulations in pages, with what each reader may see. */
class SimulationPagesTest {
    private static final List<String> NAMES = List.of("A", "a", "a-1", "a.1", "a1", "aB", "a_", "aa", "b", "b1", "z");

    @TempDir
    private Path data;

    private static List<String> pages(TestServer server, String path, int limit, String... headers) throws IOException {
        List<String> names = new ArrayList<>();
        String next = path + (path.contains("?") ? "&" : "?") + "limit=" + limit;
        while (next != null) {
            Reply page = server.get(next, headers);
            assertThat(page.status()).isEqualTo(200);
            JsonNode rows = page.json().path("simulations");
            assertThat(rows.size()).isBetween(names.isEmpty() ? 0 : 1, limit);
            rows.forEach(row -> names.add(row.path("name").asText()));
            String link = page.header("Link");
            assertThat(link.isEmpty()).isEqualTo(page.json().path("next").isMissingNode());
            next = link.isEmpty() ? null : link.substring(1, link.indexOf('>'));
        }
        return names;
    }

    @Test
    void all_pages_together_have_what_their_reader_may_see_once_and_in_order() throws IOException {
        TestTokens keys = new TestTokens(Keys.ES256);
        try (TestServer server = TestServer.start(data, keys.access())) {
            String[] owner = bearer(keys.token("ann", "owner:*"));
            for (String name : NAMES.reversed()) {
                server.create(name, "arm64", "4k-48", owner);
            }
            for (int limit : List.of(1, 2, 3, 10, 11, 12, 1000)) {
                for (String path : List.of("/v1/simulations", "/v1/cluster")) {
                    assertThat(pages(server, path, limit, owner))
                            .as(path + limit)
                            .isEqualTo(NAMES);
                    assertThat(pages(server, path + "?after=aa", limit, owner)).containsExactly("b", "b1", "z");
                    String[] bob = bearer(keys.token("bob", "viewer:z", "viewer:a*", "owner:a1", "operator:nothing"));
                    assertThat(pages(server, path, limit, bob))
                            .containsExactly("a", "a-1", "a.1", "a1", "aB", "a_", "aa", "z");
                }
            }
            JsonNode none = server.get("/v1/cluster?limit=0", owner).json();
            assertThat(none.path("simulations")).isEmpty();
            assertThat(none.path("next").isMissingNode()).isTrue();
            assertThat(none.path("nodes").path(0).path("simulations").asInt()).isEqualTo(NAMES.size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=10001", "limit=x", "after=", "after=a%20b", "after=~", "after=a&after=b"})
    void a_page_that_is_none_is_refused(String query) throws IOException {
        try (TestServer server = TestServer.start(data)) {
            Reply refused = server.get("/v1/simulations?" + query);

            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.problem()).isEqualTo("invalid-parameter");
        }
    }

    @Test
    void ranges_of_names_are_those_that_the_grants_cover() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        List<String> names =
                IntStream.range(0, 300).mapToObj(i -> word(random)).distinct().toList();
        for (int round = 0; round < 300; round++) {
            List<Grant> grants = Stream.generate(() -> word(random) + (random.nextBoolean() ? "*" : ""))
                    .limit(random.nextInt(6))
                    .map(pattern -> new Grant(random.nextBoolean() ? Role.VIEWER : Role.OWNER, pattern))
                    .toList();
            Caller caller = new Caller("ann", grants, false, Long.MAX_VALUE);

            List<LoggedSimulation.NameRange> ranges = SimulationPage.visible(caller);

            for (String name : names) {
                long covering = ranges.stream()
                        .filter(range -> range.from().compareTo(name) <= 0
                                && range.below().compareTo(name) > 0)
                        .count();
                assertThat(covering).as("%s under %s", name, grants).isEqualTo(caller.has(Role.VIEWER, name) ? 1 : 0);
            }
            for (int i = 1; i < ranges.size(); i++) {
                assertThat(ranges.get(i - 1).below())
                        .isLessThanOrEqualTo(ranges.get(i).from());
            }
        }
    }

    private static String word(Random random) {
        String letters = "az_-.Z9";
        StringBuilder word = new StringBuilder("a");
        for (int i = random.nextInt(4); i > 0; i--) {
            word.append(letters.charAt(random.nextInt(letters.length())));
        }
        return word.toString();
    }
}
