package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryEvent;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.SpaceKind;
import pagefold.server.log.AppendResult;
import pagefold.server.log.EventLog;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.log.NewBatch;
import pagefold.server.log.RecordedEvent;
import pagefold.testkit.PluginSources;

class LogFilesTest {
    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05.678Z");

    @TempDir
    private Path directory;

    private Path data;
    private Path file;

    @BeforeEach
    void fill() throws IOException {
        data = directory.resolve("data");
        file = directory.resolve("all.ndjson");
        try (EventLog log = open(data)) {
            make(log, "first", 6);
            make(log, "second", 3);
        }
    }

    private static EventLog open(Path directory) {
        return EventLog.open(directory, Clock.fixed(THEN, ZoneOffset.UTC));
    }

    /** A history of rows with one page each, behind the making of its space. */
    private static void make(EventLog log, String name, int pages) {
        make(log, name, new PluginBinding("arm64", "1.0", "4k-48", Coarsening.REJECT), pages);
    }

    private static void make(EventLog log, String name, PluginBinding binding, int pages) {
        log.create(name);
        long epoch = log.takeOwnership(name).epoch();
        List<MemoryEvent> events = new ArrayList<>(List.of(
                new MemoryEvent.PluginSelected(binding, null), new MemoryEvent.SpaceCreated("u", SpaceKind.USER)));
        for (int i = 0; i < pages; i++) {
            events.add(new MemoryEvent.RangeMapped(
                    "u",
                    AddressRange.ofSize(0x40_0000 + i * 0x1000L, 0x1000),
                    new Output.Physical(0x8000_0000L + i * 0x1000L),
                    Attributes.user(Permissions.parse("rw-/rw-"))));
        }
        for (int i = 0; i < events.size(); i++) {
            NewBatch.Unit unit = new NewBatch.Unit(
                    List.of(events.get(i)), "c" + i, "0".repeat(64), i % 2 == 0 ? "session" : null, null, "ann");
            assertThat(log.append(name, epoch, i, new NewBatch(List.of(unit))).join())
                    .isInstanceOf(AppendResult.Appended.class);
        }
    }

    private CliRun log(String line, Path log) {
        List<String> words = new ArrayList<>(List.of("log"));
        words.addAll(List.of(line.split(" ")));
        words.add("--data=" + log);
        return CliRun.of(words.toArray(String[]::new));
    }

    private List<String> names(Path log) {
        try (EventLog opened = open(log)) {
            return opened.list(LoggedSimulation.NameRange.ALL, "", 1000).stream()
                    .map(LoggedSimulation::name)
                    .toList();
        }
    }

    private List<RecordedEvent> events(Path log, String name) {
        try (EventLog opened = open(log)) {
            return opened.read(name, 1, 100);
        }
    }

