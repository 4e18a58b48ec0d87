package pagefold.server.stress;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.SpaceKind;
import pagefold.server.client.PatientClient;
import pagefold.server.client.PatientClient.Answer;
import pagefold.server.client.PatientClient.Request;
import pagefold.server.client.Route;
import pagefold.server.wire.CommandCodec;

/**
 * Gives simulations a space with regions before a run begins: 64K each, next to each other, every second one read-only,
 * so that 32 of them take a table of the last level where pages are of 4K.
 */
final class Filler {
    /** The space that is filled. */
    static final String SPACE = "filled";
    /** Most regions: they are one batch with the making of their space. */
    static final int MAX_REGIONS = 4000;

    private static final long REGION_BYTES = 0x1_0000;
    private static final long BASE = 0x10_0000_0000L;
    private static final long PHYSICAL = 0x80_0000_0000L;
    private static final int CREATED = 201;

    private final PatientClient client;
    private final List<MemoryCommand> commands;
    private final byte[] body;
    private final Map<String, Batch> filled = new ConcurrentHashMap<>();

    /**
     * What was acknowledged of a simulation.
     *
     * @param key of the request
     * @param first position of its first event
     * @param commands each of which led to an event
     */
    record Batch(String key, long first, List<MemoryCommand> commands) {
        long last() {
            return first + commands.size() - 1;
        }
    }

    /**
     * What became of simulations that nobody has changed since.
     *
     * @param lost events that were acknowledged and are not there
     * @param duplicated events that are there besides
     */
    record Found(long lost, long duplicated, List<String> violations) {
        /** When nothing was filled. */
        static final Found NOTHING = new Found(0, 0, List.of());
    }

    Filler(PatientClient client, int regions) {
        this.client = client;
        this.commands = commands(regions);
        this.body = commands.stream()
                .map(CommandCodec::encode)
                .map(json -> new String(json, StandardCharsets.UTF_8).strip())
                .collect(java.util.stream.Collectors.joining(",", "[", "]"))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static List<MemoryCommand> commands(int regions) {
        List<MemoryCommand> commands = new ArrayList<>();
        commands.add(new MemoryCommand.CreateSpace(SPACE, SpaceKind.USER));
        for (int i = 0; i < regions; i++) {
            commands.add(new MemoryCommand.MapRange(
                    SPACE,
                    AddressRange.ofSize(BASE + i * REGION_BYTES, REGION_BYTES),
                    new Output.Physical(PHYSICAL + i * REGION_BYTES),
                    Attributes.user(Permissions.parse(i % 2 == 0 ? "rw-/rw-" : "r--/r--")),
                    false));
        }
        return List.copyOf(commands);
    }

    /** Fills a simulation that is empty. Any thread. */
    Batch fill(Route route, String simulation, String key) throws IOException {
        Answer answer = client.send(
                route,
                new Request(
                        "POST", "/v1/simulations/" + simulation + "/commands", Map.of("Idempotency-Key", key), body));
        if (answer.status() != CREATED) {
            throw new IOException("the simulation " + simulation + " cannot be filled: " + answer.status() + " "
                    + new String(answer.body(), StandardCharsets.UTF_8).strip());
        }
        Batch batch = new Batch(key, new JsonObject(Buffer.buffer(answer.body())).getLong("first"), commands);
        filled.put(simulation, batch);
        return batch;
    }

    /**
     * Looks whether the simulations have all events that they were filled with, and no others.
     *
     * @param busy those that somebody has changed since, which are left out
     */
    Found check(ClusterLook.Seen seen, java.util.Set<String> busy) {
        long lost = 0;
        long duplicated = 0;
        List<String> violations = new ArrayList<>();
        for (Map.Entry<String, Batch> entry : filled.entrySet()) {
            if (busy.contains(entry.getKey())) {
                continue;
            }
            ClusterLook.Placed placed = seen.simulations().get(entry.getKey());
            long last = entry.getValue().last();
            long head = placed == null ? 0 : placed.position();
            lost += Math.max(0, last - head);
            duplicated += Math.max(0, head - last);
            if (head != last) {
                violations.add(entry.getKey() + ": expected event " + last + " to be the last one, but it is " + head);
            }
        }
        return new Found(lost, duplicated, violations);
    }
}
