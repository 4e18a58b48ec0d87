package pagefold.server.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pagefold.server.api.PagefoldServer;
import pagefold.server.api.ServerOptions;
import pagefold.server.log.LogException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a server. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        header = {
            "Runs a server with its log in a directory, until it is interrupted.",
            "",
            "Examples:",
            "  pagefold serve",
            "  pagefold serve --port 8181 --data /var/lib/pagefold",
            "  pagefold serve --database jdbc:postgresql://db.example/pagefold",
            "  pagefold serve --cluster --database jdbc:postgresql://db.example/pagefold --join node1.example:5701",
            "  pagefold serve --config pagefold.yaml",
            ""
        })
final class ServeVerb implements Callable<Integer> {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A file of settings, as config/pagefold.yaml; the environment (PAGEFOLD_HOST, PAGEFOLD_PORT,"
                    + " PAGEFOLD_DATA) goes before it, and the flags before both.")
    private @Nullable String config;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description =
                    "Where to listen; more than this machine needs a login, see the file of settings" + " (127.0.0.1).")
    private @Nullable String host;

    @Option(
            names = "--allowed-hosts",
            paramLabel = "HOST,...",
            description =
                    "Further hosts at which a server without a login answers, as behind a proxy (localhost, loopback"
                            + " addresses and where it listens).")
    private @Nullable String allowedHosts;

    @Option(names = "--port", paramLabel = "PORT", description = "0 takes a free one (8080).")
    private @Nullable Integer port;

    @Option(
            names = "--data",
            paramLabel = "DIRECTORY",
            description = "The directory of the log; made when it is not there (./data).")
    private @Nullable Path data;

    @Option(names = DatabaseOption.NAME, paramLabel = DatabaseOption.LABEL, description = DatabaseOption.DESCRIPTION)
    private @Nullable String database;

    @Mixin
    private ClusterFlags cluster = new ClusterFlags();

    @Option(
            names = "--open-simulations",
            paramLabel = "COUNT",
            description = "Most simulations in memory at one time; the one idle for longest makes room (one for each"
                    + " megabyte of the heap, at least 256).")
    private @Nullable Integer openSimulations;

    @Option(
            names = "--log",
            paramLabel = "FORMAT",
            description = "text for people, or json for machines, on standard output (text).")
    private @Nullable String log;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        ServerSettings settings = ServerSettings.of(config, System.getenv());
        settings.set("host", host);
        settings.set("port", port);
        settings.set("allowed-hosts", allowedHosts);
        settings.set("data", data);
        settings.set("database", database);
        cluster.into(settings);
        settings.set("open-simulations", openSimulations);
        settings.set("log", log);
        boolean json = settings.logsJson();
        if (json) {
            JsonLog.use();
        }
        // With a log for machines, nothing else is on standard output.
        run(settings.options(), json ? server -> {} : this::announce, () -> {});
        return ExitCodes.OK;
    }

    private void announce(PagefoldServer server) {
        spec.commandLine().getOut().println(server.uri());
        spec.commandLine().getOut().flush();
        spec.commandLine().getErr().println("serving until Ctrl-C");
        spec.commandLine().getErr().flush();
    }

    static ServerOptions options(String host, int port, Path data) {
        try {
            return new ServerOptions(host, port, data);
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Starts a server, does something, and serves until the process is told to end.
     *
     * @param whenUp what to do when it answers
     * @param whenClosed what to do when nothing is open any more
     */
    static void run(ServerOptions options, Consumer<PagefoldServer> whenUp, Runnable whenClosed) {
        try (UntilTold told = new UntilTold()) {
            try {
                serve(options, whenUp, told);
            } finally {
                whenClosed.run();
            }
        }
    }

    private static void serve(ServerOptions options, Consumer<PagefoldServer> whenUp, UntilTold told) {
        try (PagefoldServer server = PagefoldServer.start(options)) {
            whenUp.accept(server);
            told.await();
        } catch (LogException e) {
            throw new CliFailure(ExitCodes.UNREACHABLE, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            boolean isPort =
                    options.port() != 0 && String.valueOf(e.getMessage()).startsWith("cannot listen");
            String hint = isPort ? "; --port 0 takes a free port" : "";
            throw new CliFailure(ExitCodes.UNREACHABLE, e.getMessage() + hint);
        }
    }
}
