package pagefold.server.stress;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.function.BooleanSupplier;
import pagefold.model.Hex;
import pagefold.model.MemoryCommand;
import pagefold.model.SpaceKind;
import pagefold.server.client.PatientClient;
import pagefold.server.client.PatientClient.Answer;
import pagefold.server.client.PatientClient.GaveUp;
import pagefold.server.client.PatientClient.Request;
import pagefold.server.client.Route;
import pagefold.server.load.LoadUser;
import pagefold.server.wire.CommandCodec;

/**
 * One user, who changes and reads a space of its own. Nobody else does, so that every command of it is valid: one that is
 * refused is a fault of the servers.
 */
final class StressUser {
    private static final int CREATED = 201;

    private final PatientClient client;
    private final Route route;
    private final LoadUser user;
    private final Ledger ledger;
    private final String keys;
    private final String path;
    private int sent;
    private long position;

    /** A user; the keys of its requests begin as {@code keys} does. */
    StressUser(PatientClient client, Route route, LoadUser user, Ledger ledger, String keys) {
        this.client = client;
        this.route = route;
        this.user = user;
        this.ledger = ledger;
        this.keys = keys;
        this.path = "/v1/simulations/" + user.simulation();
    }

    /** Makes its space and works until it is told to stop, or has done so many things, or has been refused. */
    void run(int operations, int restMillis, BooleanSupplier stops) throws InterruptedException {
        if (!change(new MemoryCommand.CreateSpace(user.space(), SpaceKind.USER))) {
            return;
        }
        for (int i = 0; !stops.getAsBoolean() && (operations == 0 || i < operations); i++) {
            boolean goesOn = switch (user.next()) {
                case LoadUser.Step.Change(MemoryCommand command) -> change(command);
                case LoadUser.Step.Walk(long address) -> walk(address);
            };
            if (!goesOn) {
                return;
            }
            Thread.sleep(restMillis);
        }
    }

    private boolean change(MemoryCommand command) {
        String key = keys + sent++;
        Request request =
                new Request("POST", path + "/commands", Map.of("Idempotency-Key", key), CommandCodec.encode(command));
        long began = System.nanoTime();
        try {
            Answer answer = client.send(route, request);
            if (answer.attempts() > 0) {
                ledger.repeated.incrementAndGet();
            }
            if (answer.status() != CREATED) {
                ledger.page(user.simulation())
                        .refused
                        .put(key, answer.status() + " " + new String(answer.body()).strip());
                return false;
            }
            position = new JsonObject(Buffer.buffer(answer.body())).getLong("position");
            ledger.acknowledged(user.simulation(), key, new Ledger.Entry(command, position), System.nanoTime() - began);
            return true;
        } catch (GaveUp e) {
            ledger.page(user.simulation()).unknown.add(key);
            return false;
        }
    }

    private boolean walk(long address) {
        long began = System.nanoTime();
        try {
            Answer answer = client.send(
                    route, Request.get(path + "/spaces/" + user.space() + "/walk?va=" + Hex.address(address)));
            if (answer.position() >= 0 && answer.position() < position) {
                ledger.staleReads.incrementAndGet();
            } else if (answer.status() != 200) {
                ledger.page(user.simulation())
                        .refused
                        .put("walk of " + address, answer.status() + " " + new String(answer.body()).strip());
                return false;
            }
            ledger.walked(System.nanoTime() - began);
            return true;
        } catch (GaveUp e) {
            // Nothing depends on a read.
            return true;
        }
    }
}
