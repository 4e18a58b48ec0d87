package pagefold.server.linearizability;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for an order of the operations of one history.
 *
 * <p>It goes through invocations and returns in the order of time. At an invocation the operation may take effect, if
 * the object can answer so in its state; then it is taken out of the history, and the search begins again at the front.
 * At a return of an operation that has not taken effect, the last choice is taken back. The same set of operations with
 * the same state behind it is never tried twice. Operations that change nothing, as reads, are no choices: they take effect
 * as soon as they can.
 *
 * @param <S> the state of the object
 * @param <A> what is asked and answered
 */
public final class Linearizability<S, A> {
    /** States that are tried, unless told otherwise. */
    public static final int MAX_STATES = 1_000_000;

    private final SequentialObject<S, A> object;
    private final List<Operation<A>> operations;
    private final int maxStates;
    private final Moment head = new Moment(-1, false);
    private final Set<Tried<S>> tried = new HashSet<>();
    private final Deque<Choice<S>> choices = new ArrayDeque<>();
    private final BitSet effective = new BitSet();
    private int returnsLeft;

    /** An invocation or a return, in the list of those that are left. */
    private static final class Moment {
        private final int operation;
        private final boolean isReturn;
        /** The return of an invocation; null for returns themselves and where there is none. */
        private @Nullable Moment end;

        private @Nullable Moment previous;
        private @Nullable Moment next;

        private Moment(int operation, boolean isReturn) {
            this.operation = operation;
            this.isReturn = isReturn;
        }

        void remove() {
            if (previous != null) {
                previous.next = next;
            }
            if (next != null) {
                next.previous = previous;
            }
        }

        void putBack() {
            if (previous != null) {
                previous.next = this;
            }
            if (next != null) {
                next.previous = this;
            }
        }
    }

    private record Tried<S>(BitSet effective, S state) {}

    /** An operation that takes effect, the state before, and whether that is another one. */
    private record Choice<S>(Moment invocation, S before, boolean changes) {}

    private record Event(long time, boolean isReturn, int operation) {}

    private Linearizability(SequentialObject<S, A> object, List<Operation<A>> operations, int maxStates) {
        this.object = object;
        this.operations = List.copyOf(operations);
        this.maxStates = maxStates;
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < operations.size(); i++) {
            events.add(new Event(operations.get(i).invoked(), false, i));
            if (!operations.get(i).isPending()) {
                events.add(new Event(operations.get(i).returned(), true, i));
                returnsLeft++;
            }
        }
        // At one and the same time invocations come first: then the operations may have overlapped.
        events.sort(Comparator.comparingLong(Event::time).thenComparing(Event::isReturn));
        Moment[] invocations = new Moment[operations.size()];
        Moment last = head;
        for (Event event : events) {
            Moment moment = new Moment(event.operation, event.isReturn);
            if (event.isReturn) {
                invocations[event.operation].end = moment;
            } else {
                invocations[event.operation] = moment;
            }
            moment.previous = last;
            last.next = moment;
            last = moment;
        }
    }

    /** Checks a history. */
    public static <S, A> Verdict<A> check(SequentialObject<S, A> object, List<Operation<A>> history) {
        return check(object, history, MAX_STATES);
    }

    /**
     * The same with a limit.
     *
     * @param maxStates how many states are tried at most
     */
    public static <S, A> Verdict<A> check(SequentialObject<S, A> object, List<Operation<A>> history, int maxStates) {
        return new Linearizability<>(object, history, maxStates).search();
    }

    private Verdict<A> search() {
        S state = object.initial();
        List<Operation<A>> longest = List.of();
        @Nullable Operation<A> stuck = null;
        Moment moment = head.next;
        while (returnsLeft > 0 && moment != null) {
            if (!moment.isReturn) {
                S after = after(moment, state);
                if (after == null) {
                    moment = moment.next;
                    continue;
                }
                if (tried.size() > maxStates) {
                    return new Verdict.Undecided<>(tried.size());
                }
                choices.push(new Choice<>(moment, state, !after.equals(state)));
                take(moment);
                state = after;
                moment = head.next;
                continue;
            }
            if (stuck == null || choices.size() > longest.size()) {
                longest = order();
                stuck = operations.get(moment.operation);
            }
            Choice<S> last = takeBack();
            if (last == null) {
                return new Verdict.NotLinearizable<>(longest, stuck);
            }
            state = last.before;
            moment = last.invocation.next;
        }
        return new Verdict.Linearizable<>(order());
    }

    /** Takes back the last choice that may have been wrong: what changes nothing is never wrong as early as it can be. */
    private @Nullable Choice<S> takeBack() {
        while (!choices.isEmpty()) {
            Choice<S> last = choices.pop();
            giveBack(last.invocation);
            if (last.changes) {
                return last;
            }
        }
        return null;
    }

    /**
     * The state behind an operation that takes effect now; null when it cannot, or that was tried before, or when nobody
     * can tell whether it has.
     */
    private @Nullable S after(Moment invocation, S state) {
        Operation<A> operation = operations.get(invocation.operation);
        S after = object.after(state, operation.action(), operation.isPending());
        if (after == null || operation.isPending() && after.equals(state)) {
            return null;
        }
        BitSet all = (BitSet) effective.clone();
        all.set(invocation.operation);
        return tried.add(new Tried<>(all, after)) ? after : null;
    }

    private void take(Moment invocation) {
        effective.set(invocation.operation);
        invocation.remove();
        Moment end = invocation.end;
        if (end != null) {
            end.remove();
            returnsLeft--;
        }
    }

    private void giveBack(Moment invocation) {
        effective.clear(invocation.operation);
        Moment end = invocation.end;
        if (end != null) {
            end.putBack();
            returnsLeft++;
        }
        invocation.putBack();
    }

    private List<Operation<A>> order() {
        List<Operation<A>> order = new ArrayList<>(choices.size());
        choices.descendingIterator().forEachRemaining(choice -> order.add(operations.get(choice.invocation.operation)));
        return order;
    }
}
