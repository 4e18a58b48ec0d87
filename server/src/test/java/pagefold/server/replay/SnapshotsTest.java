package pagefold.server.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pagefold.host.LoadedPlugin;
import pagefold.host.PluginHost;
import pagefold.model.AddressRange;
import pagefold.model.Decision;
import pagefold.model.MemoryEvent;
import pagefold.model.PluginBinding;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.server.log.EventLog;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.log.NewBatch;
import pagefold.server.log.Snapshot;
import pagefold.spi.Profile;
import pagefold.table.PageTableModel;
import pagefold.testkit.HistoryGenerator;
import pagefold.testkit.Seed;
import pagefold.testkit.Terrain;

/** States from snapshots against states from events alone. */
class SnapshotsTest {
    private static final int EVENTS = 3 * Snapshots.LEAST_EVENTS / 2;
    private static final Terrain TERRAIN =
            new Terrain(12, 48, Map.of(SpaceKind.USER, new AddressRange(0, (1L << 48) - 1)), Set.of());

    private final long seed = Seed.of(getClass().getSimpleName());

    @TempDir
    private Path directory;

    private PluginHost host;
    private EventLog log;
    private Replayer replayer;
    private Snapshots snapshots;
    private final List<Step> history = new ArrayList<>();
    private Simulation state = Simulation.EMPTY;

    @BeforeEach
    void open() throws Exception {
        host = PluginHost.withBuiltIn(getClass().getClassLoader());
        log = EventLog.open(directory, Clock.systemUTC());
        replayer = new Replayer(log, host);
        snapshots = replayer.snapshots();
        log.create("s");
    }

    @AfterEach
    void close() {
        log.close();
        host.close();
    }

    private PageTableModel newModel(PluginBinding binding) {
        if (host.find(binding.plugin(), binding.version(), binding.profile())
                instanceof PluginHost.Lookup.Found(LoadedPlugin plugin, Profile profile)) {
            return plugin.newModel(binding.profile(), binding.coarsening());
        }
        throw new IllegalStateException("expected the plugin of " + binding + ", but it is not there");
    }

    /** Appends so many random events that the binding can hold, the selection of it first. */
    private void write(PluginBinding binding, int events) {
        PageTableModel model = newModel(binding);
        history.forEach(step -> model.apply(step, null));
        HistoryGenerator commands = new HistoryGenerator(seed + state.position(), TERRAIN);
        List<MemoryEvent> batch = new ArrayList<>();
        long before = state.position();
        take(Step.of(state, new MemoryEvent.PluginSelected(binding, null)), model, batch);
        while (batch.size() < events) {
            if (state.decide(commands.next(state)) instanceof Decision.Accepted(MemoryEvent event)) {
                Step step = Step.of(state, event);
                if (model.check(List.of(step)) == null) {
                    take(step, model, batch);
                }
            }
        }
        LoggedSimulation head = log.takeOwnership("s");
        log.append("s", head.epoch(), before, new NewBatch(List.of(NewBatch.Unit.of(batch))))
                .join();
    }

    private void take(Step step, PageTableModel model, List<MemoryEvent> batch) {
        model.apply(step, null);
        batch.add(step.event());
        history.add(step);
        state = step.after();
    }

    private static PluginBinding arm64(String profile, Coarsening coarsening) {
        return new PluginBinding("arm64", "1.0", profile, coarsening);
    }

    private long id() {
        LoggedSimulation head = log.find("s");
        return head == null ? 0 : head.id();
    }

    private static String hash(@Nullable Replayed replayed) {
        assertThat(replayed).isInstanceOf(Replayed.Complete.class);
        return replayed instanceof Replayed.Complete(Projection projection)
                ? projection.imageHash() + projection.simulation().binding()
                : "";
    }

    private Verifier.Verdict verdict() {
        return new Verifier(log, host)
                .verify(log.list(LoggedSimulation.NameRange.ALL, "", 1000).getFirst());
    }

