package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.PagefoldServer;
import pagefold.server.api.ServerOptions;
import pagefold.server.docs.Markdown;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CompareVerbTest {
    private static final String TRACE = "server/src/main/resources/demo/python.strace";

    private final PagefoldServer server;

    CompareVerbTest(@TempDir Path data) throws IOException {
        server = PagefoldServer.start(new ServerOptions(ServerOptions.DEFAULT_HOST, 0, data));
    }

    @AfterAll
    void close() {
        server.close();
    }

    private CliRun run(String... arguments) {
        String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = "--server=" + server.uri();
        return CliRun.of(all);
    }

    @Test
    void a_trace_and_the_simulation_made_of_it_compare_alike() throws IOException {
        String trace = Markdown.root().resolve(TRACE).toString();
        run("import", "strace", trace, "--simulation", "py").ends(0);

        List<JsonTree> ofServer = JsonTree.parse(
                        run("compare", "py", "-o", "json").ends(0).out().getBytes())
                .get("candidates")
                .items();
        List<JsonTree> ofFile = JsonTree.parse(CliRun.of("compare", "--strace", trace, "-o", "json")
                        .ends(0)
                        .out()
                        .getBytes())
                .get("candidates")
                .items();

        assertThat(ofFile).hasSize(3);
        for (int i = 0; i < ofFile.size(); i++) {
            assertThat(ofFile.get(i).get("figures").text())
                    .isNotEmpty()
                    .isEqualTo(ofServer.get(i + 1).get("figures").text());
            assertThat(ofFile.get(i).get("inexact").get("count").text())
                    .isEqualTo(ofServer.get(i + 1).get("inexact").get("count").text());
        }
    }

    @Test
    void a_table_has_a_line_for_every_candidate_and_the_first_reasons(@TempDir Path directory) throws IOException {
        Path maps = directory.resolve("maps");
        Files.writeString(maps, """
                00400000-00401000 r-xp 00000000 08:01 11 /bin/tool
                00410000-00420000 rw-p 00000000 00:00 0
                """);

        CliRun table = CliRun.of("compare", "--maps", maps.toString(), "--with", "arm64:4k-48,arm64:64k-48", "--tlb=1")
                .ends(0);

        assertThat(table.lines()).hasSize(6);
        assertThat(table.lines().get(1)).startsWith("arm64 1.0 4k-48").contains("17 x 4K", "4K");
        assertThat(table.lines().get(2)).startsWith("arm64 1.0 64k-48 widened").contains("2 x 64K", "60K");
        assertThat(table.lines().get(5)).contains("range-mapped", "misaligned");
    }

    @Test
    void an_exported_history_is_compared_as_its_simulation_is(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("history");
        run("sim", "create", "h").ends(0);
        run("space", "create", "h", "u").ends(0);
        run("map", "h", "0x400000", "--size", "8K", "-p", "rw-/rw-", "--object", "o")
                .ends(0);
        run("sim", "export", "h", "-f", file.toString()).ends(0);

        List<String> ofServer = run("compare", "h", "--events=0").ends(0).lines();
        List<String> ofFile = CliRun.of("compare", "--history", file.toString(), "--events=0")
                .ends(0)
                .lines();

        assertThat(ofFile.get(1).replaceAll(" +", " "))
                .isEqualTo(ofServer.get(2).replaceAll(" +", " "));
        assertThat(CliRun.of("compare", "--maps", file.toString()).ends(2).err())
                .contains("line 1", "maps anything");
    }

    @Test
    void a_file_or_a_simulation_is_named_but_not_both() {
        assertThat(run("compare").ends(2).err()).contains("expected one of");
        assertThat(run("compare", "py", "--maps", "x").ends(2).err()).contains("expected one of");
        assertThat(run("compare", "--maps", "x", "--at", "1").ends(2).err()).contains("--at");
    }

    @Test
    void a_diff_ends_with_1_when_there_is_one() {
        run("sim", "create", "d").ends(0);
        run("space", "create", "d", "u", "--kind", "user").ends(0);
        run("map", "d", "0x400000", "--space", "u", "--size", "64K", "--permissions", "rw-/rw-", "--object", "o")
                .ends(0);

        CliRun different = run("diff", "d", "--right", "arm64:64k-48").ends(1);

        assertThat(different.lines().get(1))
                .startsWith("u")
                .contains("0x0000000000400000-0x0000000000410000", "64K", "coarser", "4K rw-/rw-", "64K rw-/rw-");
        assertThat(different.out()).contains("coarser", "65536");
        run("diff", "d", "--right", "arm64:4k-48").ends(0);
        run("diff", "d", "--right", "arm64:nope").ends(3);
    }

    @Test
    void a_diff_of_two_positions_has_ranges_and_words() {
        run("sim", "create", "two").ends(0);
        run("space", "create", "two", "u").ends(0);
        run("map", "two", "0x400000", "--size", "8K", "-p", "rw-/rw-", "--object", "o")
                .ends(0);
        run("unmap", "two", "0x401000", "--size", "4K").ends(0);

        CliRun changes = run("diff", "two", "--at", "3", "--at", "4").ends(1);

        assertThat(changes.lines().getFirst()).contains("AT 3", "AT 4");
        assertThat(changes.lines().get(1))
                .contains("0x0000000000401000-0x0000000000402000", "only-left", "object=o offset=0x0000000000001000");
        assertThat(changes.lines())
                .anyMatch(line -> line.matches("u +L3 +0x[0-9a-f]{16} +0x[0-9a-f]{16} +-> +0x0{16}"));
        assertThat(changes.lines().getLast())
                .isEqualTo("1 words differ, 0 tables made, 0 gone; 1 events wrote 1 words, with 1 invalidations");
        assertThat(run("diff", "two", "--at", "3", "--at", "4", "-o", "json")
                        .ends(1)
                        .out())
                .startsWith("{\"from\":3,\"position\":4");
        run("diff", "two", "--at", "4", "--at", "4").ends(0);
        run("diff", "two", "--at", "4", "--at", "3").ends(2);
        run("diff", "two", "--at", "4").ends(2);
        run("diff", "two", "--at", "3", "--at", "4", "--right", "arm64:4k-48").ends(2);
        run("diff", "two", "--right", "arm64:4k-48", "--plugin", "arm64", "--profile", "4k-48")
                .ends(2);
        run("diff", "two", "--at", "3", "--at", "9").ends(3);
    }

    @Test
    void words_and_beginnings_are_traced_to_their_events() {
        run("sim", "create", "t").ends(0);
        run("space", "create", "t", "u").ends(0);
        run("map", "t", "0x400000", "--size", "8K", "-p", "r--/r--", "--object", "o")
                .ends(0);
        run("protect", "t", "0x401000", "--size", "4K", "-p", "rw-/rwx").ends(0);

        CliRun why = run("why", "t", "u", "0x401000").ends(0);

        assertThat(why.lines().get(1)).matches(" +1 +L0 +0x[0-9a-f]{16} .* 3 +range-mapped +2.*Z +-");
        assertThat(why.lines().get(4)).matches(" +1 +L3 +0x[0-9a-f]{16} .* 4 +range-protected +2.*Z +-");
        assertThat(why.lines()).anyMatch(line -> line.matches(" +4 +range-protected +u +2.*"));
        assertThat(run("why", "t", "u", "0x402000").ends(1).out())
                .contains("made by range-mapped", "translation fault");
        assertThat(run("why", "t", "u", "0x401000", "-o", "json").ends(0).out()).startsWith("{\"position\":4,");
        run("why", "t", "v", "0x401000").ends(3);
        CliRun wx = run("bisect", "t", "--wx").ends(0);
        assertThat(wx.lines().get(1)).isEqualTo("position     4");
        assertThat(wx.err()).contains("4 positions from 1 to 4 were looked at");
        assertThat(run("bisect", "t", "--granted", "0x401000", "--access", "write")
                        .ends(0)
                        .lines()
                        .get(1))
                .isEqualTo("position  4");
        run("bisect", "t", "--changed", "0x401000", "--from", "3").ends(1);
        run("bisect", "t", "--region", "-p", "r--/r--", "--binary", "-o", "json")
                .ends(0);
        run("bisect", "t").ends(2);
        run("bisect", "t", "--wx", "--region").ends(2);
        run("bisect", "t", "--wx", "-p", "r--/r--").ends(2);
    }
}