    private void damage(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("pagefold.db"));
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isEqualTo(1);
        }
    }

    private static String ofFirst(String sql) {
        return sql.replace("FIRST", "(select id from simulation where name = 'first')");
    }

    @Test
    void a_log_comes_back_with_its_times_and_senders() {
        Path other = directory.resolve("other");

        assertThat(log("export " + file, data).ends(0).err()).contains("first: 8 of 8", "second: 5 of 5");
        assertThat(log("import " + file, other).ends(0).err()).contains("first: made, with 8 events");

        assertThat(names(other)).containsExactly("first", "second");
        List<RecordedEvent> before = events(data, "first");
        List<RecordedEvent> after = events(other, "first");
        assertThat(after).hasSameSizeAs(before);
        for (int i = 0; i < before.size(); i++) {
            assertThat(after.get(i))
                    .usingRecursiveComparison()
                    .ignoringFields("commandId")
                    .isEqualTo(before.get(i));
        }
        assertThat(after.getFirst().timeMillis()).isEqualTo(THEN.toEpochMilli());
        assertThat(after.getFirst().actor()).isEqualTo("ann");
        log("verify", other).ends(0);
        assertThat(log("import " + file, other).ends(0).err()).contains("first: there already, with the same events");
        assertThat(log("import " + file + " --as third", other).ends(2).err()).contains("has 2");
    }

    @Test
    void one_history_is_chosen_and_named_anew() {
        log("export " + file + " second", data).ends(0);

        log("import " + file + " --as third", data).ends(0);

        assertThat(names(data)).containsExactly("first", "second", "third");
        assertThat(events(data, "third").stream().map(RecordedEvent::event))
                .isEqualTo(events(data, "second").stream()
                        .map(RecordedEvent::event)
                        .toList());
        assertThat(log("import " + file + " --as first", data).ends(1).err()).contains("another history");
        assertThat(events(data, "first")).hasSize(8);
        assertThat(log("export " + file, data).ends(2).err()).contains("is there already");
        assertThat(log("export " + directory.resolve("x") + " nothing", data)
                        .ends(2)
                        .err())
                .contains("nothing");
        assertThat(directory.resolve("x")).doesNotExist();
    }

    @Test
    void a_damaged_history_is_saved_up_to_its_damage() throws SQLException, IOException {
        damage(ofFirst("update event_batch set payload = x'5b5d' where simulation = FIRST and first = 6"));
        Path other = directory.resolve("other");

        CliRun export = log("export " + file, data).ends(1);

        assertThat(export.err())
                .contains("first: 5 of 8 events", "cannot be read at positions 6 to 6", "checksum", "second: 5 of 5");
        assertThat(log("verify", data).ends(1).err()).contains("positions 6 to 6", "pagefold log export");
        assertThat(Files.readAllLines(file).getFirst())
                .isEqualTo("{\"history\":1,\"simulation\":\"first\",\"position\":5}");
        log("import " + file, other).ends(0);
        assertThat(events(other, "first")).hasSize(5);
        assertThat(events(other, "second")).hasSize(5);
        assertThat(log("import " + file, data).ends(1).err()).contains("first: there already, with another history");
    }

    @Test
    void a_row_that_is_gone_at_the_end_or_in_the_middle_is_damage_too() throws SQLException {
        damage(ofFirst("delete from event_batch where simulation = FIRST and first = 8"));
        assertThat(log("export " + file + " first", data).ends(1).err()).contains("7 of 8", "positions 8 to 8");

        damage(ofFirst("delete from event_batch where simulation = FIRST and first = 4"));
        assertThat(log("export " + directory.resolve("b") + " first", data)
                        .ends(1)
                        .err())
                .contains("3 of 8", "positions 4 to 4");

        damage(ofFirst("delete from event_batch where simulation = FIRST and first = 1"));
        assertThat(log("export " + directory.resolve("c") + " first", data)
                        .ends(1)
                        .err())
                .contains("0 of 8", "positions 1 to 1");
        assertThat(directory.resolve("c")).isEmptyFile();
    }

    @Test
    void of_a_history_that_is_cut_or_wrong_nothing_is_taken() throws IOException {
        log("export " + file, data).ends(0);
        List<String> whole = Files.readAllLines(file);
        int second = 9;
        List<List<String>> wrong = List.of(
                without(whole, second - 1),
                without(whole, 4),
                with(whole, 5, whole.get(4)),
                with(whole, 5, whole.get(5).replace("range-mapped", "range-guessed")),
                with(whole, 5, whole.get(5).replace("{\"position\":5", "{\"position\":6")),
                with(whole, 5, whole.get(5).replace("\"space\":\"u\"", "\"space\":\"v\"")),
                with(whole, 5, whole.get(5).replace("0x0000000000402000", "0x0000000000402001")),
                with(whole, 5, whole.get(5).replace("\"time\":\"2026", "\"time\":\"x")),
                with(whole, 5, whole.get(5).substring(0, 40)),
                with(whole, 1, whole.get(2)),
                with(whole, 0, whole.getFirst().replace("\"history\":1", "\"history\":7")),
                with(whole, 0, whole.getFirst().replace("\"position\":8", "\"position\":9")));

        for (int i = 0; i < wrong.size(); i++) {
            Path bad = Files.write(directory.resolve("bad" + i), wrong.get(i));
            Path other = directory.resolve("other" + i);

            CliRun run = log("import " + bad, other).ends(1);

            assertThat(run.err()).as("%s", i).contains("Nothing of this history is taken", "second: made");
            assertThat(names(other)).as("%s", i).containsExactly("second");
        }
        Files.write(file, whole.subList(1, 3));
        log("import " + file, data).ends(2);
        Files.write(file, new byte[0]);
        log("import " + file, data).ends(2);
        log("import " + directory.resolve("none"), data).ends(2);
        log("export " + directory.resolve("y"), directory.resolve("none")).ends(2);
    }

    @Test
    void a_history_of_an_added_plugin_is_checked_by_it() throws Exception {
        Path plugins = Files.createDirectory(directory.resolve("plugins"));
        Files.write(
                plugins.resolve("sample.jar"),
                PluginSources.of(Path.of("..", "plugins", "sample")).jar());
        Path config = Files.writeString(
                directory.resolve("pagefold.yaml"), "plugins: " + plugins + "\nunsigned-plugins: true\n");
        try (EventLog log = open(data)) {
            make(log, "added", new PluginBinding("sample", "1.0", "two-levels", Coarsening.REJECT), 4);
        }
        log("export " + file + " added", data).ends(0);
        List<String> whole = Files.readAllLines(file);
        Path bad = Files.write(
                directory.resolve("bad"),
                with(whole, 4, whole.get(4).replace("0x0000000000401000", "0x0000010000401000")));
        Path other = directory.resolve("other");

        assertThat(log("import " + bad + " --config " + config, other).ends(1).err())
                .contains("line 5: the plugin cannot hold the event", "Nothing of this history is taken");
        assertThat(names(other)).isEmpty();
        assertThat(log("import " + file + " --config " + config, other).ends(0).err())
                .contains("added: made, with 6 events");
        log("verify added --config " + config, other).ends(0);
        assertThat(log("verify added", other).ends(1).err()).contains("sample");
        // Where the plugin is not, its events are only decided.
        assertThat(log("import " + bad, directory.resolve("without")).ends(0).err())
                .contains("added: made");
    }

    private static List<String> without(List<String> lines, int index) {
        List<String> rest = new ArrayList<>(lines);
        rest.remove(index);
        return rest;
    }

    private static List<String> with(List<String> lines, int index, String line) {
        List<String> changed = new ArrayList<>(lines);
        changed.set(index, line);
        return changed;
    }
}
