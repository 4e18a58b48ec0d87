package pagefold.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import pagefold.arm64.Arm64Plugin;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Sharing;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.table.PageTableModel;

/**
 * Whole events on one thread: decided in the neutral state, checked against the profile, applied to the tables.
 * Nanoseconds an event, for maps and unmaps of 1 to 16 pages of anonymous memory.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HistoryBenchmark {
    private static final int COMMANDS = 100_000;
    private static final int BATCH = 4096;

    private final List<MemoryCommand> commands = new ArrayList<>();
    private Simulation state = Simulation.EMPTY;
    private PageTableModel model = new Arm64Plugin().newModel("4k-48", Coarsening.REJECT);

    /** A history of maps and unmaps over 4 GiB. */
    @Setup(Level.Trial)
    public void write() {
        SplittableRandom random = new SplittableRandom(1);
        Attributes attributes = Attributes.user(Permissions.parse("rw-/rw-"));
        for (int i = 0; i < COMMANDS; i++) {
            AddressRange range = AddressRange.ofSize(
                    0x7f00_0000_0000L + ((long) random.nextInt(1 << 16) << 16), 4096L * (1 + random.nextInt(16)));
            Output output = new Output.Backed("object" + i % 1000, (long) i / 1000 << 16, Sharing.PRIVATE);
            commands.add(
                    i % 2 == 0
                            ? new MemoryCommand.MapRange("u", range, output, attributes, true)
                            : new MemoryCommand.UnmapRange("u", range, true));
        }
        run(List.of(new MemoryCommand.CreateSpace("u", SpaceKind.USER)));
    }

    private void run(List<MemoryCommand> batch) {
        List<Step> steps = new ArrayList<>(batch.size());
        for (MemoryCommand command : batch) {
            if (state.decide(command) instanceof Decision.Accepted(MemoryEvent event)) {
                Step step = Step.of(state, event);
                steps.add(step);
                state = step.after();
            }
        }
        if (model.check(steps) != null) {
            throw new IllegalStateException("expected a history that fits, but it does not");
        }
        for (Step step : steps) {
            model.apply(step, null);
        }
    }

    /** All commands, in batches as the server's. */
    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public long events() {
        for (int i = 0; i < COMMANDS; i += BATCH) {
            run(commands.subList(i, Math.min(COMMANDS, i + BATCH)));
        }
        return state.position();
    }
}
