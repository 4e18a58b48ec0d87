package pagefold.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.server.access.TokenOptions;
import pagefold.server.access.UserLimits;
import pagefold.server.api.Browser;
import pagefold.server.api.PagefoldServer;
import pagefold.server.api.ServerAccess;
import pagefold.server.api.ServerOptions;

/** The workbench of a server with a login, with a key and a token that the command line made. */
class SignInTest {

    @Test
    void a_token_that_was_made_by_the_command_line_signs_in(@TempDir Path directory) throws IOException {
        Browser browser = Browser.assumed();
        String key = directory.resolve("key").toString();
        CliRun.of("token", "key", key).ends(0);
        String token = CliRun.of("token", "create", "--key", key + ".pem", "--name", "ann", "--grant", "owner:*")
                .ends(0)
                .out()
                .strip();
        TokenOptions options =
                new TokenOptions(Files.readString(Path.of(key + ".pub.pem")), null, null, TokenOptions.DEFAULT_CLAIM);
        ServerAccess access = new ServerAccess(options, UserLimits.NONE, null);

        try (PagefoldServer server = PagefoldServer.start(new ServerOptions(
                ServerOptions.DEFAULT_HOST, 0, Files.createDirectory(directory.resolve("data")), access))) {
            String[] where = {"--server=" + server.uri(), "--token=" + token};
            run(where, "sim", "create", "demo");
            run(where, "space", "create", "demo", "u");
            run(where, "map", "demo", "0x400000", "--size", "8K", "-p", "rw-/rw-", "--object", "o");

            assertThat(browser.lines(server.uri(), token))
                    .containsExactly("ok who has no token is asked for one, and sees the simulations with it");
        }
    }

    private static void run(String[] where, String... arguments) {
        String[] all = java.util.Arrays.copyOf(arguments, arguments.length + where.length);
        System.arraycopy(where, 0, all, arguments.length, where.length);
        CliRun.of(all).ends(0);
    }
}
