package pagefold.server.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The verbs for address spaces. */
@Command(
        name = "space",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "VERB",
        header = {
            "Makes, lists and destroys address spaces.",
            "",
            "Examples:",
            "  pagefold space create demo 17406",
            "  pagefold space ls demo",
            ""
        },
        subcommands = {SpaceVerbs.ListSpaces.class, SpaceVerbs.Create.class, SpaceVerbs.Remove.class})
final class SpaceVerb implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected one of ls, create, rm");
    }
}
