package pagefold.server.cli;

import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The verbs for plugins. */
@Command(
        name = "plugin",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "VERB",
        header = {"Lists the plugins of a server.", "", "Example:", "  pagefold plugin ls", ""},
        subcommands = {PluginVerb.ListAll.class})
final class PluginVerb implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected ls");
    }

    @Command(
            name = "ls",
            header = {
                "Lists the plugins of a server, each with its profiles and what those can do.",
                "",
                "Examples:",
                "  pagefold plugin ls",
                "  pagefold plugin ls -o json",
                ""
            })
    static final class ListAll extends ClientVerb {
        @Override
        int run(ApiClient api) {
            ApiClient.Answer answer = api.get("/v1/plugins", Map.of());
            if (wantsJson()) {
                printJson(answer);
                return ExitCodes.OK;
            }
            TextTable table = new TextTable("PLUGIN", "VERSION", "PROFILE", "INPUT", "OUTPUT", "CAPABILITIES");
            for (JsonTree plugin : answer.json().get("plugins").items()) {
                for (JsonTree profile : plugin.get("profiles").items()) {
                    table.row(
                            plugin.get("id").text(),
                            plugin.get("version").text(),
                            profile.get("name").text(),
                            profile.get("inputBits").text(),
                            profile.get("outputBits").text(),
                            profile.get("capabilities").items().stream()
                                    .map(JsonTree::text)
                                    .collect(Collectors.joining(" ")));
                }
            }
            table.print(out());
            return ExitCodes.OK;
        }
    }
}
