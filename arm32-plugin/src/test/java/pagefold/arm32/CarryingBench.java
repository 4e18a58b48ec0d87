package pagefold.arm32;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Rejection;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.table.PageTableModel;
import pagefold.table.TableListener;
import pagefold.table.TableView;

/** A machine whose commands are decided, checked and projected one by one, with processes that carry a kernel. */
public final class CarryingBench {
    public static final long MB = 1 << 20;

    private static final long PAGE = 0x1000;

    public final PageTableModel model;
    /** What was told of the last command, level 1 words alone. */
    public final List<String> told = new ArrayList<>();

    public final List<Step> steps = new ArrayList<>();
    public Simulation simulation = Simulation.EMPTY;

    private final int entryShift;

    /**
     * An empty machine.
     *
     * @param profile {@code classic} or {@code lpae}
     */
    public CarryingBench(String profile) {
        this(profile, Coarsening.REJECT);
    }

    /** An empty machine that may round, or not. */
    CarryingBench(String profile, Coarsening coarsening) {
        this.model = new Arm32Plugin().newModel(profile, coarsening);
        this.entryShift = profile.equals("lpae") ? 30 : 20;
    }

    /** The same with an empty kernel, {@code k}, and an empty process, {@code p}. */
    public static CarryingBench withKernelAndProcess(String profile) {
        CarryingBench bench = new CarryingBench(profile);
        bench.done(new CreateSpace("k", SpaceKind.KERNEL));
        bench.done(new CreateSpace("p", SpaceKind.USER));
        return bench;
    }

    /** A read of a page by the kernel. */
    public static TouchRange read(String space, long address) {
        return new TouchRange(space, AddressRange.ofSize(address, PAGE), Access.READ, Privilege.PRIVILEGED);
    }

    private final class Teller implements TableListener {
        @Override
        public void wrote(long address, int level, long oldWord, long newWord) {
            if (level == 1) {
                told.add("%x: %x -> %x".formatted(address, oldWord, newWord));
            }
        }

        @Override
        public void invalidated(String space, long start, long last, boolean leafOnly) {
            told.add("invalidate %x-%x of %s".formatted(start, last, space));
        }

        @Override
        public void invalidatedAll(String space) {
            told.add("invalidate all of " + space);
        }
    }

    /** Why a command leads to nothing, or {@code null} when it has led to its event. */
    public @Nullable Rejection run(MemoryCommand command) {
        told.clear();
        return switch (simulation.decide(command)) {
            case Decision.Rejected(Rejection rejection) -> rejection;
            case Decision.Accepted(MemoryEvent event) -> {
                Step step = Step.of(simulation, event);
                PageTableModel.Refusal refusal = model.check(List.of(step));
                if (refusal == null) {
                    model.apply(step, new Teller());
                    steps.add(step);
                    simulation = step.after();
                }
                yield refusal == null ? null : refusal.rejection();
            }
        };
    }

    /** Runs a command that must not be rejected. */
    public void done(MemoryCommand command) {
        assertThat(run(command)).as(command.toString()).isNull();
    }

    public void map(String space, long start, long size, long output, Attributes attributes) {
        done(new MapRange(space, AddressRange.ofSize(start, size), new Output.Physical(output), attributes, false));
    }

    public static Attributes kernel(String permissions) {
        return Attributes.kernel(Permissions.parse(permissions), MemoryType.NORMAL_WB);
    }

    public long root(String space) {
        return model.tables(space).getFirst().address();
    }

    /** The level 1 word of an address in the start table of a space. */
    public long word(String space, long address) {
        TableView root = model.table(root(space));
        return root == null ? -1 : root.words()[(int) (address >>> entryShift)];
    }
}
