package pagefold.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.server.wire.CommandCodec;
import pagefold.server.wire.EventCodec;
import pagefold.server.wire.MalformedJson;

/** The JSON of commands and events. */
class WireFuzzTest {

    @FuzzTest(maxDuration = "10m")
    void a_command_is_read_back_as_it_was_written_or_refused(byte[] json) {
        MemoryCommand command;
        try {
            command = CommandCodec.decode(json);
        } catch (MalformedJson e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }

        assertThat(CommandCodec.decode(CommandCodec.encode(command))).isEqualTo(command);
    }

    @FuzzTest(maxDuration = "10m")
    void an_event_is_read_back_as_it_was_written_or_refused(byte[] json) {
        MemoryEvent event;
        try {
            event = EventCodec.decode(json);
        } catch (MalformedJson e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }

        assertThat(EventCodec.decode(EventCodec.encode(event))).isEqualTo(event);
    }
}
