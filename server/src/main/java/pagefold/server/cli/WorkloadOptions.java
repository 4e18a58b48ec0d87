package pagefold.server.cli;

import pagefold.server.load.LoadMix;
import picocli.CommandLine.Option;

/** Who does what under load. */
final class WorkloadOptions {
    @Option(
            names = {"--users", "--connections"},
            paramLabel = "COUNT",
            description = "Users, each with a space of its own (${DEFAULT-VALUE}).")
    int users;

    @Option(
            names = "--simulations",
            paramLabel = "COUNT",
            description = "Simulations that the users share (${DEFAULT-VALUE}).")
    int simulations;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            defaultValue = "1",
            description = "Of everything that is left to chance (${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--mix",
            paramLabel = "WEIGHTS",
            defaultValue = "map=40,unmap=30,protect=20,walk=10",
            description = "How often each is done (${DEFAULT-VALUE}).")
    private String mix = "";

    /** Options with defaults. */
    WorkloadOptions(int users, int simulations) {
        this.users = users;
        this.simulations = simulations;
    }

    /** @throws IllegalArgumentException when it is none */
    LoadMix mix() {
        return LoadMix.parse(mix);
    }
}
