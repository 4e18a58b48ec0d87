package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.model.Hex;
import pagefold.server.docs.Markdown;
import picocli.CommandLine;

class PagefoldTest {

    static List<String> verbs() {
        List<String> verbs = new ArrayList<>();
        collect("", Pagefold.commandLine(), verbs);
        return verbs;
    }

    private static void collect(String prefix, CommandLine command, List<String> verbs) {
        command.getSubcommands().forEach((name, sub) -> {
            verbs.add(prefix + name);
            collect(prefix + name + " ", sub, verbs);
        });
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void help_begins_with_a_sentence_and_examples(String verb) {
        List<String> words = new ArrayList<>(List.of(verb.split(" ")));
        words.add("--help");

        CliRun run = CliRun.of(words.toArray(String[]::new)).ends(ExitCodes.OK);

        assertThat(run.err()).isEmpty();
        assertThat(run.lines()).allMatch(line -> line.length() <= 100);
        if (!verb.equals("completion")) {
            assertThat(run.lines().get(0)).endsWith(".");
            assertThat(run.lines().get(2)).matches("Examples?:");
            assertThat(run.out().indexOf("Example")).isLessThan(run.out().indexOf("Usage: pagefold " + verb));
        }
    }

    @Test
    void an_unknown_verb_is_answered_with_likely_ones() {
        CliRun run = CliRun.of("ptdum", "demo").ends(ExitCodes.USAGE);

        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("Did you mean: pagefold ptdump");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sim",
                "walk demo",
                "walk demo 1234",
                "walk demo 0x1 --access jump --space u",
                "walk ../x 0x1 --space u",
                "map demo 0x1000 --size 4K -p rw-/rw-",
                "map demo 0x1000 --size 4K -p rw-/rw- --pa 0x1 --object x",
                "map demo 0x1000 --size 4Q -p rw-/rw- --pa 0x1",
                "map demo 0x1000 --size 0 -p rw-/rw- --pa 0x1",
                "map demo 0x1000 --size 4K -p rwx --pa 0x1",
                "map demo 0xfffffffffffff000 --size 8K -p rw-/rw- --pa 0x1 --space u",
                "map demo 0x1000 --size 4K -p rw-/rw- --pa 0x1 --software 16 --space u",
                "map demo 0x1000 --size 4K -p rw-/rw- --pa 0x1 --memory-type rom --space u",
                "space create demo .x",
                "space create demo u --kind hyper",
                "sim create x --coarsen maybe",
                "events demo --from 0",
                "ptdump demo --space u -o json",
                "import strace /no/such/file --simulation x",
                "import strace /no/such/file",
                "serve --port 70000",
                "image walk /no/such/directory",
                "image ptdump",
                "image show-pte /no/such/directory 0x1000",
                "image show-pte /no/such/directory 1000",
                "image check-wx /no/such/directory",
                "image access /no/such/directory 0x1000",
                "image access . 0x1000 --el 4",
                "image access . 0x1000 --access write --non-fault",
                "check",
                "show-pte demo",
                "image kvm-operations",
                "image kvm-operations /no/such/file",
                "sim ls --server localhost:8080",
                "sim ls --server http://127.0.0.1:65536",
                "plugin ls --server http://127.0.0.1:99999999",
            })
    void wrong_usage_is_one_line_and_exit_code_2(String line) {
        String[] words = line.isEmpty() ? new String[0] : line.split(" ");

        CliRun run = CliRun.of(words).ends(ExitCodes.USAGE);

        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("pagefold: ");
        assertThat(run.err().lines().count()).isLessThanOrEqualTo(3);
    }

    @Test
    void a_token_that_cannot_stand_in_a_request_is_refused_and_not_shown() {
        CliRun run = CliRun.of("sim", "ls", "--token", "secret\nmore").ends(ExitCodes.USAGE);

        assertThat(run.err()).contains("expected a token").doesNotContain("secret", "more", "bug");
    }

