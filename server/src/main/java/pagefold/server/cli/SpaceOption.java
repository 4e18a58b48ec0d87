package pagefold.server.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The space of a simulation that a verb is about. */
final class SpaceOption {
    @Option(
            names = {"-s", "--space"},
            paramLabel = "SPACE",
            description = "The address space; may be left out when there is only one.")
    private @Nullable String space;

    /** The space that was named, or the only one there is. */
    String of(SimulationVerb verb, ApiClient api, @Nullable Long position) {
        return verb.space(api, verb.simulation(), space, position);
    }
}
