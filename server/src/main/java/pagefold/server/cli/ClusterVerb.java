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
            "Starts servers that share a log, or shows those there are.",
            "",
            "Examples:",
            "  pagefold cluster up -n 3",
            "  pagefold cluster status",
            "  pagefold cluster status --hashes --server http://10.0.0.2:8080",
            "  pagefold cluster top",
            ""
        },
        subcommands = {ClusterUpVerb.class, ClusterVerbs.Status.class, ClusterVerbs.Top.class})
final class ClusterVerb implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected up, status or top");
    }
}
