package pagefold.server.cli;

import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand.Annotate;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.DestroySpace;
import pagefold.model.MemoryCommand.ForkSpace;
import pagefold.model.Simulation;
import pagefold.server.wire.WireText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verbs for whole address spaces. */
final class SpaceVerbs {
    private SpaceVerbs() {}

    @Command(
            name = "create",
            header = {
                "Makes an empty address space.",
                "",
                "Example:",
                "  pagefold space create demo kernel --kind kernel",
                ""
            })
    static final class Create extends SimulationVerb {
        @Parameters(index = "1", paramLabel = "SPACE", description = "Its name.")
        private String space = "";

        @Option(
                names = "--kind",
                paramLabel = "KIND",
                defaultValue = "user",
                description = "user, kernel, hyp, stage2 or monitor (${DEFAULT-VALUE}).")
        private String kind = "user";

        @Override
        int run(ApiClient api) {
            var command =
                    new CreateSpace(Texts.name("space", space), MapVerb.word(WireText.SPACE_KINDS, "--kind", kind));
            return CommandVerb.send(this, api, simulation(), command);
        }
    }

    @Command(
            name = "rm",
            header = {
                "Destroys an address space with all its regions.",
                "",
                "Example:",
                "  pagefold space rm demo kernel",
                ""
            })
    static final class Remove extends SimulationVerb {
        @Parameters(index = "1", paramLabel = "SPACE", description = "Its name.")
        private String space = "";

        @Override
        int run(ApiClient api) {
            return CommandVerb.send(this, api, simulation(), new DestroySpace(Texts.name("space", space)));
        }
    }

    @Command(
            name = "ls",
            header = {"Lists the address spaces.", "", "Example:", "  pagefold space ls demo --at 100", ""})
    static final class ListSpaces extends SimulationVerb {
        @Option(names = "--at", paramLabel = "POSITION", description = "As it was after that event (now).")
        private @Nullable Long at;

        @Override
        int run(ApiClient api) {
            ApiClient.Answer answer = api.get(simulationPath(simulation()) + "/spaces", at(at));
            if (wantsJson()) {
                printJson(answer);
                return ExitCodes.OK;
            }
            TextTable table = new TextTable("SPACE", "KIND", "REGIONS", "KERNEL");
            for (JsonTree space : answer.json().get("spaces").items()) {
                table.row(
                        space.get("name").text(),
                        space.get("kind").text(),
                        space.get("regions").text(),
                        space.get("kernel").text());
            }
            table.print(out());
            return ExitCodes.OK;
        }
    }

    @Command(
            name = "fork",
            header = {
                "Makes a space a copy of another; private memory becomes copy-on-write in both.",
                "",
                "Example:",
                "  pagefold fork demo 17406 17407",
                ""
            })
    static final class Fork extends SimulationVerb {
        @Parameters(index = "1", paramLabel = "PARENT", description = "The space that is copied.")
        private String parent = "";

        @Parameters(index = "2", paramLabel = "CHILD", description = "The name of the copy.")
        private String child = "";

        @Override
        int run(ApiClient api) {
            var command = new ForkSpace(Texts.name("space", parent), Texts.name("space", child));
            return CommandVerb.send(this, api, simulation(), command);
        }
    }

    @Command(
            name = "annotate",
            header = {
                "Leaves a remark in the history.",
                "",
                "Example:",
                "  pagefold annotate demo 'before the second phase'",
                ""
            })
    static final class AnnotateVerb extends SimulationVerb {
        @Parameters(index = "1", paramLabel = "TEXT", description = "The remark.")
        private String text = "";

        @Option(
                names = {"-s", "--space"},
                paramLabel = "SPACE",
                description = "The space that it is about (all).")
        private @Nullable String space;

        @Override
        int run(ApiClient api) {
            if (text.length() > Simulation.MAX_REMARK_LENGTH) {
                throw CliFailure.usage("expected a remark of at most " + Simulation.MAX_REMARK_LENGTH
                        + " characters, but it has " + text.length());
            }
            return CommandVerb.send(this, api, simulation(), new Annotate(space, text));
        }
    }
}
