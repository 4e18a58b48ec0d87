package pagefold.server.cli;

import picocli.CommandLine.Parameters;

/** A verb for one simulation, which is named first. */
abstract class SimulationVerb extends ClientVerb {
    @Parameters(index = "0", paramLabel = "SIMULATION", description = "The simulation.")
    private String simulation = "";

    final String simulation() {
        return simulation;
    }
}
