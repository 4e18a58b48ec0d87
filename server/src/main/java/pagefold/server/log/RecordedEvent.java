package pagefold.server.log;

import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryEvent;

/**
 * An event as it stands in the log.
 *
 * @param position its number in the simulation's history, from 1
 * @param event what has happened
 * @param schemaVersion the version of the event's form, from 1
 * @param timeMillis when it was appended, in milliseconds since 1970-01-01T00:00Z
 * @param commandId the idempotency key of the request that led to it, if it had one
 * @param correlation what the request belongs to, as the client named it
 * @param causation what led to the request, as a W3C {@code traceparent}
 * @param actor who sent the request; {@code null} where there is no login
 */
public record RecordedEvent(
        long position,
        MemoryEvent event,
        int schemaVersion,
        long timeMillis,
        @Nullable String commandId,
        @Nullable String correlation,
        @Nullable String causation,
        @Nullable String actor) {}
