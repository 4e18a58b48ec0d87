package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.server.api.ServerOptions;
import pagefold.server.cluster.ClusterOptions;
import pagefold.server.cluster.ClusterReach;
import pagefold.server.log.LogLocation;
import pagefold.server.space.Limits;

class ServerSettingsTest {
    @TempDir
    private Path directory;

    private String file(String text) throws IOException {
        return Files.writeString(directory.resolve("pagefold.yaml"), text).toString();
    }

    @Test
    void the_shipped_file_says_the_defaults() throws IOException {
        String shipped;
        try (var in = ServerSettingsTest.class.getResourceAsStream("/pagefold.yaml")) {
            shipped = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }

        ServerOptions options = ServerSettings.of(file(shipped), Map.of()).options();

        assertThat(options).isEqualTo(ServerSettings.of(null, Map.of()).options());
    }

    @Test
    void the_environment_goes_before_the_file_and_a_flag_before_both() throws IOException {
        String file = file("host: 127.0.0.2\nport: 1\ndata: there\n");

        ServerSettings settings = ServerSettings.of(file, Map.of("PAGEFOLD_PORT", "2", "PAGEFOLD_DATA", "here"));
        settings.set("data", Path.of("flag"));
        settings.set("host", null);

        assertThat(settings.options()).isEqualTo(new ServerOptions("127.0.0.2", 2, Path.of("flag")));
    }

    @Test
    void as_many_simulations_are_open_as_is_said_or_as_the_heap_is_for() {
        ServerSettings settings = ServerSettings.of(null, Map.of("PAGEFOLD_OPEN_SIMULATIONS", "7"));

        assertThat(settings.options().openSimulations()).isEqualTo(7);
        assertThat(Limits.withOpen(7).openSimulations()).isEqualTo(7);
        assertThat(Limits.withOpen(0).openSimulations())
                .isEqualTo((int) Math.max(256, Runtime.getRuntime().maxMemory() >> 20));
        assertThat(Limits.withOpen(7).pluginMillis()).isEqualTo(Limits.DEFAULT.pluginMillis());
        settings.set("open-simulations", 1_000_001);
        assertThatThrownBy(settings::options).isInstanceOf(CliFailure.class).hasMessageContaining("0 to 1000000");
    }

    @Test
    void further_hosts_are_allowed_by_a_list() {
        ServerSettings settings = ServerSettings.of(null, Map.of("PAGEFOLD_ALLOWED_HOSTS", "a.example, ::1,"));

        assertThat(settings.options().access().hosts()).containsExactlyInAnyOrder("a.example", "::1");
        settings.set("allowed-hosts", "a.example:80");
        assertThatThrownBy(settings::options).isInstanceOf(CliFailure.class).hasMessageContaining("a.example:80");
    }

    @Test
    void a_node_of_a_cluster_needs_a_database_that_all_can_have() {
        ServerSettings settings = ServerSettings.of(null, Map.of("PAGEFOLD_CLUSTER", "true"));

        assertThatThrownBy(settings::options)
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("expected a PostgreSQL database");
        settings.set("database", "jdbc:postgresql://db.example/log");
        assertThat(settings.options().cluster())
                .isEqualTo(new ClusterOptions("pagefold", null, "127.0.0.1", 5701, List.of(), null));
    }

