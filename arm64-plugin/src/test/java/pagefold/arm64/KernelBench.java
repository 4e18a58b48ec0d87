package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
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
import pagefold.table.PageTableModel.BreakRules;
import pagefold.table.TableListener;
import pagefold.table.TableView;
import pagefold.table.Walk;
import pagefold.table.order.BreakBeforeMake;

/** A kernel's space under a profile: runs commands, has the order of what they write judged, and shows words. */
final class KernelBench {
    static final String SPACE = "k";

    final PageTableModel model;
    /** What the last command wrote and invalidated, in order, as text. */
    final List<String> delta = new ArrayList<>();

    private Simulation state = Simulation.EMPTY;

    /** A word that is no table, and where it is. */
    record Leaf(int level, long word) {}

    KernelBench(String profile) {
        this.model = new Arm64Plugin().newModel(profile, Coarsening.REJECT);
        run(new MemoryCommand.CreateSpace(SPACE, SpaceKind.KERNEL));
    }

    static Attributes attributes(String permissions, boolean blocks, boolean contiguous) {
        Attributes all = Attributes.kernel(Permissions.parse(permissions), MemoryType.NORMAL_WB);
        return new Attributes(
                all.permissions(),
                all.memoryType(),
                all.shareability(),
                all.global(),
                all.guarded(),
                all.software(),
                blocks,
                contiguous);
    }

    static MemoryCommand map(long address, long size, long output, Attributes attributes) {
        return new MemoryCommand.MapRange(
                SPACE, AddressRange.ofSize(address, size), new Output.Physical(output), attributes, false);
    }

    Simulation state() {
        return state;
    }

    void run(MemoryCommand... commands) {
        for (MemoryCommand command : commands) {
            switch (state.decide(command)) {
                case Decision.Accepted(MemoryEvent event) -> apply(Step.of(state, event));
                case Decision.Rejected(Rejection rejection) -> throw new AssertionError(rejection.sentence());
            }
        }
    }

    private void apply(Step step) {
        assertThat(model.check(List.of(step))).isNull();
        delta.clear();
        List<String> complaints = new ArrayList<>();
        BreakBeforeMake order = judge(step, complaints);
        model.apply(step, order == null ? new Recorder(null) : new Recorder(order));
        if (order != null) {
            order.finish();
        }
        assertThat(complaints).as(step.event().toString()).isEmpty();
        state = step.after();
    }

    private @Nullable BreakBeforeMake judge(Step step, List<String> complaints) {
        if (state.space(SPACE) == null) {
            return null;
        }
        BreakRules rules = model.breakRules(SPACE);
        assertThat(rules).isNotNull();
        BreakBeforeMake order = new BreakBeforeMake(rules, complaints::add);
        List<TableView> tables = new ArrayList<>();
        step.before().spaces().forEach(space -> tables.addAll(model.tables(space.name())));
        order.know(tables);
        return order;
    }

    private final class Recorder implements TableListener {
        private final @Nullable BreakBeforeMake order;

        Recorder(@Nullable BreakBeforeMake order) {
            this.order = order;
        }

        @Override
        public void wrote(long address, int level, long oldWord, long newWord) {
            delta.add("L" + level + " " + hex(oldWord) + " -> " + hex(newWord));
            if (order != null) {
                order.wrote(address, level, oldWord, newWord);
            }
        }

        @Override
        public void invalidated(String space, long start, long last, boolean leafOnly) {
            delta.add("TLBI " + hex(start) + "-" + hex(last + 1) + (leafOnly ? " leaf" : " all levels"));
            if (order != null) {
                order.invalidated(space, start, last, leafOnly);
            }
        }

        @Override
        public void invalidatedAll(String space) {
            delta.add("TLBI all");
            if (order != null) {
                order.invalidatedAll(space);
            }
        }
    }

    static String hex(long value) {
        return Long.toHexString(value);
    }

    /** Why a command is refused, by the neutral state or by the model. */
    Rejection refuse(MemoryCommand command) {
        return switch (state.decide(command)) {
            case Decision.Rejected(Rejection rejection) -> rejection;
            case Decision.Accepted(MemoryEvent event) -> {
                PageTableModel.Refusal refusal = model.check(List.of(Step.of(state, event)));
                assertThat(refusal).as(command.toString()).isNotNull();
                yield refusal.rejection();
            }
        };
    }

    /** What a model says to commands that are checked together; each of them is accepted by the neutral state. */
    PageTableModel.@Nullable Refusal refusal(List<MemoryCommand> commands) {
        List<Step> steps = new ArrayList<>();
        Simulation now = state;
        for (MemoryCommand command : commands) {
            if (now.decide(command) instanceof Decision.Accepted(MemoryEvent event)) {
                steps.add(Step.of(now, event));
                now = steps.getLast().after();
            }
        }
        assertThat(steps).hasSameSizeAs(commands);
        return model.check(steps);
    }

    /** All words of a space that are neither zero nor tables, by the first address that they translate. */
    NavigableMap<Long, Leaf> leaves(String space) {
        BreakRules rules = model.breakRules(space);
        assertThat(rules).isNotNull();
        NavigableMap<Long, Leaf> leaves = new TreeMap<>(Long::compareUnsigned);
        for (TableView table : model.tables(space)) {
            TableView whole = model.table(table.address());
            assertThat(whole).isNotNull();
            long[] words = whole.words();
            for (int i = 0; i < words.length; i++) {
                if (words[i] != 0 && !rules.isTable(words[i], table.level())) {
                    leaves.put(
                            table.start() + ((long) i << rules.entryShift(table.level())),
                            new Leaf(table.level(), words[i]));
                }
            }
        }
        return leaves;
    }

    NavigableMap<Long, Leaf> leaves() {
        return leaves(SPACE);
    }

    /** The last word that a walk for an address looks at. */
    long word(String space, long address) {
        Walk walk = model.walk(space, address, Access.READ, Privilege.PRIVILEGED);
        return walk.steps().getLast().word();
    }

    long word(long address) {
        return word(SPACE, address);
    }

    long tables() {
        return model.statistics().tables();
    }
}
