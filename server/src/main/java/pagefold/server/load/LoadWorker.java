package pagefold.server.load;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import pagefold.model.Hex;
import pagefold.server.client.Route;
import pagefold.server.wire.CommandCodec;

/**
 * Sends what one user does and waits for the answers, on one event loop.
 *
 * <p>With a rate, a step has a time at which it is due. One that is sent later because the answer before it was late
 * counts from when it was due: otherwise a slow server would be asked less and look fast.
 */
final class LoadWorker extends VerticleBase {
    private static final int CREATED = 201;
    private static final int OK = 200;

    private final Ways ways;
    private final LoadUser user;
    private final LoadOptions.Travel travel;
    private final LoadTally tally;
    private final String commandsPath;
    private final String walkPath;
    private final Promise<Void> finished = Promise.promise();
    private @Nullable PatientLink link;
    private @Nullable LoadSocket socket;
    private long dueNanos;
    private long stepNanos;
    private long sent;
    private boolean idle = true;
    private volatile boolean stopping;

    /**
     * How a worker reaches the servers.
     *
     * @param route of its own
     * @param patienceMillis how long a request is repeated
     * @param keys what the keys of its requests begin with; nobody else's do
     */
    record Ways(LoadClient client, Route route, long patienceMillis, String keys) {}

    /** A worker that is ready when it is deployed. */
    LoadWorker(Ways ways, LoadUser user, LoadOptions.Travel travel, LoadTally tally) {
        this.ways = ways;
        this.user = user;
        this.travel = travel;
        this.tally = tally;
        String simulation = "/v1/simulations/" + user.simulation();
        commandsPath = simulation + "/commands";
        walkPath = simulation + "/spaces/" + user.space() + "/walk?va=";
    }

    /** Makes the user's space. */
    @Override
    public Future<?> start() {
        link = new PatientLink(vertx, ways.client, ways.route, ways.patienceMillis, tally);
        return sent(Buffer.buffer("{\"type\":\"create-space\",\"space\":\"" + user.space() + "\",\"kind\":\"user\"}"))
                .compose(answer -> answer.status() == CREATED
                        ? Future.<Void>succeededFuture()
                        : Future.failedFuture(new IllegalStateException("expected a new space, but: " + answer.body())))
                .compose(made -> travel.way() == LoadOptions.Way.SOCKET ? openSocket() : Future.succeededFuture());
    }

    private Future<Void> openSocket() {
        LoadSocket opened = new LoadSocket(
                ways.client,
                link(),
                "/v1/simulations/" + user.simulation() + "/socket",
                this::socketAnswered,
                this::failed);
        socket = opened;
        return opened.open();
    }

    private PatientLink link() {
        PatientLink given = link;
        if (given == null) {
            throw new IllegalStateException("expected a way to the servers, but the worker was not prepared");
        }
        return given;
    }

    private String nextKey() {
        return ways.keys + sent++;
    }

    private Future<LoadClient.Answer> sent(Buffer commands) {
        String key = nextKey();
        return link().ask(connection -> ways.client.post(connection, commandsPath, key, commands));
    }

    /**
     * Begins.
     *
     * @param first when the first step is due
     * @param step time between the user's steps, in nanoseconds; 0 for none
     */
    void begin(long first, long step) {
        dueNanos = first;
        stepNanos = step;
        context.runOnContext(ignored -> {
            int ahead = socket == null ? 1 : travel.size();
            for (int i = 0; i < ahead; i++) {
                next();
            }
        });
    }

    /** Sends nothing more; completes when all is answered. */
    Future<Void> end() {
        stopping = true;
        context.runOnContext(ignored -> endIfIdle());
        return finished.future();
    }

    private void endIfIdle() {
        if (stopping && idle && (socket == null || socket.isIdle())) {
            if (socket != null) {
                socket.close();
            }
            finished.tryComplete();
        }
    }

    private void next() {
        if (stopping) {
            endIfIdle();
            return;
        }
        long now = System.nanoTime();
        if (stepNanos == 0) {
            step(now);
            return;
        }
        long due = dueNanos;
        dueNanos += stepNanos;
        long wait = TimeUnit.NANOSECONDS.toMillis(due - now);
        if (wait < 1) {
            step(Math.min(due, now));
        } else {
            // A timer that comes late is the fault of this side and not of the server.
            vertx.setTimer(wait, fired -> {
                if (stopping) {
                    endIfIdle();
                } else {
                    step(System.nanoTime());
                }
            });
        }
    }

    private void step(long began) {
        switch (user.next()) {
            case LoadUser.Step.Walk(long address) -> walk(address, began);
            case LoadUser.Step.Change change when socket != null -> sendMessage(socket, change, began);
            case LoadUser.Step.Change change when travel.way() == LoadOptions.Way.BATCH -> batch(change, began);
            case LoadUser.Step.Change change -> post(json(change), 1, began);
        }
    }

    private static Buffer json(LoadUser.Step.Change change) {
        return Buffer.buffer(CommandCodec.encode(change.command()));
    }

    private void batch(LoadUser.Step.Change first, long began) {
        Buffer body = Buffer.buffer("[").appendBuffer(json(first));
        int count = 1;
        while (count < travel.size()) {
            if (user.next() instanceof LoadUser.Step.Change change) {
                body.appendString(",").appendBuffer(json(change));
                count++;
            }
        }
        post(body.appendString("]"), count, began);
    }

    private void post(Buffer body, int count, long began) {
        idle = false;
        sent(body).onComplete(answered -> {
            if (isAnswered(answered, CREATED)) {
                tally.changed(user.simulation(), count, micros(began));
                next();
            }
        });
    }

    private void walk(long address, long began) {
        idle = false;
        String path = walkPath + Hex.address(address);
        link().ask(connection -> ways.client.get(connection, path)).onComplete(answered -> {
            if (isAnswered(answered, OK)) {
                tally.walked(micros(began));
                next();
            }
        });
    }

    private boolean isAnswered(AsyncResult<LoadClient.Answer> answered, int expected) {
        idle = true;
        if (answered.succeeded() && answered.result().status() == expected) {
            return true;
        }
        failed(answered.succeeded() ? "status " + answered.result().status() : "connection lost");
        return false;
    }

    private void sendMessage(LoadSocket opened, LoadUser.Step.Change change, long began) {
        String text =
                "{\"type\":\"commands\",\"idempotencyKey\":\"" + nextKey() + "\",\"commands\":" + json(change) + "}";
        opened.send(new LoadSocket.Message(began, text));
    }

    private void socketAnswered(LoadSocket.Message message, JsonObject answer) {
        if ("accepted".equals(answer.getString("type"))) {
            tally.changed(user.simulation(), 1, micros(message.began()));
            next();
        } else {
            failed("refused over the socket");
        }
    }

    /** A user who has been refused something does not know its space any more, and stops. */
    private void failed(String what) {
        if (!finished.future().isComplete()) {
            tally.failed(what);
            stopping = true;
            if (socket != null) {
                socket.close();
            }
            finished.tryComplete();
        }
    }

    private static long micros(long began) {
        return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - began);
    }
}
