package pagefold.server.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import pagefold.server.local.LocalCluster;
import picocli.CommandLine.Option;

/** What a verb that starts servers on this machine is told of them. */
final class LocalClusterOptions {
    @Option(
            names = {"-n", "--nodes"},
            paramLabel = "COUNT",
            defaultValue = "3",
            description = "Servers, 1 to 16 (${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--heap",
            paramLabel = "MEGABYTES",
            defaultValue = "512",
            description = "Most memory for objects of a server (${DEFAULT-VALUE}).")
    private int heap;

    @Option(
            names = "--data",
            paramLabel = "DIRECTORY",
            description =
                    "Where the database and the servers keep what is theirs (a temporary one, removed at the end).")
    private @Nullable Path data;

    @Option(
            names = "--no-cluster",
            description = "Servers that share the log alone: each takes what it is asked for from the others.")
    private boolean alone;

    /** The options, checked; the servers have the first port and the following ones, or free ones for 0. */
    LocalCluster.Options at(int port) {
        try {
            return new LocalCluster.Options(nodes, port, data, !alone, heap, null);
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(String.valueOf(e.getMessage()));
        }
    }
}
