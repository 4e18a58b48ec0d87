package pagefold.server.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import pagefold.server.wire.WireJson;

/** Follows a history over server-sent events; comes back to where it was when the connection is lost. */
final class EventFollower {
    /** Longest line of a stream, in characters: an event in its envelope. */
    private static final int MAX_LINE_LENGTH = 4 * WireJson.MAX_DOCUMENT_BYTES;

    /** How often a stream may end without an event; a server that has a moment's trouble has fewer such ends. */
    private static final int MAX_TRIES = 60;

    private static final long PAUSE_MILLIS = 1000;

    private final ApiClient api;
    private final String path;
    private final Consumer<String> talk;
    private long position;
    private boolean finished;

    /**
     * A follower that has everything up to a position.
     *
     * @param path of the stream
     * @param talk receives what the user should know besides the events
     */
    EventFollower(ApiClient api, String path, long position, Consumer<String> talk) {
        this.api = api;
        this.path = path;
        this.position = position;
        this.talk = talk;
    }

    /**
     * Hands over events, as JSON, until no more is wanted or the simulation is removed.
     *
     * @param events answers whether more are wanted
     */
    void follow(Predicate<byte[]> events) {
        int tries = 0;
        while (!finished) {
            long before = position;
            try (BufferedReader in = new BufferedReader(
                    new InputStreamReader(api.stream(path, Long.toString(position)), StandardCharsets.UTF_8))) {
                read(in, events);
            } catch (IOException e) {
                talk.accept("the connection was lost at position " + position + "; trying again");
            }
            tries = position > before ? 0 : tries + 1;
            if (tries > MAX_TRIES) {
                throw new CliFailure(
                        ExitCodes.UNREACHABLE, "the stream ended " + tries + " times without an event; given up");
            }
            if (!finished) {
                pause();
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            finished = true;
        }
    }

    private void read(BufferedReader in, Predicate<byte[]> events) throws IOException {
        String type = "";
        for (String line = line(in); line != null && !finished; line = line(in)) {
            if (line.startsWith("event: ")) {
                type = line.substring(7);
            } else if (line.startsWith("id: ")) {
                position = position(line.substring(4));
            } else if (line.startsWith("data: ") && type.isEmpty()) {
                finished = !events.test(event(line.substring(6)));
            } else if (line.startsWith("data: ")) {
                ended(type, line.substring(6));
                return;
            }
        }
    }

    private static @Nullable String line(BufferedReader in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                return null;
            }
            line.append((char) c);
            if (line.length() > MAX_LINE_LENGTH) {
                throw new CliFailure(
                        ExitCodes.REJECTED, "a line of the stream has more than " + MAX_LINE_LENGTH + " characters");
            }
        }
        return line.toString();
    }

    private static long position(String id) {
        try {
            return Long.parseLong(id);
        } catch (NumberFormatException e) {
            throw new CliFailure(ExitCodes.REJECTED, "the stream has an event whose id is no position: " + id);
        }
    }

    private void ended(String type, String data) throws IOException {
        JsonTree why = JsonTree.parse(data.getBytes(StandardCharsets.UTF_8));
        if (type.equals("resync")) {
            talk.accept("too slow for the stream; reading on from "
                    + why.get("from").text());
        } else if (why.get("reason").text().equals("removed")) {
            talk.accept("the simulation was removed");
            finished = true;
        } else {
            talk.accept("the server ended the stream (" + why.get("reason").text() + "); trying again");
        }
    }

    /** The event in an envelope. */
    private static byte[] event(String envelope) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(envelope.length());
        try (JsonParser parser = WireJson.FACTORY.createParser(envelope);
                JsonGenerator generator = WireJson.FACTORY.createGenerator(out)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean isEvent = parser.currentName().equals("data");
                parser.nextToken();
                if (isEvent) {
                    generator.copyCurrentStructure(parser);
                } else {
                    parser.skipChildren();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("expected an event in JSON, but: " + e.getMessage(), e);
        }
        return out.toByteArray();
    }
}
