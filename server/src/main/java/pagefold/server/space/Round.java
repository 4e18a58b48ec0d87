package pagefold.server.space;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.model.Rejection;
import pagefold.model.Simulation;
import pagefold.model.Step;
import pagefold.server.log.CommandRecord;
import pagefold.server.log.LogException;
import pagefold.server.log.NewBatch;
import pagefold.server.replay.Trouble;

/**
 * The units that become one row of the log, decided one after the other on a state that is not durable yet.
 *
 * <p>All answers wait for the end of the round, refusals too: what they rest on may be in the round itself.
 */
final class Round {
    /** Most events of a round. */
    static final int MAX_EVENTS = 2 * CommandUnit.MAX_COMMANDS;
    /** Most units of a round. */
    static final int MAX_UNITS = 1024;
    /** Most characters of remarks in a round; a character takes up to 6 bytes in the log. */
    private static final int MAX_REMARK_CHARACTERS = 2 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Round.class);

    private final Simulation before;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final Set<String> keys = new HashSet<>();
    private int remarkCharacters;

    /** A unit with the number of its first step; without an answer it is accepted so far. */
    private record Entry(
            Pending pending, int firstStep, @Nullable UnitAnswer answer) {}

    Round(Simulation before) {
        this.before = before;
    }

    /** The state in which the round began. */
    Simulation before() {
        return before;
    }

    /** The state behind the last accepted unit. */
    Simulation after() {
        return steps.isEmpty() ? before : steps.getLast().after();
    }

    /** The steps of all accepted units. */
    List<Step> steps() {
        return List.copyOf(steps);
    }

    boolean hasSteps() {
        return !steps.isEmpty();
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    boolean hasKey(String key) {
        return keys.contains(key);
    }

    int unitCount() {
        return entries.size();
    }

    /** Whether a unit fits into the round. */
    boolean hasRoom(CommandUnit unit, int maxUnits) {
        return entries.isEmpty()
                || entries.size() < maxUnits
                        && steps.size() + unit.commands().size() <= MAX_EVENTS
                        && remarkCharacters + remarkCharacters(unit) <= MAX_REMARK_CHARACTERS;
    }

    private static int remarkCharacters(CommandUnit unit) {
        int characters = 0;
        for (MemoryCommand command : unit.commands()) {
            characters += command instanceof MemoryCommand.Annotate annotate
                    ? annotate.text().length()
                    : 0;
        }
        return characters;
    }

    /** Decides a unit in the state behind those before it. */
    void add(Pending pending, Function<String, @Nullable CommandRecord> log) {
        UnitAnswer answer = condition(pending.unit(), log);
        int firstStep = steps.size();
        if (answer == null) {
            answer = decide(pending.unit());
        }
        Lane.Place place = pending.unit().place();
        if (answer != null && place != null && !(answer instanceof UnitAnswer.Accepted)) {
            place.doubt();
        }
        entries.add(new Entry(pending, firstStep, answer));
        remarkCharacters += remarkCharacters(pending.unit());
        String key = pending.unit().ids().commandId();
        if (answer == null && key != null) {
            keys.add(key);
        }
    }

    private @Nullable UnitAnswer condition(CommandUnit unit, Function<String, @Nullable CommandRecord> log) {
        Lane.Place place = unit.place();
        if (place != null && place.isCancelled()) {
            return new UnitAnswer.Cancelled();
        }
        try {
            UnitAnswer repeated = repeated(unit, log);
            if (repeated != null) {
                return repeated;
            }
        } catch (LogException e) {
            // Whether it was there before cannot be known now.
            return new UnitAnswer.Failed(Trouble.of(e));
        }
        Long expected = unit.expected();
        long position = after().position();
        return expected != null && expected != position ? new UnitAnswer.Stale(expected, position) : null;
    }

    /** The answer to a unit whose command id the log has already; null when it does not. */
    static @Nullable UnitAnswer repeated(CommandUnit unit, Function<String, @Nullable CommandRecord> log) {
        String key = unit.ids().commandId();
        if (key == null) {
            return null;
        }
        CommandRecord recorded = log.apply(key);
        if (recorded == null) {
            return repeatedFormer(unit, key, log);
        }
        return recorded.requestDigest().equals(unit.ids().requestDigest())
                ? new UnitAnswer.Accepted(recorded.first(), recorded.last(), true)
                : new UnitAnswer.KeyReused(key, recorded.first(), recorded.last());
    }

    /** The same for a chunk that the log has from before the ids of chunks were out of the reach of clients' keys. */
    private static @Nullable UnitAnswer repeatedFormer(
            CommandUnit unit, String key, Function<String, @Nullable CommandRecord> log) {
        String former = NewBatch.ChunkKey.former(key);
        CommandRecord recorded = former == null ? null : log.apply(former);
        return recorded != null && recorded.requestDigest().equals(unit.ids().requestDigest())
                ? new UnitAnswer.Accepted(recorded.first(), recorded.last(), true)
                : null;
    }

    private @Nullable UnitAnswer decide(CommandUnit unit) {
        Simulation state = after();
        int firstStep = steps.size();
        List<MemoryCommand> commands = unit.commands();
        for (int i = 0; i < commands.size(); i++) {
            UnitAnswer answer;
            try {
                answer = switch (state.decide(commands.get(i))) {
                    case Decision.Accepted(MemoryEvent event) -> {
                        steps.add(Step.of(state, event));
                        yield null;
                    }
                    case Decision.Rejected(Rejection rejection) -> new UnitAnswer.Rejected(i, rejection);
                };
            } catch (RuntimeException e) {
                LOG.error("cannot decide {} at position {}", commands.get(i), state.position(), e);
                answer = new UnitAnswer.Failed(new Trouble.Unexpected("The command could not be decided: " + e));
            }
            if (answer != null) {
                cut(firstStep);
                return answer;
            }
            state = steps.getLast().after();
        }
        return null;
    }

    private void cut(int firstStep) {
        steps.subList(firstStep, steps.size()).clear();
    }

    /**
     * Refuses the unit of a step, because the tables cannot hold it; or takes it back, when it is to be checked again
     * behind the others.
     *
     * @return the units to be decided again, in order: they were decided in a state that will not be
     */
    Deque<Pending> refuse(int step, Rejection rejection) {
        int index = entryOf(step);
        Entry refused = entries.get(index);
        if (rejection instanceof Rejection.LimitExceeded && refused.firstStep() > 0) {
            // Room is counted from above for all steps of a check: what is refused behind others may fit behind them.
            return takeBehind(index - 1);
        }
        Deque<Pending> behind = takeBehind(index);
        settle(index, new UnitAnswer.Rejected(step - refused.firstStep(), rejection));
        return behind;
    }

    private int entryOf(int step) {
        int index = entries.size() - 1;
        while (entries.get(index).answer() != null || entries.get(index).firstStep() > step) {
            index--;
        }
        return index;
    }

    /** Gives the only unit that is accepted another answer. */
    void refuseOnly(UnitAnswer answer) {
        int index = 0;
        while (entries.get(index).answer() != null) {
            index++;
        }
        settle(index, answer);
    }

    private void settle(int index, UnitAnswer answer) {
        Entry entry = entries.get(index);
        cut(entry.firstStep());
        forget(entry.pending());
        entries.set(index, new Entry(entry.pending(), entry.firstStep(), answer));
        Lane.Place place = entry.pending().unit().place();
        if (place != null) {
            place.doubt();
        }
    }

    /** Takes back all units behind the first accepted one. */
    Deque<Pending> keepFirst() {
        int index = 0;
        while (entries.get(index).answer() != null) {
            index++;
        }
        return takeBehind(index);
    }

    /** Takes back all units, in order. */
    Deque<Pending> takeAll() {
        return takeBehind(-1);
    }

    private Deque<Pending> takeBehind(int index) {
        Deque<Pending> taken = new ArrayDeque<>();
        while (entries.size() > index + 1) {
            Entry entry = entries.removeLast();
            cut(Math.min(entry.firstStep(), steps.size()));
            forget(entry.pending());
            Lane.Place place = entry.pending().unit().place();
            if (place != null) {
                place.trust();
            }
            taken.addFirst(entry.pending());
        }
        return taken;
    }

    private void forget(Pending pending) {
        String key = pending.unit().ids().commandId();
        if (key != null) {
            keys.remove(key);
        }
        remarkCharacters -= remarkCharacters(pending.unit());
    }

    /** Forgets all units, because they are answered; the state behind them stays. */
    void clear() {
        entries.clear();
        keys.clear();
    }

    /** How many units are accepted. */
    int acceptedCount() {
        return (int) entries.stream().filter(entry -> entry.answer() == null).count();
    }

    /** Whether a unit is answered otherwise than with its events. */
    boolean refuses() {
        return entries.stream()
                .anyMatch(entry -> entry.answer() != null && !(entry.answer() instanceof UnitAnswer.Accepted));
    }

    /** What the log is to keep of the accepted units. */
    NewBatch toBatch() {
        List<NewBatch.Unit> units = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.answer() == null) {
                CommandUnit unit = entry.pending().unit();
                int end = entry.firstStep() + unit.commands().size();
                List<MemoryEvent> events = new ArrayList<>(unit.commands().size());
                for (Step step : steps.subList(entry.firstStep(), end)) {
                    events.add(step.event());
                }
                CommandUnit.Ids ids = unit.ids();
                units.add(new NewBatch.Unit(
                        events, ids.commandId(), ids.requestDigest(), ids.correlation(), ids.causation(), ids.actor()));
            }
        }
        return new NewBatch(units);
    }

    /** Answers every unit; the accepted ones are durable. */
    void answerAll() {
        long position = before.position();
        for (Entry entry : entries) {
            UnitAnswer answer = entry.answer();
            if (answer == null) {
                long first = position + entry.firstStep() + 1;
                long last = first + entry.pending().unit().commands().size() - 1;
                if (last > after().position()) {
                    throw new IllegalStateException("expected the steps of every accepted unit in its round, but those"
                            + " up to position " + last + " are missing behind " + after().position());
                }
                answer = new UnitAnswer.Accepted(first, last, false);
            }
            entry.pending().answer(answer);
        }
    }
}
