package pagefold.server.space;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand;
import pagefold.server.log.NewBatch;

/**
 * Commands that are accepted or rejected together.
 *
 * @param commands at least one, at most {@value #MAX_COMMANDS}; the selection of a plugin stands alone
 * @param expected the position that the simulation must be at, or {@code null} for any
 * @param ids how the log names the unit
 * @param place on the lane of what it depends on, or {@code null}
 */
public record CommandUnit(
        List<MemoryCommand> commands, @Nullable Long expected, Ids ids, Lane.@Nullable Place place) {
    /** Most commands of one unit. */
    public static final int MAX_COMMANDS = 4096;

    /**
     * How the log names a unit.
     *
     * @param commandId the idempotency key, or {@code null}
     * @param requestDigest SHA-256 of the request, there with a command id
     * @param correlation what the request belongs to, or {@code null}
     * @param causation what led to it, a W3C {@code traceparent}, or {@code null}
     * @param actor who sent it, or {@code null}
     */
    public record Ids(
            @Nullable String commandId,
            @Nullable String requestDigest,
            @Nullable String correlation,
            @Nullable String causation,
            @Nullable String actor) {
        /** No names at all. */
        public static final Ids NONE = new Ids(null, null, null, null, null);

        public Ids {
            if ((commandId == null) != (requestDigest == null)) {
                throw new IllegalArgumentException("expected a command id together with a request digest");
            }
            NewBatch.requireIds(commandId, correlation, causation, actor);
        }
    }

    public CommandUnit {
        commands = List.copyOf(commands);
        if (commands.isEmpty() || commands.size() > MAX_COMMANDS) {
            throw new IllegalArgumentException(
                    "expected 1 to " + MAX_COMMANDS + " commands, but there are " + commands.size());
        }
        if (commands.size() > 1 && commands.stream().anyMatch(MemoryCommand.SelectPlugin.class::isInstance)) {
            throw new IllegalArgumentException("expected the selection of a plugin alone, but it is in a batch of "
                    + commands.size() + " commands");
        }
    }

    /** A unit without any names or conditions. */
    public static CommandUnit of(MemoryCommand... commands) {
        return new CommandUnit(List.of(commands), null, Ids.NONE, null);
    }
}