    @ParameterizedTest
    @EnumSource(Coarsening.class)
    void states_from_snapshots_are_those_from_the_first_event(Coarsening coarsening) {
        write(arm64(coarsening == Coarsening.WIDEN ? "64k-48" : "4k-48", coarsening), EVENTS);

        assertThat(snapshots.restore(id(), EVENTS)).isNull();
        String head = hash(replayer.at("s", EVENTS));

        // The replay has left one on its way; writing it is in order behind what was appended before.
        log.takeOwnership("s");
        assertThat(snapshots.nearest(id(), EVENTS)).isEqualTo(Snapshots.LEAST_EVENTS);
        assertThat(hash(replayer.at("s", EVENTS))).isEqualTo(head);
        for (long position : new long[] {
            1, Snapshots.LEAST_EVENTS - 1, Snapshots.LEAST_EVENTS, Snapshots.LEAST_EVENTS + 1, EVENTS - 1
        }) {
            assertThat(hash(replayer.at("s", position)))
                    .as("position %s, seed %s", position, seed)
                    .isEqualTo(hash(replayer.fromTheFirst("s", position, null)));
        }
        assertThat(verdict())
                .returns(null, Verifier.Verdict::problem)
                .returns(1, Verifier.Verdict::snapshots)
                .returns((long) EVENTS, Verifier.Verdict::events);
    }

    @Test
    void a_snapshot_that_becomes_due_in_the_middle_of_many_steps_is_taken_there() {
        PluginBinding binding = arm64("4k-48", Coarsening.REJECT);
        write(binding, EVENTS);
        Projection projection = new Projection(binding, newModel(binding));

        snapshots.pace(id(), 0).apply(projection, history);
        log.takeOwnership("s");

        assertThat(projection.position()).isEqualTo(EVENTS);
        assertThat(log.snapshots(id())).containsExactly((long) Snapshots.LEAST_EVENTS);
        assertThat(verdict().problem()).isNull();
    }

    @Test
    void a_plugin_that_is_selected_later_has_snapshots_of_its_own() {
        write(arm64("4k-48", Coarsening.REJECT), EVENTS);
        String before = hash(replayer.at("s", EVENTS));
        write(arm64("4k-52", Coarsening.REJECT), EVENTS);

        String after = hash(replayer.at("s", 2 * EVENTS));
        log.takeOwnership("s");

        assertThat(snapshots.nearest(id(), 2 * EVENTS)).isGreaterThan(EVENTS);
        assertThat(hash(replayer.at("s", 2 * EVENTS))).isEqualTo(after);
        assertThat(hash(replayer.at("s", EVENTS))).isEqualTo(before);
        assertThat(hash(replayer.at("s", EVENTS + 1))).isEqualTo(hash(replayer.fromTheFirst("s", EVENTS + 1, null)));
        assertThat(verdict().problem()).isNull();
    }

    @Test
    void a_snapshot_that_is_not_what_its_events_lead_to_is_found() {
        write(arm64("4k-48", Coarsening.REJECT), EVENTS);
        hash(replayer.at("s", EVENTS));
        Projection other = snapshots.restore(id(), EVENTS);
        assertThat(other).isNotNull();
        other.apply(List.of(Step.of(other.simulation(), new MemoryEvent.SpaceCreated("x", SpaceKind.USER))));
        byte[] forged = snapshots.bytes(other);
        assertThat(forged).isNotNull();

        log.save(id(), new Snapshot(other.position(), forged)).join();

        assertThat(verdict().problem())
                .isEqualTo("The snapshot at position " + other.position() + " is not what its events lead to.");
    }

    @Test
    void bytes_that_are_no_snapshot_are_passed_over() {
        write(arm64("4k-48", Coarsening.REJECT), EVENTS);
        String head = hash(replayer.at("s", EVENTS));
        Projection projection = snapshots.restore(id(), EVENTS);
        assertThat(projection).isNotNull();
        byte[] whole = snapshots.bytes(projection);
        assertThat(whole).isNotNull();

        for (int length = 0; length < whole.length; length += 1 + whole.length / 50) {
            byte[] cut = java.util.Arrays.copyOf(whole, length);
            assertThat(snapshots.projection(new Snapshot(projection.position(), cut)))
                    .as("cut to %s bytes", length)
                    .isNull();
        }
        assertThat(snapshots.projection(new Snapshot(projection.position() + 1, whole)))
                .as("of another position")
                .isNull();
        log.save(id(), new Snapshot(EVENTS - 1, new byte[] {2, 3, 4})).join();
        assertThat(hash(replayer.at("s", EVENTS))).isEqualTo(head);
    }
}
