package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.api.PagefoldServer;
import pagefold.server.log.LogLocation;
import pagefold.server.log.PostgresServer;

/** Servers and verbs on a log in PostgreSQL, from a file of settings. */
class PostgresVerbsTest {
    private static final int EVENTS = 3;

    @TempDir
    private Path directory;

    private LogLocation.Login login;
    private String config;

    @BeforeEach
    void configure() throws IOException, SQLException {
        login = PostgresServer.shared().newDatabase();
        config = Files.writeString(
                        directory.resolve("pagefold.yaml"),
                        "port: 0\ndata: %s\ndatabase: %s\ndatabase-user: %s\ndatabase-password: %s\n"
                                .formatted(directory.resolve("data"), login.url(), login.user(), login.password()))
                .toString();
    }

    private PagefoldServer start() throws IOException {
        return PagefoldServer.start(ServerSettings.of(config, Map.of()).options());
    }

    private static CliRun at(PagefoldServer server, String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--server";
        all[arguments.length + 1] = server.uri().toString();
        return CliRun.of(all);
    }

    private void write(PagefoldServer server) {
        at(server, "sim", "create", "demo").ends(0);
        at(server, "annotate", "demo", "first").ends(0);
        at(server, "annotate", "demo", "second").ends(0);
    }

    @Test
    void a_server_finds_its_history_again_and_the_log_is_verified_beside_it() throws IOException {
        try (PagefoldServer server = start()) {
            write(server);
        }

        try (PagefoldServer server = start()) {
            assertThat(at(server, "events", "demo").ends(0).lines()).hasSizeGreaterThanOrEqualTo(EVENTS);
            CliRun verified = CliRun.of("log", "verify", "--config", config).ends(0);
            assertThat(verified.lines()).anySatisfy(line -> assertThat(line).matches("demo +" + EVENTS + " .*"));
        }
        assertThat(directory.resolve("data/pagefold.db")).doesNotExist();
    }

    @Test
    void two_servers_on_one_database_take_a_simulation_from_each_other_and_lose_nothing() throws IOException {
        try (PagefoldServer one = start();
                PagefoldServer other = start()) {
            write(one);
            at(other, "annotate", "demo", "third").ends(0);

            CliRun fenced = at(one, "annotate", "demo", "fourth", "--retry-for", "0");
            assertThat(fenced.exitCode()).isNotZero();
            assertThat(fenced.err()).contains("Another server has taken over this simulation");
            at(one, "annotate", "demo", "fourth").ends(0);
            // Fenced again, and sent again by the verb itself.
            at(other, "annotate", "demo", "fifth").ends(0);

            assertThat(at(one, "events", "demo", "-o", "json").ends(0).out())
                    .containsSubsequence("first", "second", "third", "fourth", "fifth");
        }
    }

    @Test
    void a_database_that_refuses_is_a_sentence_without_the_password() throws IOException {
        String wrong = Files.writeString(
                        directory.resolve("wrong.yaml"),
                        Files.readString(Path.of(config)).replace(String.valueOf(login.password()), "s3cret-word"))
                .toString();

        CliRun refused = CliRun.of("log", "verify", "--config", wrong).ends(ExitCodes.UNREACHABLE);

        assertThat(refused.err()).contains("password authentication failed").doesNotContain("s3cret-word");
    }
}
