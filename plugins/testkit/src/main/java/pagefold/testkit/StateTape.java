package pagefold.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.StateSink;
import pagefold.model.StateSource;

/** What a state was taken apart into, in memory, with the kind of every part: reading in another order is found. */
public final class StateTape implements StateSink, StateSource {
    private final Deque<Object> parts = new ArrayDeque<>();

    /** An empty tape. */
    public StateTape() {}

    @Override
    public void number(long number) {
        parts.add(number);
    }

    @Override
    public void text(String text) {
        parts.add(text);
    }

    @Override
    public long number() {
        return next(Long.class);
    }

    @Override
    public String text() {
        return next(String.class);
    }

    private <T> T next(Class<T> type) {
        Object part = parts.poll();
        Expect.that(type.isInstance(part), () -> "the next part of a saved state is " + part + ", not a " + type);
        return type.cast(part);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StateTape tape && List.copyOf(parts).equals(List.copyOf(tape.parts));
    }

    @Override
    public int hashCode() {
        return List.copyOf(parts).hashCode();
    }

    /** How many parts have not been read. */
    int rest() {
        return parts.size();
    }
}
