package pagefold.server.cli;

import pagefold.model.MemoryCommand;
import pagefold.server.wire.CommandCodec;
import picocli.CommandLine.Mixin;

/** A verb that sends one command to one space and prints the position of its event. */
abstract class CommandVerb extends SimulationVerb {

    @Mixin
    private SpaceOption space = new SpaceOption();

    /** The command for a space. */
    abstract MemoryCommand command(String space);

    @Override
    final int run(ApiClient api) {
        String named = space.of(this, api, null);
        return send(this, api, simulation(), command(named));
    }

    /** Sends a command and prints the position of its event. */
    static int send(ClientVerb verb, ApiClient api, String simulation, MemoryCommand command) {
        return send(verb, api, simulation, CommandCodec.encode(command));
    }

    /** The same with the JSON of one command, or of an array of them; the position is that of the last event. */
    static int send(ClientVerb verb, ApiClient api, String simulation, byte[] commands) {
        ApiClient.Answer answer = api.post(simulationPath(simulation) + "/commands", "application/json", commands);
        if (verb.wantsJson()) {
            verb.printJson(answer);
        } else {
            verb.out().println(answer.json().get("position").text());
        }
        return ExitCodes.OK;
    }
}
