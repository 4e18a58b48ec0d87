package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import pagefold.model.Shareability;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.table.PageTableModel;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableListener;
import pagefold.table.Walk;

/** A simulation under one profile with one space, {@code s}. */
final class Bench {
    static final String SPACE = "s";

    final PageTableModel model;
    private @Nullable TableListener listener;
    private Simulation state = Simulation.EMPTY;

    Bench(String profile, SpaceKind kind) {
        model = new Arm64Plugin().newModel(profile, Coarsening.REJECT);
        run(new MemoryCommand.CreateSpace(SPACE, kind));
    }

    /** Who is told of words from now on. */
    void listen(TableListener next) {
        listener = next;
    }

    Simulation state() {
        return state;
    }

    /** Why the model refuses a command that the state accepts, or {@code null}; a command that passes is run. */
    @Nullable
    Rejection run(MemoryCommand command) {
        if (!(state.decide(command) instanceof Decision.Accepted(MemoryEvent event))) {
            throw new AssertionError("expected an accepted command, but " + state.decide(command));
        }
        Step step = Step.of(state, event);
        PageTableModel.Refusal refusal = model.check(List.of(step));
        if (refusal != null) {
            return refusal.rejection();
        }
        model.apply(step, listener);
        state = step.after();
        return null;
    }

    @Nullable
    Rejection map(long start, long size, long output, Attributes attributes) {
        return run(new MemoryCommand.MapRange(
                SPACE, AddressRange.ofSize(start, size), new Output.Physical(output), attributes, false));
    }

    /** Inner shareable memory, by blocks where they fit. */
    static Attributes attributes(String permissions, MemoryType type, int software) {
        return new Attributes(
                Permissions.parse(permissions), type, Shareability.INNER_SHAREABLE, true, false, software, true, false);
    }

    Walk walk(long address) {
        return model.walk(SPACE, address, Access.READ, Privilege.PRIVILEGED);
    }

    /** The last word that a walk reads. */
    long word(long address) {
        return walk(address).steps().getLast().word();
    }

    long root() {
        return model.tables(SPACE).getFirst().address();
    }

    String dump() {
        StringBuilder text = new StringBuilder();
        try {
            model.dump(SPACE, text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return text.toString();
    }

    /** A copy of the memory that the tables are in. */
    PhysicalMemory memory() {
        Map<Long, Long> words = new HashMap<>();
        model.image((address, table, offset, length) -> {
            for (int i = 0; i < length; i++) {
                words.put(address + 8L * i, table[offset + i]);
            }
        });
        assertThat(words).isNotEmpty();
        return address -> words.getOrDefault(address, 0L);
    }
}
