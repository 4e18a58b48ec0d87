package pagefold.server.load;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.WebSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import pagefold.model.Hex;
import pagefold.server.wire.CommandCodec;

/**
 * Sends what one user does and waits for the answers, on one event loop.
 *
 * <p>With a rate, a step has a time at which it is due. One that is sent later because the answer before it was late
 * counts from when it was due: otherwise a slow server would be asked less and look fast.
 */
final class LoadWorker extends VerticleBase {
    private final LoadClient client;
    private final LoadUser user;
    private final LoadOptions.Travel travel;
    private final LoadTally tally;
    private final String commandsPath;
    private final String walkPath;
    /** When the messages were sent, or due, that a socket has not answered yet. */
    private final Deque<Long> sent = new ArrayDeque<>();

    private final Promise<Void> finished = Promise.promise();
    private @Nullable HttpClientConnection connection;
    private @Nullable WebSocket socket;
    private long dueNanos;
    private long stepNanos;
    private boolean idle = true;
    private volatile boolean stopping;

    /** A worker that is ready when it is deployed. */
    LoadWorker(LoadClient client, LoadUser user, LoadOptions.Travel travel, LoadTally tally) {
        this.client = client;
        this.user = user;
        this.travel = travel;
        this.tally = tally;
        String simulation = "/v1/simulations/" + user.simulation();
        commandsPath = simulation + "/commands";
        walkPath = simulation + "/spaces/" + user.space() + "/walk?va=";
    }

    /** Connects and makes the user's space. */
    @Override
    public Future<?> start() {
        return client.connect()
                .onSuccess(connected -> connection = connected)
                .compose(connected -> client.post(
                        connected,
                        commandsPath,
                        Buffer.buffer(
                                "{\"type\":\"create-space\",\"space\":\"" + user.space() + "\",\"kind\":\"user\"}")))
                .compose(answer -> answer.status() == 201
                        ? Future.<Void>succeededFuture()
                        : Future.failedFuture(new IllegalStateException("expected a new space, but: " + answer.body())))
                .compose(made -> travel.way() == LoadOptions.Way.SOCKET ? openSocket() : Future.succeededFuture());
    }

    private Future<Void> openSocket() {
        return client.socket("/v1/simulations/" + user.simulation() + "/socket")
                .onSuccess(opened -> {
                    socket = opened;
                    opened.textMessageHandler(this::socketAnswered);
                    opened.closeHandler(closed -> {
                        if (!finished.future().isComplete()) {
                            tally.failed("socket closed");
                            finished.tryComplete();
                        }
                    });
                })
                .mapEmpty();
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
        if (stopping && idle && sent.isEmpty()) {
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
            case LoadUser.Step.Change change when socket != null -> sendMessage(change, began);
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
        client.post(connected(), commandsPath, body).onComplete(answered -> {
            idle = true;
            if (answered.succeeded() && answered.result().status() == 201) {
                tally.changed(user.simulation(), count, micros(began));
                next();
            } else {
                failed(answered.succeeded() ? "status " + answered.result().status() : "connection lost");
            }
        });
    }

    private void walk(long address, long began) {
        idle = false;
        client.get(connected(), walkPath + Hex.address(address)).onComplete(answered -> {
            idle = true;
            if (answered.succeeded() && answered.result().status() == 200) {
                tally.walked(micros(began));
                next();
            } else {
                failed(answered.succeeded() ? "status " + answered.result().status() : "connection lost");
            }
        });
    }

    private HttpClientConnection connected() {
        HttpClientConnection connected = connection;
        if (connected == null) {
            throw new IllegalStateException("expected a connection, but the worker was not prepared");
        }
        return connected;
    }

    private void sendMessage(LoadUser.Step.Change change, long began) {
        WebSocket opened = socket;
        if (opened != null) {
            sent.add(began);
            opened.writeTextMessage("{\"type\":\"commands\",\"commands\":" + json(change) + "}");
        }
    }

    private void socketAnswered(String text) {
        Long began = sent.poll();
        if (began != null && text.startsWith("{\"type\":\"accepted\"")) {
            tally.changed(user.simulation(), 1, micros(began));
            next();
        } else {
            failed("refused over the socket");
        }
    }

    /** A user who has been refused something does not know its space any more, and stops. */
    private void failed(String what) {
        tally.failed(what);
        stopping = true;
        finished.tryComplete();
    }

    private static long micros(long began) {
        return TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - began);
    }
}
