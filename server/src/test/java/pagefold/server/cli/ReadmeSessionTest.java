package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagefold.server.api.PagefoldServer;
import pagefold.server.api.ServerOptions;
import pagefold.server.docs.Markdown;

/** The sessions in the README, run line by line: what it shows is what comes out. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ReadmeSessionTest {
    private static final String PROMPT = "$ ./pagefold ";
    private static final String HEAD = " | head -";

    private final PagefoldServer server;

    ReadmeSessionTest(@TempDir Path data) throws IOException {
        server = PagefoldServer.start(new ServerOptions(ServerOptions.DEFAULT_HOST, 0, data));
    }

    @AfterAll
    void close() {
        server.close();
    }

    static List<String> sessions() {
        return Markdown.read("README.md").blocks("console");
    }

    @ParameterizedTest
    @MethodSource("sessions")
    void the_output_is_what_the_readme_shows(String session) {
        List<String> shown = session.lines().map(String::stripTrailing).toList();

        List<String> actual = new ArrayList<>();
        for (String line : shown) {
            if (line.startsWith(PROMPT)) {
                actual.add(line);
                if (!line.endsWith("&")) {
                    actual.addAll(output(line.substring(PROMPT.length())));
                }
            }
        }

        assertThat(String.join("\n", actual)).isEqualTo(String.join("\n", shown));
    }

    private List<String> output(String command) {
        int pipe = command.indexOf(HEAD);
        long limit = pipe < 0 ? Long.MAX_VALUE : Long.parseLong(command.substring(pipe + HEAD.length()));
        List<String> arguments = new ArrayList<>();
        for (String argument : (pipe < 0 ? command : command.substring(0, pipe)).split(" ")) {
            Path file = Markdown.root().resolve(argument);
            arguments.add(argument.contains("/") && Files.exists(file) ? file.toString() : argument);
        }
        arguments.add("--server=" + server.uri());
        return CliRun.of(arguments.toArray(String[]::new))
                .out()
                .lines()
                .map(String::stripTrailing)
                .limit(limit)
                .toList();
    }
}
