package pagefold.server.replay;

/** Reads a projection and changes nothing. What it answers must not hold on to the projection or to its plugin. */
@FunctionalInterface
public interface Question<R> {
    /** Asks, on the projection's own thread. */
    R ask(Projection projection);
}
