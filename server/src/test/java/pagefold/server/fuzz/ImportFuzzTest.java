package pagefold.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
import pagefold.model.Simulation;
import pagefold.model.Step;
import pagefold.server.importer.ImportOutcome;
import pagefold.server.importer.ImportedCommand;
import pagefold.server.importer.MapsImporter;
import pagefold.server.importer.StraceImporter;
import pagefold.server.importer.StraceOptions;
import pagefold.server.wire.CommandCodec;

/** Text of other tools. */
class ImportFuzzTest {

    @FuzzTest(maxDuration = "10m")
    void a_trace_becomes_commands_that_the_server_takes_or_is_refused(byte[] text) {
        List<String> lines = new String(text, StandardCharsets.UTF_8).lines().toList();

        played(StraceImporter.read(lines, StraceOptions.DEFAULT.withLenient(true)));
        StraceImporter.read(lines, StraceOptions.DEFAULT);
    }

    @FuzzTest(maxDuration = "10m")
    void maps_become_commands_that_the_server_takes_or_are_refused(byte[] text) {
        List<String> lines = new String(text, StandardCharsets.UTF_8).lines().toList();

        played(MapsImporter.read(lines, "p", true));
        MapsImporter.read(lines, "p", false);
    }

    private static void played(ImportOutcome outcome) {
        if (outcome instanceof ImportOutcome.Completed completed) {
            Simulation state = Simulation.EMPTY;
            for (ImportedCommand imported : completed.commands()) {
                MemoryCommand command = CommandCodec.decode(CommandCodec.encode(imported.command()));
                assertThat(command).isEqualTo(imported.command());
                if (state.decide(command) instanceof Decision.Accepted(pagefold.model.MemoryEvent event)) {
                    state = Step.of(state, event).after();
                }
            }
        }
    }
}
