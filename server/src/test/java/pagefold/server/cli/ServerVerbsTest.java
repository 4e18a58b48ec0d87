package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.PagefoldServer;
import pagefold.server.api.ServerOptions;

/** Every client verb against a running server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServerVerbsTest {
    private PagefoldServer server;
    private Path directory;

    @BeforeAll
    void start(@TempDir Path data) throws IOException {
        directory = data;
        server = PagefoldServer.start(new ServerOptions("127.0.0.1", 0, data.resolve("log")));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private CliRun run(String line) {
        return run(line.split(" "));
    }

    private CliRun run(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--server", server.uri().toString()));
        return CliRun.of(all.toArray(String[]::new));
    }

    private String file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content).toString();
    }

    private String resource(String name) throws IOException {
        try (var in = ServerVerbsTest.class.getResourceAsStream(name)) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void simulations_are_listed_in_pages() {
        for (String name : List.of("page-a", "page-b", "page-c")) {
            run("sim create " + name).ends(0);
        }

        CliRun first = run("sim ls --after page --limit 2").ends(0);
        CliRun rest = run("sim ls --after page-b --limit 1").ends(0);
        CliRun json = run("sim ls --after page --limit 2 -o json").ends(0);
        CliRun status = run("cluster status --after page --limit 2").ends(0);

        assertThat(run("sim ls").ends(0).out()).contains("page-a", "page-b", "page-c");
        assertThat(first.out()).contains("page-a", "page-b").doesNotContain("page-c");
        assertThat(first.err()).contains("there are more: --after page-b");
        assertThat(rest.lines()).hasSize(2);
        assertThat(rest.out()).contains("page-c");
        assertThat(json.out()).contains("\"next\":\"page-b\"").doesNotContain("page-c");
        assertThat(status.out()).contains("page-a", "page-b").doesNotContain("page-c");
        assertThat(status.err()).containsPattern("2 of [0-9,]+ simulations; the next ones: --after page-b");
        run("sim ls --limit 0").ends(ExitCodes.USAGE);
        run("sim ls --limit x").ends(ExitCodes.USAGE);
    }

    @Test
    void a_history_is_forked_exported_and_imported() throws IOException {
        run("sim create origin").ends(0);
        run("space create origin u").ends(0);
        run("map origin 0x400000 --size 8K --pa 0x40000000 -p rw-/rw-").ends(0);
        run("unmap origin 0x400000 --size 4K").ends(0);
        Path file = directory.resolve("origin.ndjson");

        assertThat(run("sim fork origin branch --at 3").ends(0).lines()).containsExactly("3");
        assertThat(run("sim fork origin whole").ends(0).lines()).containsExactly("4");
        run("sim export origin -f " + file).ends(0);
        assertThat(run("sim import " + file + " again").ends(0).lines()).containsExactly("4");

        String hash = image("origin", "");
        assertThat(image("again", "")).isEqualTo(hash);
        assertThat(image("whole", "")).isEqualTo(hash);
        assertThat(image("branch", "")).isEqualTo(image("origin", " --at 3")).isNotEqualTo(hash);
        assertThat(run("sim export origin --at 3").ends(0).lines())
                .hasSize(4)
                .first()
                .isEqualTo("{\"history\":1,\"simulation\":\"origin\",\"position\":3}");
        assertThat(run("sim fork origin branch").ends(3).err()).contains("branch");
        assertThat(run("sim fork origin later --at 5").ends(3).err()).contains("5");
        assertThat(run("sim fork nothing later").ends(3).err()).contains("nothing");
        assertThat(run("sim ls").ends(0).out()).doesNotContain("later");
        assertThat(run("sim export origin -f " + file).ends(2).err()).contains("origin.ndjson");
    }

    private String image(String simulation, String option) {
        return run("stats " + simulation + option).ends(0).lines().getLast();
    }

    @Test
    void a_file_that_is_no_history_makes_nothing() throws IOException {
        run("sim create source").ends(0);
        String[] whole = run("sim export source").ends(0).out().split("\n");

        String[] bad = {
            "",
            "{}",
            whole[0],
            whole[0] + "\n" + whole[1] + "\n" + whole[1],
            whole[0].replace("\"history\":1", "\"history\":2") + "\n" + whole[1],
            whole[0] + "\n" + whole[1].replace("\"position\":1", "\"position\":2"),
            whole[0] + "\n" + whole[1].replace("plugin-selected", "plugin-guessed"),
            whole[0] + "\n{\"position\":1,\"type\":\"annotated\",\"schemaVersion\":1,\"text\":\"x\"}",
        };
        for (int i = 0; i < bad.length; i++) {
            run("sim import " + file("bad" + i, bad[i]) + " made").ends(2);
        }

        assertThat(run("sim ls").ends(0).out()).doesNotContain("made");
    }

    @Test
    void a_server_that_is_alone_is_the_one_node_of_its_cluster() {
        run("sim", "create", "where");

        CliRun status = run("cluster", "status", "--hashes", "--limit", "1000");
        CliRun top = run("cluster", "top", "--interval", "1", "--count", "2");

        assertThat(status.exitCode()).isZero();
        assertThat(status.out()).containsPattern("(?m)^NODE +API +STATE").containsPattern("(?m)^node \\* +http://");
        assertThat(status.out()).containsPattern("(?m)^where +node +node +[1-9][0-9]* +1 +- +- +[0-9a-f]{64} at 1$");
        assertThat(top.out().lines().filter(line -> line.startsWith("NODE "))).hasSize(2);
    }

    @Test
    void plugins_are_listed_with_what_their_profiles_can_do() {
        List<String> lines = run("plugin ls").ends(0).lines();

        assertThat(lines.getFirst()).matches("PLUGIN +VERSION +PROFILE +INPUT +OUTPUT +CAPABILITIES");
        assertThat(lines)
                .anyMatch(line -> line.matches("arm64 +[0-9.]+ +4k-48 +48 +48 +.*\\bUSER_SPACE\\b.*"))
                .anyMatch(line -> line.matches("arm32 +[0-9.]+ +lpae +.*"));
        assertThat(run("plugin ls -o json").ends(0).out()).startsWith("{\"plugins\":[{\"id\":\"arm32\"");
    }

    @Test
    void a_simulation_is_made_listed_and_removed() {
        assertThat(run("sim create life --plugin arm64 --profile 4k-48").ends(0).lines())
                .containsExactly("life");
        assertThat(run("sim ls").ends(0).out()).containsPattern("(?m)^life +1 ");
        assertThat(run("sim create life").ends(ExitCodes.REJECTED).err()).contains("life");
        run("sim rm life").ends(0);
        assertThat(run("sim ls").ends(0).out()).doesNotContain("life ");
        run("sim rm life").ends(ExitCodes.REJECTED);
        assertThat(run("sim create x --profile no-such")
                        .ends(ExitCodes.REJECTED)
                        .err())
                .contains("no-such");
    }

    @Test
    void every_command_has_its_verb() {
        run("sim create verbs").ends(0);
        assertThat(run("space create verbs u").ends(0).lines()).containsExactly("2");
        run("map verbs 0x400000 --size 16K --object heap -p rw-/rw-").ends(0);
        run("protect verbs 0x400000 --size 4K -p r--/r--").ends(0);
        run("move verbs 0x402000 --size 8K --to 0x800000 --new-size 12K").ends(0);
        run("touch verbs 0x800000 --size 4K --access write").ends(0);
        run("age verbs 0x800000 --size 4K").ends(0);
        run("write-protect verbs 0x800000 --size 4K").ends(0);
        run("relax verbs 0x800000 --size 4K -p -w-/-w-").ends(0);
        run("split verbs 0x800000 --size 8K --leaf-size 4K").ends(0);
        run("annotate", "verbs", "half way").ends(0);
        run("fork verbs u v").ends(0);
        run("unmap verbs 0x400000 --size 8K --space v").ends(0);
        run("map verbs 0x900000 --size 4K --pa 0x9000000 -p rw-/--- --memory-type device-nGnRE --space v")
                .ends(0);
        assertThat(run("space rm verbs v").ends(0).lines()).containsExactly("15");

        assertThat(run("space ls verbs").ends(0).out()).containsPattern("(?m)^u +user +3$");
        assertThat(run("space ls verbs --at 14").ends(0).out()).containsPattern("(?m)^v +user +2$");
        List<String> events = run("events verbs").ends(0).lines();
        assertThat(events).hasSize(15);
        assertThat(events.get(2)).contains("range-mapped").contains("0x0000000000400000");
        assertThat(run("events verbs --from 4 --limit 2 -o json").ends(0).lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    }

    @Test
    void a_guest_has_its_second_stage() {
        run("sim create guests").ends(0);
        run("space create guests u").ends(0);
        run("space create guests vm --kind stage2").ends(0);
        run("map guests 0x400000 --size 4K --pa 0x80000000 -p rw-/rw- --space u")
                .ends(0);
        run("map guests 0x80000000 --size 2M --pa 0x140000000 -p rw-/rw- --blocks --space vm")
                .ends(0);

        assertThat(run("walk guests 0x400000 --space u --stage2 vm --registers")
                        .ends(ExitCodes.NO)
                        .out())
                .contains("translation fault, level 1, stage 2, on the stage-1 walk")
                .contains("ESR_EL2  0x0000000092000085")
                .contains("HPFAR_EL2  0x");
        run("map guests 0x40000000 --size 2M --pa 0x40000000 -p rw-/rw- --blocks --space vm")
                .ends(0);
        assertThat(run("walk guests 0x400010 --space u --stage2 vm --registers")
                        .ends(ExitCodes.OK)
                        .out())
                .contains("-> 0x0000000140000010")
                .contains("PAR_EL1  0xff0000014000");
        run("walk guests 0x400010 --space u --stage2 u").ends(ExitCodes.REJECTED);
        run("split guests 0x80000000 --size 4K --leaf-size 4K --space vm").ends(0);
        run("write-protect guests 0x80000000 --size 4K --space vm").ends(0);
        assertThat(run("ptdump guests --space vm").ends(0).out())
                .contains("Guest IPA")
                .contains("0x0000000080000000-0x0000000080001000           4K 3   R   X AF");
    }

    @Test
    void a_walk_ends_with_0_or_with_1_when_it_faults() {
        run("sim create walks").ends(0);
        run("space create walks u").ends(0);
        run("map walks 0x400000 --size 4K --pa 0x40000000 -p r--/r--").ends(0);

        assertThat(run("walk walks 0x400123 --fields").ends(ExitCodes.OK).out())
                .contains("-> 0x0000000040000123")
                .contains("[");
        assertThat(run("walk walks 0x401000").ends(ExitCodes.NO).out()).contains("translation fault, level 3");
        assertThat(run("walk walks 0x400000 --access write").ends(ExitCodes.NO).out())
                .contains("permission fault");
        assertThat(run("walk walks 0x400000 --at 2").ends(ExitCodes.NO).out()).contains("translation fault");
        assertThat(run("ptdump walks").ends(0).out())
                .contains("0x0000000000400000-0x0000000000401000           4K PTE");
        List<String> tables = run("tables walks").ends(0).lines();
        assertThat(tables).hasSize(5);
        String leaf = tables.get(4).split(" ")[0];
        assertThat(run("tables walks " + leaf).ends(0).lines()).hasSize(2);
        assertThat(run("stats walks").ends(0).out()).contains("1 x 4K").contains("image hash");
        assertThat(run("stats walks -o json").ends(0).out()).contains("\"imageHash\"");
    }

    @Test
    void a_kernels_array_of_pages_has_blocks_for_whole_sections_where_its_pages_have_4k() {
        run("sim create mem").ends(0);
        run("space create mem k --kind kernel").ends(0);

        run("vmemmap mem 0x40000000 --size 256M").ends(0);
        run("vmemmap mem 0x50000000 --size 2M --memory-start 0x40000000").ends(0);

        // 128M of memory have 2M of struct page, and 2M have 32K; both sections have a block of their own.
        assertThat(run("ptdump mem").ends(0).out())
                .contains("0xfffffdffc0000000-0xfffffdffc0400000           4M PMD       RW NX SHD AF        BLK UXN")
                .contains("0xfffffdffc0400000-0xfffffdffc0408000          32K PTE       RW NX SHD AF            UXN");
        assertThat(run("vmemmap mem 0x40000000 --size 256M").ends(0).out()).contains("mapped already");
        assertThat(run("walk mem 0xfffffdffc0200000").ends(0).out())
                .contains("0x0068000100200701")
                .contains("level 2, 2M");

        run("sim create mem16 --profile 16k-47").ends(0);
        run("space create mem16 k --kind kernel").ends(0);
        run("vmemmap mem16 0x40000000 --size 128M").ends(0);
        assertThat(run("ptdump mem16").ends(0).out()).contains("         512K PTE       RW NX SHD AF            UXN");
    }

    @Test
    void a_kernels_array_of_pages_ends_and_begins_where_the_layout_says() {
        run("sim create ends").ends(0);
        run("space create ends k --kind kernel").ends(0);

        assertThat(run("vmemmap ends 0x400000001000 --size 2M")
                        .ends(ExitCodes.USAGE)
                        .err())
                .contains("multiple of 2M");
        assertThat(run("vmemmap ends 0x800000000000 --size 2M --memory-start 0x0")
                        .ends(ExitCodes.USAGE)
                        .err())
                .contains("behind the last address of vmemmap");
        assertThat(run("vmemmap ends 0x40000000 --size 2M --memory-start 0x1000")
                        .ends(ExitCodes.USAGE)
                        .err())
                .contains("multiple of 1G");
        assertThat(run("vmemmap ends 0x0 --size 512G").ends(ExitCodes.USAGE).err())
                .contains("less than 512G");
        run("sim create arm --plugin arm32 --profile lpae").ends(0);
        run("space create arm k --kind kernel").ends(0);
        assertThat(run("vmemmap arm 0x40000000 --size 2M").ends(ExitCodes.USAGE).err())
                .contains("does not say where its vmemmap is");
    }

    @Test
    void the_kernels_lines_and_checks_are_text_and_an_exit_code() {
        run("sim create lines").ends(0);
        run("space create lines k --kind kernel").ends(0);
        run("map lines 0xffff800000000000 --size 8K --pa 0x40000000 -p rw-/---").ends(0);
        run("map lines 0xffff800000010000 --size 4K --pa 0x40010000 -p rwx/---").ends(0);

        assertThat(run("show-pte lines 0xffff800000000000").ends(0).lines())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("swapper pgtable: 4k pages, 48-bit VAs, pgdp=");
        assertThat(run("show-pte lines 0x1000 --at 2").ends(0).out())
                .isEqualTo("[0000000000001000] user address but active_mm is swapper\n");
        assertThat(run("check wx lines --at 3").ends(ExitCodes.OK).out())
                .isEqualTo("Checked W+X mappings: passed, no W+X pages found\n");
        assertThat(run("check wx lines").ends(ExitCodes.NO).out()).contains("FAILED, 1 W+X pages found");
        assertThat(run("check wx lines -o json").ends(ExitCodes.NO).out()).contains("\"passed\":false");
        run("show-pte lines 0x1000 -o json").ends(ExitCodes.USAGE);
        run("space create lines u").ends(0);
        assertThat(run("check wx lines --space u").ends(ExitCodes.REJECTED).err())
                .contains("of the kind user");
    }

    @Test
    void the_walk_of_a_write_tells_whether_the_kernel_would_pin_the_page() {
        run("sim create pins --plugin arm32 --profile classic").ends(0);
        run("space create pins u").ends(0);
        run("map pins 0x400000 --size 4K --pa 0x60000000 -p rw-/rw-").ends(0);
        run("touch pins 0x400000 --size 4K --access write --privilege unprivileged")
                .ends(0);
        String write = "walk pins 0x400123 --access write --privilege unprivileged";

        assertThat(run(write + " --at 3").ends(ExitCodes.NO).lines())
                .endsWith(
                        "0x0000000000400123 -> permission fault, level 2, stage 1",
                        "not pinned for a copy to it: clean: no write has marked it dirty");
        assertThat(run(write).ends(ExitCodes.OK).lines())
                .endsWith("pinned for a copy to it: young, writable and dirty");
        assertThat(run(write + " -o json").ends(ExitCodes.OK).out())
                .contains("\"pin\":{\"pinned\":true,\"reason\":\"young, writable and dirty\"}");
        assertThat(run("walk pins 0x400123 --access write").ends(ExitCodes.OK).out())
                .doesNotContain("pinned");
    }

    @Test
    void a_delta_shows_words_and_maintenance() {
        run("sim create deltas").ends(0);
        run("space create deltas u").ends(0);
        run("map deltas 0x400000 --size 4K --pa 0x40000000 -p rw-/rwx").ends(0);
        run("unmap deltas 0x400000 --size 4K").ends(0);

        assertThat(run("delta deltas 3").ends(ExitCodes.OK).out())
                .containsPattern("(?m)^0x[0-9a-f]{16}  L3 +0x0{16}  ->  0x[0-9a-f]{16}$")
                .contains("range-mapped at 3: 4 words, 0 invalidations, break before make: ok");
        assertThat(run("delta deltas 4").ends(ExitCodes.OK).out())
                .containsPattern("(?m)^invalidate +0x0000000000400000-0x0000000000401000 of space u, last level only");
        assertThat(run("delta deltas 4 -o json").ends(ExitCodes.OK).out()).contains("\"breakBeforeMake\":\"ok\"");
        assertThat(run("stats deltas --at 3").ends(ExitCodes.OK).out())
                .containsPattern("(?m)^bytes writable and executable +4096$");
        run("delta deltas 5").ends(ExitCodes.REJECTED);
        run("delta deltas 0").ends(ExitCodes.USAGE);
    }

    @Test
    void a_rejection_is_one_line_with_the_numbers() {
        run("sim create no").ends(0);
        run("space create no u").ends(0);
        run("map no 0x400000 --size 8K --object a -p rw-/rw-").ends(0);

        CliRun overlap = run("map no 0x401000 --size 8K --object a -p rw-/rw-").ends(ExitCodes.REJECTED);
        CliRun misaligned =
                run("map no 0x800800 --size 4K --object a -p rw-/rw-").ends(ExitCodes.REJECTED);
        CliRun nowhere = run("ptdump nowhere --space u").ends(ExitCodes.REJECTED);

        assertThat(overlap.err().lines()).singleElement().asString().contains("0x0000000000400000");
        assertThat(misaligned.err().lines()).singleElement().asString().contains("misaligned");
        assertThat(nowhere.err().lines()).singleElement().asString().contains("nowhere");
    }

    @Test
    void a_destroyed_space_is_shown_as_it_was_at_last() {
        run("sim create gone").ends(0);
        run("space create gone u").ends(0);
        run("map gone 0x400000 --size 4K --object a -p rw-/rw-").ends(0);
        run("space rm gone u").ends(0);

        CliRun dump = run("ptdump gone --space u").ends(0);

        assertThat(dump.out()).contains("0x0000000000400000-0x0000000000401000");
        assertThat(dump.err()).contains("--at 3");
        run("ptdump gone --space u --at 4").ends(ExitCodes.REJECTED);
        run("ptdump gone").ends(ExitCodes.USAGE);
    }

    @Test
    void a_trace_is_imported_once() throws IOException {
        String trace = file("trace", resource("/traces/gcc.strace"));

        CliRun first = run("import strace " + trace + " --simulation gcc --plugin arm64 --profile 4k-48")
                .ends(0);
        CliRun again = run("import strace " + trace + " --simulation gcc").ends(ExitCodes.REJECTED);
        CliRun other = run("import strace " + trace + " --simulation gcc --profile 64k-48")
                .ends(ExitCodes.USAGE);

        assertThat(first.out()).containsPattern("lines +308").containsPattern("spaces +5");
        assertThat(again.err()).contains("line 1: ").contains("nothing was applied");
        assertThat(other.err()).contains("--profile 4k-48, not 64k-48");
        assertThat(run("space ls gcc").ends(0).lines()).hasSize(2);
        assertThat(run("ptdump gcc --space 17512").ends(0).out()).contains("PTE   USR");
        assertThat(run("ptdump gcc --space 17513").ends(0).err()).contains("destroyed");
        assertThat(run("import strace " + trace + " --simulation gcc2 -o json")
                        .ends(0)
                        .out())
                .contains("\"lines\":308");
    }

    @Test
    void maps_are_imported() throws IOException {
        String maps = file(
                "maps",
                "00010000-00088000 r-xp 00000000 00:02 7 /init\n"
                        + "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n");

        CliRun run =
                run("import maps " + maps + " --simulation maps --space init").ends(0);

        assertThat(run.out()).containsPattern("skipped: regions at kernel addresses +1");
        assertThat(run("ptdump maps --space init").ends(0).out()).contains("0x0000000000010000-0x0000000000088000");
    }

    @Test
    void a_file_of_commands_is_applied_up_to_its_first_error() throws IOException {
        StringBuilder lines = new StringBuilder("{\"type\":\"create-space\",\"space\":\"u\",\"kind\":\"user\"}\n\n");
        for (int i = 0; i < 140_000; i++) {
            lines.append("{\"type\":\"annotate\",\"text\":\"").append(i).append("\"}\n");
        }
        String good = file("good", lines.toString());
        String bad = file(
                "bad",
                lines.append("{\"type\":\"destroy-space\",\"space\":\"none\"}\n")
                        .toString());
        String typo = file("typo", "{\"type\":\"anotate\"}\n");
        run("sim create apply").ends(0);
        run("sim create apply2").ends(0);

        assertThat(run("apply apply -f " + good).ends(0).lines()).containsExactly("140002");
        CliRun stopped = run("apply apply2 -f " + bad).ends(ExitCodes.REJECTED);
        assertThat(stopped.err())
                .contains("line 140003: ")
                .containsPattern("the first 1[34]\\d{4} commands were applied");
        CliRun early = run("apply apply2 -f " + file("early", "{\"type\":\"anotate\"}\n" + lines))
                .ends(ExitCodes.REJECTED);
        assertThat(early.err()).contains("line 1: ").contains("nothing was applied");
        assertThat(run("apply apply2 -f " + typo).ends(ExitCodes.REJECTED).err())
                .contains("anotate");
        assertThat(run("events apply --from 139990").ends(0).lines()).hasSize(13);
    }
}
