package pagefold.server.api;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import org.jspecify.annotations.Nullable;
import pagefold.server.access.Caller;
import pagefold.server.access.Role;
import pagefold.server.replay.Reading;
import pagefold.server.space.CommandUnit;
import pagefold.server.space.UnitAnswer;
import pagefold.server.stream.Chunk;
import pagefold.server.stream.Ending;
import pagefold.server.stream.EventFeeds;
import pagefold.server.stream.StreamSink;
import pagefold.server.stream.Subscription;
import pagefold.server.wire.CommandCodec;

/**
 * A two-way client of one simulation, on its connection's own event loop.
 *
 * <p>Units are decided in the order in which they were sent; one that is refused does not stop those behind it. While
 * too many wait for their answers, or the client does not take its answers, its messages are not read.
 */
final class SocketSession implements StreamSink {
    /** Largest message from a client, in bytes. */
    static final int MAX_MESSAGE_BYTES = 4 << 20;
    /** Most messages with commands that are not answered yet. */
    static final int MAX_WAITING = 256;

    private static final int MAX_WAITING_COMMANDS = 2 * CommandUnit.MAX_COMMANDS;

    private final ServerWebSocket socket;
    private final Admission admission;
    private final Caller caller;
    private final EventFeeds feeds;
    private final String simulation;
    private final Context context;
    private final CommandCodec codec = new CommandCodec();
    private final SocketViolation.Utf8Check utf8 = new SocketViolation.Utf8Check();
    private final Promise<Void> closed = Promise.promise();

    private @Nullable Subscription subscription;
    private boolean subscribing;
    private int waiting;
    private int waitingCommands;
    private boolean stopping;
    private boolean refused;
    private @Nullable Runnable onDrained;

    SocketSession(Exchange exchange, ServerWebSocket socket, Admission admission, EventFeeds feeds) {
        this.socket = socket;
        this.admission = admission;
        this.feeds = feeds;
        this.simulation = exchange.simulation();
        this.caller = exchange.caller();
        this.context = exchange.routing().vertx().getOrCreateContext();
    }

    /** Takes messages from now on. */
    void start() {
        socket.frameHandler(frame -> {
            if (!utf8.holds(frame)) {
                refuse(SocketViolation.NOT_UTF_8, "texts are UTF-8");
            }
        });
        socket.textMessageHandler(this::receive);
        socket.binaryMessageHandler(bytes -> refuse(SocketViolation.NOT_TEXT, "messages are text"));
        socket.exceptionHandler(e -> {
            // A connection that breaks comes here, too; then nobody hears the code.
            refuse(SocketViolation.code(e), "not as RFC 6455 and the limits have it");
            gone();
        });
        socket.closeHandler(gone -> gone());
        socket.drainHandler(drained -> drained());
    }

    private void refuse(short code, String reason) {
        if (!refused) {
            refused = true;
            socket.close(code, reason);
        }
    }

    private void gone() {
        Subscription current = subscription;
        subscription = null;
        if (current != null) {
            current.cancel();
        }
        closed.tryComplete();
    }

    /** The name of its simulation. */
    String simulation() {
        return simulation;
    }

    /** Completes when the connection has ended. */
    Future<Void> closed() {
        return closed.future();
    }

    private void receive(String text) {
        if (stopping || refused || closed.future().isComplete()) {
            return;
        }
        switch (SocketRequest.read(text, codec, caller.name())) {
            case SocketRequest.Malformed(String id, Problem problem) -> send(SocketMessages.refused(id, problem));
            case SocketRequest.Subscribe(String id, Long from) -> subscribe(id, from);
            case SocketRequest.Unsubscribe(String id) -> unsubscribe(id);
            case SocketRequest.Submit(String id, CommandUnit unit) -> submit(id, unit);
        }
        readOrPause();
    }

    private void submit(@Nullable String id, CommandUnit unit) {
        if (!caller.has(Role.OPERATOR, simulation)) {
            send(SocketMessages.refused(id, Guard.forbidden(Role.OPERATOR.word(), simulation)));
            return;
        }
        int commands = unit.commands().size();
        waiting++;
        waitingCommands += commands;
        admission
                .submit(caller, simulation, unit)
                .onComplete(answered -> context.runOnContext(ignored -> {
                    waiting--;
                    waitingCommands -= commands;
                    if (answered.succeeded() && answered.result() instanceof UnitAnswer.Accepted accepted) {
                        send(SocketMessages.accepted(id, accepted));
                    } else {
                        Problem problem = answered.succeeded() ? Problems.of(answered.result(), commands) : null;
                        send(SocketMessages.refused(
                                id, problem == null ? Problems.ofStatus(500, simulation) : problem));
                    }
                    readOrPause();
                    endIfDone();
                }));
    }

    private void subscribe(@Nullable String id, @Nullable Long from) {
        if (subscription != null || subscribing) {
            send(SocketMessages.refused(
                    id, Problem.of(409, "subscribed-already", "The socket has a subscription already.")));
            return;
        }
        subscribing = true;
        feeds.subscribe(simulation, from, this)
                .onComplete(subscribed -> context.runOnContext(ignored -> {
                    subscribing = false;
                    if (subscribed.failed()) {
                        send(SocketMessages.refused(id, Problems.ofStatus(500, simulation)));
                        return;
                    }
                    switch (subscribed.result()) {
                        case Reading.Failed<Subscription> failed ->
                            send(SocketMessages.refused(id, Problems.of(failed.trouble())));
                        case Reading.Answered<Subscription>(long position, Subscription made) -> {
                            if (closed.future().isComplete() || stopping) {
                                made.cancel();
                            } else {
                                subscription = made;
                                send(SocketMessages.subscribed(id, position));
                                made.start();
                            }
                        }
                    }
                }));
    }

    private void unsubscribe(@Nullable String id) {
        Subscription current = subscription;
        subscription = null;
        if (current != null) {
            current.cancel();
        }
        send(SocketMessages.unsubscribed(id));
    }

    private void send(String message) {
        if (!closed.future().isComplete()) {
            socket.writeTextMessage(message);
        }
    }

    private void readOrPause() {
        if (waiting >= MAX_WAITING || waitingCommands >= MAX_WAITING_COMMANDS || socket.writeQueueFull()) {
            socket.pause();
        } else {
            socket.resume();
        }
    }

    private void drained() {
        readOrPause();
        Runnable task = onDrained;
        onDrained = null;
        if (task != null) {
            task.run();
        }
    }

    /** Takes no more messages, answers those that were taken, and closes; completes when the socket is closed. */
    Future<Void> stop() {
        context.runOnContext(ignored -> {
            stopping = true;
            endIfDone();
        });
        return closed.future();
    }

    private void endIfDone() {
        if (stopping && waiting == 0 && !closed.future().isComplete()) {
            socket.close(SocketViolation.GOING_AWAY, "the server stops");
        }
    }

    @Override
    public boolean isFull() {
        return socket.writeQueueFull();
    }

    @Override
    public void onDrained(Runnable task) {
        onDrained = task;
    }

    @Override
    public void write(Chunk chunk, long from) {
        send(chunk.message(from));
    }

    @Override
    public void heartbeat() {
        if (!closed.future().isComplete()) {
            socket.writePing(Buffer.buffer());
        }
    }

    @Override
    public void end(Ending ending) {
        subscription = null;
        send(SocketMessages.ending(ending));
    }
}