    @Test
    void an_unreachable_server_is_one_line_that_says_how_to_start_one() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }

        CliRun run = CliRun.of("sim", "ls", "--retry-for", "0", "--server", "http://127.0.0.1:" + port)
                .ends(ExitCodes.UNREACHABLE);

        assertThat(run.err().lines()).singleElement().asString().contains("pagefold serve");
    }

    @Test
    void a_malformed_line_is_named_and_nothing_is_sent(@TempDir Path directory) throws IOException {
        Path trace = Files.writeString(directory.resolve("t"), "5 brk(NULL) = 0x1000\n5 brk(0x2000) = x\n");

        CliRun run = CliRun.of(
                        "import", "strace", trace.toString(), "--simulation", "s", "--server", "http://127.0.0.1:1")
                .ends(ExitCodes.USAGE);

        assertThat(run.err())
                .contains("line 2: expected a number, but found 'x'")
                .contains("nothing was sent");
    }

    @Test
    void a_captured_machine_answers_like_the_processor() {
        Path walks = Path.of(Objects.requireNonNull(PagefoldTest.class.getResource("/walks/arm64-s1-000/queries.csv"))
                .getPath());
        List<String> queries = InputFile.lines(walks.toString());

        CliRun run =
                CliRun.of("image", "walk", walks.resolveSibling("").toString()).ends(ExitCodes.OK);

        List<String> answers = run.lines();
        assertThat(answers).hasSize(queries.size() - 1);
        for (int i = 0; i < answers.size(); i++) {
            String[] query = queries.get(i + 1).split(",");
            String[] answer = answers.get(i).split(",");
            assertThat(answer).hasSize(4).startsWith("arm64-s1-000", query[0], query[1]);
            long mask = Hex.parse(query[3]);
            assertThat(Hex.parse(answer[3]) & mask).as(queries.get(i + 1)).isEqualTo(Hex.parse(query[2]) & mask);
        }
    }

    private static String kernel(String name) {
        return Markdown.root()
                .resolve("arm64-plugin/src/test/resources/conformance/kernels")
                .resolve(name)
                .toString();
    }

    @Test
    void a_captured_kernel_prints_its_lines_and_passes_its_check(@TempDir Path directory) {
        String kernel = kernel("linux-6.12-arm64-4k48");

        assertThat(CliRun.of("image", "show-pte", kernel, "0xffff800080000000")
                        .ends(ExitCodes.OK)
                        .lines())
                .hasSize(2)
                .first()
                .asString()
                .isEqualTo("swapper pgtable: 4k pages, 48-bit VAs, pgdp=0000000040508000");
        assertThat(CliRun.of("image", "check-wx", kernel).ends(ExitCodes.OK).out())
                .isEqualTo("Checked W+X mappings: passed, no W+X pages found\n");
        assertThat(CliRun.of("image", "show-pte", kernel("linux-6.12-arm64-4k48-kvm"), "0x1000")
                        .ends(ExitCodes.USAGE)
                        .err())
                .contains("no tables of a kernel");
        CliRun.of("image", "check-wx", kernel("linux-6.12-arm64-4k48-kvm")).ends(ExitCodes.USAGE);
    }

    @Test
    void an_access_to_a_captured_machine_shows_what_its_hardware_writes() {
        String kernel = kernel("linux-6.12-arm64-4k48");
        String[] twice = {"image", "access", kernel, "0xffff800080000000", "0xffff800080000000"};
        String hypervised = kernel("linux-6.12-arm64-4k48-kvm");

        List<String> lines = CliRun.of(twice).ends(ExitCodes.OK).lines();
        CliRun fault = CliRun.of("image", "access", kernel, "0xffff800080000000", "--el", "0", "--access", "write")
                .ends(ExitCodes.NO);
        List<String> aged = CliRun.of("image", "access", hypervised, "0x0", "--el", "0")
                .ends(ExitCodes.NO)
                .lines();

        assertThat(lines).hasSize(2).allMatch(line -> line.startsWith("0xffff800080000000 -> 0x"));
        assertThat(fault.lines()).first().asString().contains("permission fault, level 3, stage 1");
        assertThat(fault.out()).contains("ESR_EL1").contains("FAR_EL1  0xffff800080000000");
        assertThat(aged).isNotEmpty();
    }

    @Test
    void operations_of_kvm_come_back_with_the_results_of_a_replay(@TempDir Path directory) throws IOException {
        String recorded = """
                SEQ 7 s2 page_shift=12 ipa_bits=40 vtcr=802d3558 start=1 fwb=0 force_pte=0
                s2_map ia=cc56149000 size=d4000 pa=76af149000 prot=4 ret=0 tlbi=0 vmid=0 warn=0 tables=3
                s2_relax ia=cc55f3f000 prot=5 ret=0 tlbi=2 vmid=0 warn=0 tables=3
                L ia=cc56149000 n=212 lvl=3 pte=400076af14977f
                END
                """;
        Path file = Files.writeString(directory.resolve("recorded.ops"), recorded);
        Path forged = Files.writeString(directory.resolve("forged.ops"), recorded.replace("tlbi=2", "tlbi=3"));
        Path broken = Files.writeString(directory.resolve("broken.ops"), recorded.replace("prot=5", "prot=z"));

        assertThat(CliRun.of("image", "kvm-operations", file.toString())
                        .ends(ExitCodes.OK)
                        .out())
                .isEqualTo(recorded);
        assertThat(CliRun.of("image", "kvm-operations", forged.toString())
                        .ends(ExitCodes.OK)
                        .out())
                .isEqualTo(recorded);
        assertThat(CliRun.of("image", "kvm-operations", broken.toString())
                        .ends(ExitCodes.USAGE)
                        .err())
                .contains("broken.ops, line 3: expected prot of 1 to 16 hexadecimal digits, but it is 'z'");
    }

    @Test
    void the_completion_script_knows_the_verbs() {
        CliRun run = CliRun.of("completion").ends(ExitCodes.OK);

        assertThat(run.out()).contains("ptdump").contains("write-protect");
    }
}
