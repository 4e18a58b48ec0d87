package pagefold.server.cli;

import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand;
import pagefold.server.wire.CommandCodec;
import picocli.CommandLine.Option;

/** A verb that sends one command to one space and prints the position of its event. */
abstract class CommandVerb extends SimulationVerb {

    @Option(
            names = {"-s", "--space"},
            paramLabel = "SPACE",
            description = "The address space; may be left out when there is only one.")
    private @Nullable String space;

    /** The command for a space. */
    abstract MemoryCommand command(String space);

    @Override
    final int run(ApiClient api) {
        String named = space(api, simulation(), space, null);
        return send(this, api, simulation(), command(named));
    }

    /** Sends a command and prints the position of its event. */
    static int send(ClientVerb verb, ApiClient api, String simulation, MemoryCommand command) {
        ApiClient.Answer answer =
                api.post(simulationPath(simulation) + "/commands", "application/json", CommandCodec.encode(command));
        if (verb.wantsJson()) {
            verb.printJson(answer);
        } else {
            verb.out().println(answer.json().get("position").text());
        }
        return ExitCodes.OK;
    }
}
