package pagefold.model;

/**
 * One event with the neutral state on both sides of it.
 *
 * @param event what has happened
 * @param before the state in which it was decided
 * @param after that state evolved by the event
 */
public record Step(MemoryEvent event, Simulation before, Simulation after) {

    /** The step that {@code event} makes from {@code before}. */
    public static Step of(Simulation before, MemoryEvent event) {
        return new Step(event, before, before.evolve(event));
    }
}
