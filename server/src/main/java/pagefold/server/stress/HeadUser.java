package pagefold.server.stress;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import pagefold.model.MemoryCommand;
import pagefold.server.client.PatientClient;
import pagefold.server.client.PatientClient.Answer;
import pagefold.server.client.PatientClient.GaveUp;
import pagefold.server.client.PatientClient.Request;
import pagefold.server.client.Route;
import pagefold.server.linearizability.LogHead;
import pagefold.server.linearizability.Operation;
import pagefold.server.wire.CommandCodec;

/** Appends where it expects the head of a log, and reads where it is; keeps what it saw. */
final class HeadUser {
    private static final int CREATED = 201;
    private static final int STALE = 412;
    private static final int MAX_REST_MILLIS = 40;

    private final PatientClient client;
    private final Route route;
    private final Ledger ledger;
    private final String simulation;
    private final int number;
    private final String keys;
    private final Random random;
    private final List<Operation<LogHead.Action>> history = new ArrayList<>();
    private long known = 1;
    private int sent;

    /**
     * A head user.
     *
     * @param number of the user, which makes its random numbers its own
     * @param keys what the keys of its requests begin with
     */
    HeadUser(PatientClient client, Route route, Ledger ledger, String simulation, int number, String keys, long seed) {
        this.client = client;
        this.route = route;
        this.ledger = ledger;
        this.simulation = simulation;
        this.number = number;
        this.keys = keys;
        this.random = new Random(seed * 1_000_003 + number);
    }

    /** What it saw; when it has ended. */
    List<Operation<LogHead.Action>> history() {
        return history;
    }

    void run(int operations, BooleanSupplier stops) throws InterruptedException {
        for (int i = 0; !stops.getAsBoolean() && (operations == 0 || i < operations); i++) {
            if (random.nextInt(3) == 0) {
                read();
            } else {
                append();
            }
            Thread.sleep(random.nextInt(MAX_REST_MILLIS));
        }
    }

    private void read() {
        long invoked = System.nanoTime();
        try {
            // Events are read from the log itself, whoever has the simulation.
            Answer answer = client.send(
                    route, Request.get("/v1/simulations/" + simulation + "/events?limit=1&from=" + Long.MAX_VALUE));
            if (answer.status() == 200) {
                known = answer.position();
                saw(new LogHead.Read(known), invoked);
            } else {
                refused("read", answer);
            }
        } catch (GaveUp e) {
            // A read that nobody saw says nothing.
        }
    }

    private void append() {
        String key = keys + sent++;
        long expected = known;
        MemoryCommand command = new MemoryCommand.Annotate(null, key);
        Request request = new Request(
                "POST",
                "/v1/simulations/" + simulation + "/commands",
                Map.of("Idempotency-Key", key, "If-Match", "\"" + expected + "\""),
                CommandCodec.encode(command));
        long invoked = System.nanoTime();
        try {
            Answer answer = client.send(route, request);
            if (answer.attempts() > 0) {
                ledger.repeated.incrementAndGet();
            }
            JsonObject body = new JsonObject(Buffer.buffer(answer.body()));
            if (answer.status() == CREATED) {
                known = body.getLong("position");
                saw(new LogHead.Append(expected, known), invoked);
                ledger.acknowledged(simulation, key, new Ledger.Entry(command, known), System.nanoTime() - invoked);
            } else if (answer.status() == STALE) {
                known = body.getLong("position");
                saw(new LogHead.Refused(expected, known), invoked);
            } else {
                refused(key, answer);
            }
        } catch (GaveUp e) {
            ledger.page(simulation).unknown.add(key);
            history.add(new Operation<>(number, new LogHead.Append(expected, 0), invoked, Operation.NEVER));
        }
    }

    private void saw(LogHead.Action action, long invoked) {
        history.add(new Operation<>(number, action, invoked, System.nanoTime()));
    }

    private void refused(String what, Answer answer) {
        ledger.page(simulation).refused.put(what, answer.status() + " " + new String(answer.body()).strip());
    }
}
