package pagefold.server.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import pagefold.server.local.LocalCluster;
import pagefold.server.local.LocalNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs servers on this machine that share a log. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        header = {
            "Starts a PostgreSQL and the nodes of a cluster on this machine, until it is interrupted.",
            "",
            "Examples:",
            "  pagefold cluster up -n 3",
            "  pagefold cluster up -n 3 --port 8081 --data ./cluster      the same histories the next time",
            "",
            "All of them end with this process, however it ends. A server that ends by itself is told of.",
            ""
        })
final class ClusterUpVerb implements Callable<Integer> {
    private static final long LOOK_MILLIS = 500;

    @Mixin
    private LocalClusterOptions options = new LocalClusterOptions();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "0",
            description =
                    "Of the first server; the others have the following ones. 0 takes free ones (${DEFAULT-VALUE}).")
    private int port;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        LocalCluster.Options wanted = options.at(port);
        try (UntilTold told = new UntilTold()) {
            try (LocalCluster cluster = LocalCluster.start(wanted)) {
                announce(cluster);
                follow(cluster, told);
            } catch (IOException e) {
                throw new CliFailure(ExitCodes.UNREACHABLE, "the cluster did not start: " + e.getMessage());
            }
        }
        return ExitCodes.OK;
    }

    private void announce(LocalCluster cluster) {
        PrintWriter out = spec.commandLine().getOut();
        for (LocalNode node : cluster.nodes()) {
            out.println(node.uri());
        }
        out.flush();
        say("the log is in " + cluster.database() + "; serving until Ctrl-C");
    }

    private void follow(LocalCluster cluster, UntilTold told) {
        Set<Integer> ended = new HashSet<>();
        while (!told.await(LOOK_MILLIS)) {
            for (LocalNode node : cluster.nodes()) {
                if (!node.isAlive() && ended.add(node.number())) {
                    say("node " + node.number() + " at " + node.uri() + " has ended; what it said is in "
                            + node.output());
                }
            }
        }
    }

    private void say(String line) {
        spec.commandLine().getErr().println(line);
        spec.commandLine().getErr().flush();
    }
}
