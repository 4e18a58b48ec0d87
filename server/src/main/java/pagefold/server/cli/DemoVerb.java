package pagefold.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import pagefold.server.api.PagefoldServer;
import pagefold.server.importer.ImportOutcome;
import pagefold.server.importer.StraceImporter;
import pagefold.server.importer.StraceOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the whole on a real trace. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        header = {
            "Starts a server, imports a real trace, prints what its tables cost, and keeps serving.",
            "",
            "Examples:",
            "  pagefold demo",
            "  pagefold demo --port 0",
            ""
        })
final class DemoVerb implements Callable<Integer> {
    private static final String TRACE = "/demo/python.strace";
    private static final String SIMULATION = "demo";
    private static final String ROOT = "17406";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "0 takes a free one (${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--data",
            paramLabel = "DIRECTORY",
            description = "The log's directory (a new temporary one, removed at the end).")
    private @Nullable Path data;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        // What a server logs as it goes would stand between the figures.
        if (LoggerFactory.getLogger("pagefold") instanceof Logger logger) {
            logger.setLevel(Level.WARN);
        }
        Path given = data;
        Path directory = given == null ? temporary() : given;
        ServeVerb.run(ServeVerb.options("127.0.0.1", port, directory), this::show, () -> {
            if (given == null) {
                remove(directory);
            }
        });
        return ExitCodes.OK;
    }

    private void show(PagefoldServer server) {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try (ApiClient api =
                new ApiClient(new ApiClient.Settings(List.of(server.uri()), null, Duration.ZERO, null), err::println)) {
            String path = ClientVerb.SIMULATIONS + "/" + SIMULATION;
            if (api.find(path) != null) {
                err.println("the simulation '" + SIMULATION + "' is there already and stays as it is");
            } else {
                long started = System.nanoTime();
                ImportOutcome outcome = StraceImporter.read(trace(), StraceOptions.DEFAULT);
                if (!(outcome instanceof ImportOutcome.Completed completed)) {
                    throw new IllegalStateException("expected the shipped trace to be well-formed, but " + outcome);
                }
                var unused = SimVerb.create(api, SIMULATION, new SimVerb.PluginOptions());
                long position = ImportVerb.send(api, SIMULATION, completed.commands());
                err.println("imported " + completed.report().lines() + " lines of strace (Python under bash, "
                        + completed.report().spaces() + " address spaces over time) as " + (position - 1)
                        + " events in " + (System.nanoTime() - started) / 1_000_000 + " ms");
                err.println();
            }
            err.flush();
            StatsVerb.print(api.get(path + "/stats", Map.of()).json(), out);
            out.println();
            out.println(server.uri());
            out.flush();
            String option = server.uri().toString().endsWith(":8080") ? "" : " --server " + server.uri();
            err.println();
            err.println(
                    "open it in a browser; \"Page sizes\" there says what 64K pages would cost this program, or yours");
            err.println("serving until Ctrl-C; try in another terminal:");
            err.println("  ./pagefold ptdump " + SIMULATION + " --space " + ROOT + option);
            err.println("  ./pagefold events " + SIMULATION + " --limit 10" + option);
            err.flush();
        }
    }

    private static List<String> trace() {
        try (InputStream in = DemoVerb.class.getResourceAsStream(TRACE)) {
            if (in == null) {
                throw new IllegalStateException("expected the resource " + TRACE + ", but it is not there");
            }
            return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new CliFailure(ExitCodes.BUG, "cannot read the shipped trace: " + e.getMessage());
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("pagefold-demo-");
        } catch (IOException e) {
            throw new CliFailure(
                    ExitCodes.UNREACHABLE,
                    "cannot make a temporary directory: " + e.getMessage() + "; --data names another");
        }
    }

    private void remove(Path directory) {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            spec.commandLine().getErr().println("cannot remove " + directory + ": " + e.getMessage());
        }
    }
}
