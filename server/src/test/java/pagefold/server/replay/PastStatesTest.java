package pagefold.server.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pagefold.host.PluginHost;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryEvent;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Sharing;
import pagefold.model.SpaceKind;
import pagefold.server.log.EventLog;
import pagefold.server.log.NewBatch;

/** How many states of the past stay in memory, and that an answer does not depend on it. */
class PastStatesTest {
    private static final int MAPPED = 60;
    /** The selection of the plugin and the space come before the first region. */
    private static final int BEFORE = 2;

    @TempDir
    private Path directory;

    private PluginHost host;
    private EventLog log;

    @BeforeEach
    void write() throws Exception {
        host = PluginHost.withBuiltIn(getClass().getClassLoader());
        log = EventLog.open(directory, Clock.systemUTC());
        log.create("s");
        List<MemoryEvent> events = new ArrayList<>();
        events.add(new MemoryEvent.PluginSelected(new PluginBinding("arm64", "1.0", "4k-48", Coarsening.REJECT), null));
        events.add(new MemoryEvent.SpaceCreated("u", SpaceKind.USER));
        for (int i = 0; i < MAPPED; i++) {
            events.add(new MemoryEvent.RangeMapped(
                    "u",
                    AddressRange.ofSize(0x10000L + 0x2000L * i, 0x1000),
                    new Output.Backed("o" + i, 0, Sharing.PRIVATE),
                    Attributes.user(Permissions.parse("rw-/rw-"))));
        }
        long epoch = log.takeOwnership("s").epoch();
        log.append("s", epoch, 0, new NewBatch(List.of(NewBatch.Unit.of(events))))
                .join();
    }

    @AfterEach
    void close() {
        log.close();
        host.close();
    }

    private static int regions(Projection projection) {
        return projection.simulation().spaces().getFirst().regionCount();
    }

    private void ask(PastStates past, int regions) {
        assertThat(past.ask("s", BEFORE + regions, PastStatesTest::regions))
                .isEqualTo(new Reading.Answered<>(BEFORE + regions, regions));
    }

    @Test
    void small_states_are_kept_up_to_their_number() {
        PastStates past = new PastStates(log, new Replayer(log, host));

        // Downwards, so that no state is taken on to the next position.
        for (int regions = MAPPED; regions > MAPPED - 2 * PastStates.MAX_STATES; regions--) {
            ask(past, regions);
        }

        assertThat(past.size()).isEqualTo(PastStates.MAX_STATES);
    }

    @Test
    void of_large_states_fewer_are_kept_and_at_least_two() {
        PastStates past = new PastStates(log, new Replayer(log, host), 3 * MAPPED);

        for (int regions = MAPPED; regions > MAPPED - 8; regions--) {
            ask(past, regions);
        }
        assertThat(past.size()).isEqualTo(3);

        PastStates few = new PastStates(log, new Replayer(log, host), 1);
        for (int regions = MAPPED; regions > MAPPED - 8; regions--) {
            ask(few, regions);
        }
        assertThat(few.size()).isEqualTo(2);
        ask(few, MAPPED);
    }

    @Test
    void a_state_that_must_go_goes_before_another_is_made() {
        PastStates few = new PastStates(log, new Replayer(log, host), 2 * MAPPED + 1);
        ask(few, MAPPED);
        ask(few, MAPPED - 1);

        assertThat(few.ask("s", BEFORE + MAPPED - 2, projection -> few.size()))
                .isEqualTo(new Reading.Answered<>(BEFORE + MAPPED - 2, 2));
    }
}
