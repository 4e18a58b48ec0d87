package pagefold.server.cli;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pagefold.server.access.Keys;
import pagefold.server.access.TokenOptions;
import pagefold.server.access.Tokens;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Keys and tokens for a server with a login; no server is asked. */
@Command(
        name = "token",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "VERB",
        header = {
            "Makes keys and tokens for a server with a login.",
            "",
            "Examples:",
            "  pagefold token key pagefold-key                      pagefold-key.pem signs, pagefold-key.pub.pem checks",
            "  pagefold token create --key pagefold-key.pem --name ann --grant operator:team-* --hours 8",
            "  PAGEFOLD_AUTH_KEY=pagefold-key.pub.pem pagefold serve --host 0.0.0.0",
            ""
        },
        subcommands = {TokenVerb.Key.class, TokenVerb.Create.class})
final class TokenVerb implements Runnable {
    private static final int MAX_KEY_BYTES = 16 << 10;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected a verb");
    }

    /** What both files are called, or where the private one is. */
    private static Path publicFile(Path privateFile) {
        String name = privateFile.toString();
        return Path.of((name.endsWith(".pem") ? name.substring(0, name.length() - 4) : name) + ".pub.pem");
    }

    @Command(
            name = "key",
            mixinStandardHelpOptions = true,
            header = {
                "Makes a key pair: NAME.pem, which signs tokens, and NAME.pub.pem, with which a server checks them.",
                "",
                "Examples:",
                "  pagefold token key pagefold-key",
                "  pagefold token key pagefold-key --algorithm EdDSA",
                ""
            })
    static final class Key implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "NAME", description = "What the two files are called.")
        private Path name = Path.of("");

        @Option(names = "--algorithm", defaultValue = Keys.ES256, description = "ES256 or EdDSA (${DEFAULT-VALUE}).")
        private String algorithm = Keys.ES256;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            if (!algorithm.equals(Keys.ES256) && !algorithm.equals(Keys.EDDSA)) {
                throw CliFailure.usage("expected --algorithm ES256 or EdDSA, but found '" + algorithm + "'");
            }
            KeyPair pair = Keys.generate(algorithm);
            Path signing = Path.of(name + ".pem");
            write(signing, Keys.pem("PRIVATE KEY", pair.getPrivate().getEncoded()), "rw-------");
            write(publicFile(signing), Keys.pem("PUBLIC KEY", pair.getPublic().getEncoded()), "rw-r--r--");
            spec.commandLine().getOut().println(signing);
            spec.commandLine().getOut().println(publicFile(signing));
            spec.commandLine().getOut().flush();
            return ExitCodes.OK;
        }

        private static void write(Path file, String pem, String permissions) {
            try {
                if (Files.getFileStore(file.toAbsolutePath().getParent()).supportsFileAttributeView("posix")) {
                    Files.createFile(
                            file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
                } else {
                    Files.createFile(file);
                }
                Files.writeString(file, pem, StandardOpenOption.TRUNCATE_EXISTING);
            } catch (IOException e) {
                throw CliFailure.usage("cannot write " + file + ", which must not be there: " + e.getMessage());
            }
        }
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            header = {
                "Makes a token and prints it.",
                "",
                "Examples:",
                "  pagefold token create --key pagefold-key.pem --name ann --grant operator:team-* --hours 8",
                "  pagefold token create --key pagefold-key.pem --name root --grant admin",
                ""
            })
    static final class Create implements Callable<Integer> {
        @Option(names = "--key", paramLabel = "FILE", required = true, description = "The private key (PEM, PKCS 8).")
        private String key = "";

        @Option(names = "--name", paramLabel = "NAME", required = true, description = "Who the token is for.")
        private String name = "";

        @Option(
                names = "--grant",
                paramLabel = "GRANT",
                description = "viewer:NAME, operator:NAME or owner:NAME, where NAME may end with a *; or admin, for"
                        + " plugins. Any number of them.")
        private List<String> grants = new ArrayList<>();

        @Option(
                names = "--hours",
                paramLabel = "HOURS",
                defaultValue = "24",
                description = "Until it ends (${DEFAULT-VALUE}).")
        private int hours;

        @Option(names = "--audience", paramLabel = "NAME", description = "Which server it is for.")
        private @Nullable String audience;

        @Option(
                names = "--claim",
                paramLabel = "NAME",
                defaultValue = TokenOptions.DEFAULT_CLAIM,
                description = "The claim with the grants (${DEFAULT-VALUE}).")
        private String claim = TokenOptions.DEFAULT_CLAIM;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        private static final int MAX_HOURS = 24 * 366;

        @Override
        public Integer call() {
            if (hours < 1 || hours > MAX_HOURS) {
                throw CliFailure.usage("expected --hours from 1 to " + MAX_HOURS + ", but it is " + hours);
            }
            String pem = new String(InputFile.bytes(key, MAX_KEY_BYTES), StandardCharsets.UTF_8);
            String token;
            Vertx vertx = Vertx.vertx();
            try {
                token = Tokens.create(vertx, pem, new Tokens.NewToken(name, grants, claim, audience, hours * 3600));
            } catch (IllegalArgumentException e) {
                throw CliFailure.usage(String.valueOf(e.getMessage()));
            } finally {
                vertx.close();
            }
            spec.commandLine().getOut().println(token);
            spec.commandLine().getOut().flush();
            return ExitCodes.OK;
        }
    }
}
