package pagefold.server.cli;

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
        return api.create(simulation, body);
    }

    @Command(
            name = "ls",
            header = {
                "Lists the simulations.",
                "",
                "Examples:",
                "  pagefold sim ls",
                "  pagefold sim ls --limit 20 --after demo",
                ""
            })
    static final class ListAll extends ClientVerb {
        private static final int PAGE = 5_000;

        @Option(names = "--limit", paramLabel = "COUNT", description = "Most simulations wanted (all).")
        private @Nullable Long limit;

        @Mixin
        private AfterOption after = new AfterOption();

        @Override
        int run(ApiClient api) {
            Long most = limit;
            if (most != null && most < 1) {
                throw CliFailure.usage("expected --limit of at least 1, but it is " + most);
            }
            long left = most == null ? Long.MAX_VALUE : most;
            TextTable table = new TextTable("SIMULATION", "POSITION", "CREATED");
            String next = after.name();
            do {
                ApiClient.Answer page = api.get(SIMULATIONS, AfterOption.query(Math.min(left, PAGE), next));
                if (wantsJson()) {
                    printJson(page);
                }
                for (JsonTree each : page.json().get("simulations").items()) {
                    table.row(
                            each.get("name").text(),
                            each.get("position").text(),
                            each.get("created").text());
                    left--;
                }
                next = page.json().get("next").text();
            } while (!next.isEmpty() && left > 0);
            if (!wantsJson()) {
                table.print(out());
            }
            if (!next.isEmpty()) {
                talk("there are more: --after " + next);
            }
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
            api.remove(simulation);
            talk("removed " + simulation);
            return ExitCodes.OK;
        }
    }
}