    @ParameterizedTest
    @CsvSource({
        "cluster-port, 0",
        "cluster-port, 70000",
        "cluster-join, 'a b:1'",
        "cluster-join, 'a:0'",
        "cluster-join, '[::1]:99999'",
        "cluster-name, ''",
        "cluster-api, 'ftp://node'",
        "cluster-api, 'http://node:99999'",
        "cluster-api, 'http://ann:secret@node'",
        "cluster-api, 'http://node/path'",
        "cluster-api, 'http://node?query'",
        "cluster-bus-port, 70000",
        "cluster-public, 192.0.2.7:5701",
        "cluster-bus-public, 192.0.2.7:5801",
        "cluster, maybe",
    })
    void settings_of_a_cluster_are_checked(String name, String value) {
        ServerSettings settings = ServerSettings.of(null, Map.of("PAGEFOLD_CLUSTER", "true"));
        settings.set("database", "jdbc:postgresql://db.example/log");
        settings.set(name, value);

        assertThatThrownBy(settings::options).isInstanceOf(CliFailure.class).hasMessageContaining("expected ");
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7:5701, 5801, 192.0.2.7:5801",
        "node1.example:15701, 5801, node1.example:15801",
        "'[2001:db8::7]:5701', 5801, '[2001:db8::7]:5801'",
    })
    void a_node_may_be_reached_where_it_does_not_listen(String members, int busPort, String bus) {
        ServerSettings settings = reached(members, busPort, bus);

        assertThat(settings.options().cluster())
                .isNotNull()
                .satisfies(options -> assertThat(options.reach()).isEqualTo(new ClusterReach(busPort, members, bus)));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7:5701, 0, 192.0.2.7:5801",
        "192.0.2.7, 5801, 192.0.2.7:5801",
        "192.0.2.7:5701, 5801, 192.0.2.7:0",
        "192.0.2.7:5701, 5801, 192.0.2.7:65536",
        "'a b:5701', 5801, 192.0.2.7:5801",
        "192.0.2.7:5701, 5801, ':5801'",
    })
    void where_a_node_is_reached_is_checked(String members, int busPort, String bus) {
        ServerSettings settings = reached(members, busPort, bus);

        assertThatThrownBy(settings::options).isInstanceOf(CliFailure.class).hasMessageContaining("expected a p");
    }

    private static ServerSettings reached(String members, int busPort, String bus) {
        ServerSettings settings = ServerSettings.of(null, Map.of("PAGEFOLD_CLUSTER", "true"));
        settings.set("database", "jdbc:postgresql://db.example/log");
        settings.set("cluster-public", members);
        settings.set("cluster-bus-port", busPort);
        settings.set("cluster-bus-public", bus);
        return settings;
    }

    @Test
    void a_database_is_named_by_a_flag_and_its_password_by_the_environment() {
        ServerSettings settings = ServerSettings.of(
                null, Map.of("PAGEFOLD_DATABASE_USER", "ann", "PAGEFOLD_DATABASE_PASSWORD", "s3cret-word"));
        settings.set("database", "jdbc:postgresql://db.example:5433/log");

        ServerOptions options = settings.options();

        assertThat(options.log().database())
                .isEqualTo(new LogLocation.Login("jdbc:postgresql://db.example:5433/log", "ann", "s3cret-word"));
        assertThat(options.toString()).contains("db.example").doesNotContain("s3cret-word");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://db.example/log",
                "jdbc:mysql://db.example/log",
                "jdbc:postgresql://ann:s3cret-word@db.example/log",
                "jdbc:postgresql://db.example/log?user=ann&password=s3cret-word"
            })
    void what_is_no_address_of_a_database_is_refused_without_showing_it(String url) {
        ServerSettings settings = ServerSettings.of(null, Map.of("PAGEFOLD_DATABASE", url));

        assertThatThrownBy(settings::options).isInstanceOf(CliFailure.class).hasMessageNotContaining("s3cret-word");
    }

    @Test
    void an_empty_file_changes_nothing() throws IOException {
        assertThat(ServerSettings.of(file("# nothing\n"), Map.of()).options().port())
                .isEqualTo(ServerOptions.DEFAULT_PORT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prot: 1",
                "port: [1]",
                "port: x",
                "port: 70000",
                "- port",
                "port: 1\nport: 2",
                "host:",
                "a: b: c",
                "\t"
            })
    void what_is_no_setting_is_a_usage_error(String text) throws IOException {
        String file = file(text);

        assertThatThrownBy(() -> ServerSettings.of(file, Map.of()).options()).isInstanceOf(CliFailure.class);
    }
}
