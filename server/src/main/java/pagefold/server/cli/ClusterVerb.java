package pagefold.server.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The verbs for several servers that share a log. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "VERB",
        header = {
            "Several servers that share a log: shows the nodes, and where the simulations are.",
            "",
            "Examples:",
            "  pagefold cluster status",
            "  pagefold cluster status --hashes --server http://10.0.0.2:8080",
            "  pagefold cluster top",
            ""
        },
        subcommands = {ClusterVerbs.Status.class, ClusterVerbs.Top.class})
final class ClusterVerb implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected status or top");
    }
}
