package pagefold.server.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.server.wire.WireJson;
import pagefold.server.wire.WireText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verbs for simulations. */
@Command(
        name = "sim",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "VERB",
        header = {
            "Makes, lists and removes simulations.",
            "",
            "Examples:",
            "  pagefold sim create demo --plugin arm64 --profile 4k-48",
            "  pagefold sim ls",
            ""
        },
        subcommands = {
            SimVerb.ListAll.class,
            SimVerb.Create.class,
            SimVerb.Remove.class,
            HistoryVerbs.Fork.class,
            HistoryVerbs.Export.class,
            HistoryVerbs.Import.class
        })
final class SimVerb implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected one of ls, create, rm, fork, export, import");
    }

    /** Which plugin projects a new simulation. */
    static final class PluginOptions {
        @Option(names = "--plugin", paramLabel = "ID", description = "The architecture (arm64).")
        private @Nullable String plugin;

        @Option(names = "--profile", paramLabel = "NAME", description = "One of its profiles (4k-48).")
        private @Nullable String profile;

        @Option(
                names = "--coarsen",
                paramLabel = "HOW",
                description = "What does not fit the profile is rejected (reject) or rounded outwards and counted"
                        + " (widen); reject unless told otherwise.")
        private @Nullable String coarsening;

        private static String or(@Nullable String given, String otherwise) {
            return given == null ? otherwise : given;
        }

        /** Refuses to go on with a simulation that is not as the options say. */
        void check(JsonTree simulation) {
            checkField("--plugin", plugin, simulation.get("plugin").text());
            checkField("--profile", profile, simulation.get("profile").text());
            checkField("--coarsen", coarsening, simulation.get("coarsening").text());
        }

        private static void checkField(String option, @Nullable String wanted, String actual) {
            if (wanted != null && !wanted.equals(actual)) {
                throw CliFailure.usage(
                        "the simulation is there already, with " + option + " " + actual + ", not " + wanted);
            }
        }
    }

    /** Makes a simulation. */
    static ApiClient.Answer create(ApiClient api, String simulation, PluginOptions options) {
        String coarsening = PluginOptions.or(options.coarsening, "reject");
        var unused = MapVerb.word(WireText.COARSENINGS, "--coarsen", coarsening);
        byte[] body = WireJson.encode(generator -> {
            generator.writeStartObject();
            generator.writeStringField("name", Texts.name("simulation", simulation));
            generator.writeStringField("plugin", Texts.name("plugin", PluginOptions.or(options.plugin, "arm64")));
            generator.writeStringField("profile", Texts.name("profile", PluginOptions.or(options.profile, "4k-48")));
            generator.writeStringField("coarsening", coarsening);
            generator.writeEndObject();
        });
        return api.post(ClientVerb.SIMULATIONS, "application/json", body);
    }

    @Command(
            name = "ls",
            header = {"Lists the simulations.", "", "Example:", "  pagefold sim ls", ""})
    static final class ListAll extends ClientVerb {
        @Override
        int run(ApiClient api) {
            ApiClient.Answer answer = api.get(SIMULATIONS, Map.of());
            if (wantsJson()) {
                printJson(answer);
                return ExitCodes.OK;
            }
            TextTable table = new TextTable("SIMULATION", "POSITION", "CREATED");
            for (JsonTree each : answer.json().get("simulations").items()) {
                table.row(
                        each.get("name").text(),
                        each.get("position").text(),
                        each.get("created").text());
            }
            table.print(out());
            return ExitCodes.OK;
        }
    }

    @Command(
            name = "create",
            header = {
                "Makes an empty simulation.",
                "",
                "Example:",
                "  pagefold sim create demo --plugin arm64 --profile 4k-48",
                ""
            })
    static final class Create extends ClientVerb {
        @Parameters(index = "0", paramLabel = "SIMULATION", description = "Its name.")
        private String simulation = "";

        @Mixin
        private PluginOptions options = new PluginOptions();

        @Override
        int run(ApiClient api) {
            ApiClient.Answer answer = create(api, simulation, options);
            if (wantsJson()) {
                printJson(answer);
            } else {
                out().println(simulation);
            }
            return ExitCodes.OK;
        }
    }

    @Command(
            name = "rm",
            header = {"Removes a simulation with its whole history.", "", "Example:", "  pagefold sim rm demo", ""})
    static final class Remove extends ClientVerb {
        @Parameters(index = "0", paramLabel = "SIMULATION", description = "Its name.")
        private String simulation = "";

        @Override
        int run(ApiClient api) {
            var unused = api.delete(simulationPath(simulation));
            talk("removed " + simulation);
            return ExitCodes.OK;
        }
    }
}
