package pagefold.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A client of a simulation's events that goes on where it was, at the next server, whenever it is left alone. */
abstract class Follower implements AutoCloseable {
    private static final int PAUSE_MILLIS = 20;

    /** Messages of a socket after which no events come. */
    private static final Set<String> ENDS = Set.of("end", "resync", "refused");

    private final Supplier<List<URI>> servers;
    private final Thread thread = Thread.ofVirtual().unstarted(this::run);
    private int next;
    private volatile boolean closed;
    private volatile long position;
    private volatile int ends;
    private volatile @Nullable String wrong;
    private volatile String ending = "";

    private Follower(Supplier<List<URI>> servers, int first) {
        this.servers = servers;
        this.next = first;
        thread.start();
    }

    /** Follows with server-sent events and {@code Last-Event-ID}; the first server is the one of that number. */
    static Follower ofStream(SseClient clients, Supplier<List<URI>> servers, int first, String simulation) {
        return new Follower(servers, first) {
            @Override
            long follow(URI server, long from) throws InterruptedException {
                SseClient.Stream stream =
                        clients.behind(URI.create(server + "/v1/simulations/" + simulation + "/events/stream"), from);
                while (!stream.hasEnded() && !isClosed()) {
                    at(stream.position());
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                }
                stream.disconnect();
                String found = stream.wrong();
                if (found != null) {
                    wrong(found);
                }
                return stream.position();
            }
        };
    }

    /** Follows with a socket and {@code subscribe}. */
    static Follower ofSocket(Supplier<List<URI>> servers, int first, String simulation) {
        return new Follower(servers, first) {
            @Override
            long follow(URI server, long from) throws InterruptedException {
                long last = from;
                ending("opening at " + server);
                try (SocketClient socket =
                        new SocketClient(URI.create(server + "/v1/simulations/" + simulation + "/socket"))) {
                    socket.send("{\"type\":\"subscribe\",\"from\":" + (from + 1) + "}");
                    ending("subscribing at " + server);
                    while (!isClosed()) {
                        String text = socket.poll(PAUSE_MILLIS);
                        if (text == null && socket.closeCode() != 0) {
                            return last;
                        }
                        JsonNode message = new ObjectMapper().readTree(text == null ? "{}" : text);
                        if (ENDS.contains(message.path("type").asText())) {
                            ending(String.valueOf(text));
                            return last;
                        }
                        for (JsonNode event : message.path("events")) {
                            long found = event.path("data").path("position").asLong();
                            if (found != last + 1) {
                                wrong("expected the event " + (last + 1) + ", but " + found + " came");
                            }
                            last = found;
                            ending("following at " + server);
                        }
                        at(last);
                    }
                } catch (CompletionException | IOException e) {
                    return last;
                }
                return last;
            }
        };
    }

    /** Follows behind a position until that ends; answers how far it has come. */
    abstract long follow(URI server, long from) throws InterruptedException;

    private void run() {
        try {
            while (!closed) {
                List<URI> known = servers.get();
                position = follow(known.get(next++ % known.size()), position);
                ends++;
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            wrong(e.toString());
        }
    }

    final void at(long now) {
        position = now;
    }

    final void ending(String message) {
        ending = message;
    }

    final void wrong(String what) {
        if (wrong == null) {
            wrong = what;
        }
    }

    final boolean isClosed() {
        return closed;
    }

    /** The last position that came. */
    long position() {
        return position;
    }

    /** How often it was left alone, and went on elsewhere. */
    int ends() {
        return ends;
    }

    /** What came that was not the next event, if anything did. */
    @Nullable
    String wrong() {
        return wrong;
    }

    @Override
    public String toString() {
        return "at " + position + ", left alone " + ends + " times, by " + ending + ", wrong: " + wrong;
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
