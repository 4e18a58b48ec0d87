package pagefold.server.importer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressSpace;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
import pagefold.model.Simulation;

/**
 * Collects commands and plays each on a simulation of its own, so that only what is accepted is emitted, and so that
 * an importer can ask what is mapped. What one line leads to is kept or undone as a whole.
 */
final class CommandRecorder {
    /** Most different names that are counted; further ones are counted together. */
    private static final int MAX_NAMES = 1000;

    private final List<ImportedCommand> commands = new ArrayList<>();
    private final Map<String, Long> skipped = new HashMap<>();
    private final Map<String, Long> reconstructed = new HashMap<>();
    private final List<MalformedLine> malformed = new ArrayList<>();
    private Simulation state = Simulation.EMPTY;
    private Simulation stateBeforeLine = Simulation.EMPTY;
    private int commandsBeforeLine;
    private long lineNumber;
    private long malformedCount;
    private long spaces;

    /** Opens the next line. */
    void beginLine() {
        lineNumber++;
        stateBeforeLine = state;
        commandsBeforeLine = commands.size();
    }

    /** Keeps what the line has led to so far, whatever the rest of it is worth. */
    void keep() {
        stateBeforeLine = state;
        commandsBeforeLine = commands.size();
    }

    /** Undoes what the line has led to since {@link #keep} and counts it as malformed. */
    MalformedLine refuse(String line, String reason) {
        state = stateBeforeLine;
        commands.subList(commandsBeforeLine, commands.size()).clear();
        MalformedLine found = MalformedLine.of(lineNumber, line, reason);
        malformedCount++;
        if (malformed.size() < ImportReport.MAX_MALFORMED_KEPT) {
            malformed.add(found);
        }
        return found;
    }

    /** Emits a command. */
    void emit(MemoryCommand command) throws LineException {
        switch (state.decide(command)) {
            case Decision.Accepted(var event) -> {
                state = state.evolve(event);
                commands.add(new ImportedCommand(lineNumber, command));
            }
            case Decision.Rejected(var rejection) ->
                throw new LineException("cannot have happened: " + rejection.sentence());
        }
    }

    @Nullable
    AddressSpace space(String name) {
        return state.space(name);
    }

    /** A space that is known to be there. */
    AddressSpace existing(String name) {
        AddressSpace space = state.space(name);
        if (space == null) {
            throw new IllegalStateException("expected the space '" + name + "', but it is not there");
        }
        return space;
    }

    long lineNumber() {
        return lineNumber;
    }

    void countSpace() {
        spaces++;
    }

    void skip(String what) {
        count(skipped, what);
    }

    void reconstruct(String what) {
        count(reconstructed, what);
    }

    private static void count(Map<String, Long> counts, String what) {
        String name = counts.size() < MAX_NAMES || counts.containsKey(what) ? what : "others";
        counts.merge(name, 1L, Long::sum);
    }

    List<ImportedCommand> commands() {
        return commands;
    }

    ImportReport report() {
        return new ImportReport(lineNumber, commands.size(), spaces, skipped, reconstructed, malformed, malformedCount);
    }
}
