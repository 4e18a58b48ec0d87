package pagefold.server.stress;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.model.Simulation;
import pagefold.server.client.PatientClient;
import pagefold.server.client.PatientClient.Answer;
import pagefold.server.client.PatientClient.Request;
import pagefold.server.client.Route;
import pagefold.server.wire.EventCodec;
import pagefold.server.wire.MalformedJson;

/**
 * Holds the log of a simulation, as every node tells it, against the ledger: each acknowledged command must have led, at the
 * position that was acknowledged and nowhere else, to the event that it leads to in the state before.
 */
final class LedgerCheck {
    private static final int PAGE = 10_000;
    private static final int MAX_SAID = 20;
    private static final List<String> ENVELOPE =
            List.of("position", "time", "commandId", "correlation", "causation", "actor");

    private final PatientClient client;
    private final List<URI> servers;
    private final String simulation;
    private final Ledger.Page page;
    private final List<String> violations = new ArrayList<>();
    private final Map<String, Long> positions = new LinkedHashMap<>();
    private Simulation state = Simulation.EMPTY;
    private long lost;
    private long duplicated;
    private int filled;

    /**
     * What was found.
     *
     * @param position of the last event
     * @param acknowledged commands
     * @param lost acknowledged commands whose event is not where it was acknowledged
     * @param duplicated events of requests that had one already
     * @param hashes of the image of the tables at the last position, by server
     * @param violations in words, the first ones
     */
    record Found(
            String simulation,
            long position,
            long acknowledged,
            long lost,
            long duplicated,
            Map<URI, String> hashes,
            List<String> violations) {}

    LedgerCheck(PatientClient client, List<URI> servers, String simulation, Ledger.Page page) {
        this.client = client;
        this.servers = servers;
        this.simulation = simulation;
        this.page = page;
    }

    Found check() {
        Map<URI, String> hashes = new LinkedHashMap<>();
        try {
            String digest = read(servers.getFirst(), this::check);
            for (URI server : servers) {
                String here = server.equals(servers.getFirst()) ? digest : read(server, line -> {});
                if (!here.equals(digest)) {
                    violate(server + " tells another log than " + servers.getFirst());
                }
                hashes.put(server, hash(server, state.position()));
            }
        } catch (IOException | MalformedJson e) {
            violate("the log or its tables cannot be read: " + e.getMessage());
        }
        if (hashes.values().stream().distinct().count() > 1) {
            violate("the images of the tables at position " + state.position() + " differ: " + hashes);
        }
        page.acknowledged.forEach((key, entry) -> {
            if (!positions.containsKey(key)) {
                lost++;
                violate("the acknowledged request " + key + " is not in the log; it was to be event "
                        + entry.position());
            }
        });
        Filler.Batch batch = page.batch;
        if (batch != null && filled != batch.commands().size()) {
            lost += Math.max(0, batch.commands().size() - filled);
            violate("of the request " + batch.key() + " there are " + filled + " events of "
                    + batch.commands().size());
        }
        page.refused.keySet().stream()
                .filter(positions::containsKey)
                .forEach(key -> violate("the refused request " + key + " is event " + positions.get(key)));
        return new Found(
                simulation,
                state.position(),
                page.acknowledged.size(),
                lost,
                duplicated,
                hashes,
                List.copyOf(violations));
    }

    private void violate(String sentence) {
        if (violations.size() < MAX_SAID) {
            violations.add(simulation + ": " + sentence);
        }
    }

    private Answer get(URI server, String path) throws IOException {
        Answer answer = client.send(new Route(List.of(server), 0), Request.get("/v1/simulations/" + simulation + path));
        if (answer.status() != 200) {
            throw new IOException(
                    "expected an answer to " + path + " of " + simulation + " from " + server + ", but it is "
                            + answer.status() + " " + new String(answer.body(), StandardCharsets.UTF_8).strip());
        }
        return answer;
    }

    /** What a server itself makes of the log, whoever has the simulation. */
    private String hash(URI server, long position) throws IOException {
        return new JsonObject(Buffer.buffer(
                        get(server, "/stats?consistency=any&at=" + position).body()))
                .getString("imageHash");
    }

    /** Reads all events from a server; answers a digest of what it told. */
    private String read(URI server, Consumer<JsonObject> each) throws IOException {
        MessageDigest digest = sha256();
        long next = 1;
        while (true) {
            JsonObject read = new JsonObject(Buffer.buffer(
                    get(server, "/events?limit=" + PAGE + "&from=" + next).body()));
            for (Object event : read.getJsonArray("events")) {
                if (event instanceof JsonObject object) {
                    digest.update(object.toBuffer().getBytes());
                    each.accept(object);
                }
            }
            if (!read.containsKey("next")) {
                return HexFormat.of().formatHex(digest.digest());
            }
            next = read.getLong("next");
        }
    }

    private void check(JsonObject line) {
        long position = line.getLong("position");
        if (position != state.position() + 1) {
            violate("event " + position + " follows event " + state.position());
        }
        String key = line.getString("commandId");
        JsonObject fields = line.copy();
        ENVELOPE.forEach(fields::remove);
        MemoryEvent event = EventCodec.decode(fields.toBuffer().getBytes());
        Filler.Batch batch = page.batch;
        if (batch != null && batch.key().equals(key)) {
            check(batch, position, event);
        } else if (key != null) {
            check(key, position, event);
        }
        state = state.evolve(event);
    }

    private void check(Filler.Batch batch, long position, MemoryEvent event) {
        filled++;
        if (position < batch.first() || position > batch.last()) {
            duplicated++;
            violate("the request " + batch.key() + " is event " + position + " as well");
        } else if (!leadsTo(batch.commands().get((int) (position - batch.first())), event)) {
            lost++;
            violate("event " + position + " is not what the request " + batch.key() + " leads to: " + event);
        }
    }

    private boolean leadsTo(MemoryCommand command, MemoryEvent event) {
        return state.decide(command) instanceof Decision.Accepted(MemoryEvent expected) && expected.equals(event);
    }

    private void check(String key, long position, MemoryEvent event) {
        Long earlier = positions.putIfAbsent(key, position);
        if (earlier != null) {
            duplicated++;
            violate("the request " + key + " is event " + earlier + " and event " + position);
            return;
        }
        Ledger.Entry entry = page.acknowledged.get(key);
        if (entry == null) {
            return;
        }
        if (entry.position() != position) {
            lost++;
            violate("the request " + key + " was acknowledged as event " + entry.position() + ", but it is event "
                    + position);
        } else if (!leadsTo(entry.command(), event)) {
            lost++;
            violate("event " + position + " is not what the request " + key + " leads to: " + event);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("expected SHA-256 in every Java platform, but: " + e, e);
        }
    }
}
