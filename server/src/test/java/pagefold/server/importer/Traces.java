package pagefold.server.importer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import pagefold.model.AddressSpace;
import pagefold.model.Decision;
import pagefold.model.Region;
import pagefold.model.Simulation;

/** Traces for tests, and what their import leads to. */
final class Traces {
    private Traces() {}

    static List<String> resource(String name) throws IOException {
        try (var stream = Objects.requireNonNull(Traces.class.getResourceAsStream(name), name);
                var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        }
    }

    static List<String> python() throws IOException {
        return resource("/demo/python.strace");
    }

    static List<String> gcc() throws IOException {
        return resource("/traces/gcc.strace");
    }

    static ImportOutcome.Completed completed(List<String> lines, StraceOptions options) {
        ImportOutcome outcome = StraceImporter.read(lines, options);
        assertThat(outcome).isInstanceOf(ImportOutcome.Completed.class);
        return (ImportOutcome.Completed) outcome;
    }

    static Simulation played(List<ImportedCommand> commands) {
        Simulation state = Simulation.EMPTY;
        for (ImportedCommand imported : commands) {
            Decision decision = state.decide(imported.command());
            if (!(decision instanceof Decision.Accepted(var event))) {
                throw new AssertionError(
                        "expected every command to be accepted, but " + imported + " led to " + decision);
            }
            state = state.evolve(event);
        }
        return state;
    }

    /** The state after a trace in text blocks, strictly read. */
    static Simulation after(String trace) {
        return played(completed(trace.lines().toList(), StraceOptions.DEFAULT).commands());
    }

    static AddressSpace space(Simulation state, String name) {
        AddressSpace space = state.space(name);
        assertThat(space).as("space " + name + " of " + names(state)).isNotNull();
        return Objects.requireNonNull(space);
    }

    static List<String> names(Simulation state) {
        return state.spaces().stream().map(AddressSpace::name).toList();
    }

    /** One line a region: range, permissions, output. */
    static List<String> regions(Simulation state, String name) {
        return space(state, name).regions().stream().map(Traces::line).toList();
    }

    private static String line(Region region) {
        return Long.toHexString(region.range().start()) + "-"
                + Long.toHexString(region.range().last() + 1) + " "
                + region.attributes().permissions() + " "
                + switch (region.output()) {
                    case pagefold.model.Output.Physical(long address) -> Long.toHexString(address);
                    case pagefold.model.Output.Backed(String object, long offset, pagefold.model.Sharing sharing) ->
                        object + "+" + Long.toHexString(offset) + " " + sharing;
                    case pagefold.model.Output.Repeated(String object) -> "all " + object;
                };
    }
}
