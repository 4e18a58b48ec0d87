package pagefold.server.load;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.WebSocket;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pagefold.server.client.Retries;

/**
 * A socket of one user, on one event loop, which is opened again when it breaks. The messages that were not answered are
 * then sent again, in their order; each has a key, so that none happens twice. A message that is refused for a reason
 * that passes is answered in the same way, since those behind it may depend on it.
 */
final class LoadSocket {
    private final LoadClient client;
    private final PatientLink link;
    private final String path;
    private final Deque<Message> sent = new ArrayDeque<>();
    private final BiConsumer<Message, JsonObject> answered;
    private final Consumer<String> broken;
    private @Nullable WebSocket socket;
    private @Nullable Retries retries;
    private boolean closed;

    /**
     * A message.
     *
     * @param began when it was sent first, or due
     */
    record Message(long began, String text) {}

    /**
     * A socket that is not open yet.
     *
     * @param answered told of answers that last
     * @param broken told, when patience has ended
     */
    LoadSocket(
            LoadClient client,
            PatientLink link,
            String path,
            BiConsumer<Message, JsonObject> answered,
            Consumer<String> broken) {
        this.client = client;
        this.link = link;
        this.path = path;
        this.answered = answered;
        this.broken = broken;
    }

    /** Opens it. */
    Future<Void> open() {
        Promise<Void> first = Promise.promise();
        open(first);
        return first.future();
    }

    private void open(Promise<Void> first) {
        URI server = link.server();
        client.socket(server, path)
                .onSuccess(opened -> {
                    socket = opened;
                    opened.textMessageHandler(text -> received(server, opened, text));
                    opened.closeHandler(end -> lost(server, opened, Optional.empty(), "socket closed"));
                    first.tryComplete();
                    sent.forEach(message -> opened.writeTextMessage(message.text));
                })
                .onFailure(e -> again(server, Optional.empty(), "connection lost", first));
    }

    private void again(URI server, Optional<String> retryAfter, String why, Promise<Void> first) {
        if (closed) {
            return;
        }
        Retries since = retries == null ? link.retries() : retries;
        retries = since;
        if (!link.again(server, since, retryAfter, () -> open(first))) {
            first.tryFail(why);
            broken.accept(why);
        }
    }

    private void lost(URI server, WebSocket opened, Optional<String> retryAfter, String why) {
        if (socket == opened) {
            socket = null;
            opened.close();
            again(server, retryAfter, why, Promise.promise());
        }
    }

    private void received(URI server, WebSocket opened, String text) {
        if (socket != opened) {
            return;
        }
        JsonObject answer = new JsonObject(text);
        JsonObject problem = answer.getJsonObject("problem", new JsonObject());
        Optional<String> retryAfter =
                Optional.ofNullable(problem.getValue("retryAfter")).map(String::valueOf);
        if (Retries.isPassing(problem.getInteger("status", 0), retryAfter)) {
            lost(server, opened, retryAfter, "status " + problem.getInteger("status"));
            return;
        }
        Message message = sent.poll();
        if (message != null) {
            retries = null;
            answered.accept(message, answer);
        }
    }

    /** Sends a message, now or when it is open again. */
    void send(Message message) {
        sent.add(message);
        WebSocket open = socket;
        if (open != null) {
            open.writeTextMessage(message.text);
        }
    }

    /** Whether all is answered. */
    boolean isIdle() {
        return sent.isEmpty();
    }

    /** It is not opened again. */
    void close() {
        closed = true;
    }
}
