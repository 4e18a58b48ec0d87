package pagefold.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client of a socket that takes one message after the other. */
final class SocketClient implements AutoCloseable, WebSocket.Listener {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final LinkedBlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final StringBuilder partial = new StringBuilder();
    private final WebSocket socket;
    private volatile int closeCode;

    SocketClient(URI uri, String... headers) {
        WebSocket.Builder builder = CLIENT.newWebSocketBuilder();
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        socket = builder.buildAsync(URI.create(uri.toString().replaceFirst("http", "ws")), this)
                .join();
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
        partial.append(text);
        if (last) {
            messages.add(partial.toString());
            partial.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closeCode = code;
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        closeCode = -1;
    }

    void send(String text) {
        socket.sendText(text, true).join();
    }

    /** Sends what the server may cut off in the middle. */
    void sendWhole(String text) {
        socket.sendText(text, true);
    }

    void sendBinary(byte[] bytes) {
        socket.sendBinary(java.nio.ByteBuffer.wrap(bytes), true).join();
    }

    /** The next message, as text. */
    String text() throws IOException {
        try {
            String message = messages.poll(60, TimeUnit.SECONDS);
            if (message == null) {
                throw new IOException("expected a message, but none came");
            }
            return message;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** The next message; {@code null} when none comes in that time. */
    @Nullable
    String poll(long millis) throws InterruptedException {
        return messages.poll(millis, TimeUnit.MILLISECONDS);
    }

    /** The next message. */
    JsonNode next() throws IOException {
        return MAPPER.readTree(text());
    }

    /** 0 while the socket is open, and -1 when it was cut. */
    int closeCode() {
        return closeCode;
    }

    @Override
    public void close() {
        socket.abort();
    }
}
