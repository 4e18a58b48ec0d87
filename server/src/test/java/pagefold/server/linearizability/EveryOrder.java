package pagefold.server.linearizability;

import java.util.List;

/** The definition itself, written down as it stands: tries every order, for histories of a few operations. */
final class EveryOrder<S, A> {
    private final SequentialObject<S, A> object;
    private final List<Operation<A>> history;

    EveryOrder(SequentialObject<S, A> object, List<Operation<A>> history) {
        this.object = object;
        this.history = history;
    }

    boolean exists() {
        return extend(object.initial(), 0);
    }

    /** Whether an order exists that begins with those that are done, whatever theirs was. */
    private boolean extend(S state, int done) {
        boolean isComplete = true;
        for (int i = 0; i < history.size(); i++) {
            isComplete &= (done & 1 << i) != 0 || history.get(i).isPending();
        }
        if (isComplete) {
            return true;
        }
        for (int i = 0; i < history.size(); i++) {
            if ((done & 1 << i) == 0 && mayBeNext(i, done)) {
                Operation<A> next = history.get(i);
                S after = object.after(state, next.action(), next.isPending());
                if (after != null && extend(after, done | 1 << i)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether everything that had returned when an operation was invoked is done. */
    private boolean mayBeNext(int operation, int done) {
        for (int i = 0; i < history.size(); i++) {
            if ((done & 1 << i) == 0
                    && i != operation
                    && history.get(i).returned() < history.get(operation).invoked()) {
                return false;
            }
        }
        return true;
    }
}
