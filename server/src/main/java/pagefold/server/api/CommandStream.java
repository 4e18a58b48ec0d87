package pagefold.server.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand;
import pagefold.server.replay.Trouble;
import pagefold.server.space.CommandUnit;
import pagefold.server.space.Lane;
import pagefold.server.space.Simulations;
import pagefold.server.space.UnitAnswer;
import pagefold.server.wire.CommandCodec;
import pagefold.server.wire.MalformedJson;
import pagefold.server.wire.WireJson;

/**
 * A stream of commands, one on a line, taken in chunks; all on the request's own event loop.
 *
 * <p>Lines are decoded straight from the buffers that the network delivers. A few chunks may be on their way to the log;
 * when they are, the network is not read, so that a stream of any length takes the same memory. Where a chunk ends
 * depends on the lines alone, so that a stream that is sent again with its idempotency key has the same chunks.
 */
final class CommandStream {
    /** Most commands of a chunk. */
    static final int MAX_CHUNK_COMMANDS = CommandUnit.MAX_COMMANDS;
    /** A chunk ends with the line that takes it beyond this many bytes. */
    static final int MAX_CHUNK_BYTES = 4 << 20;
    /** Longest line, in bytes, without its end. */
    static final int MAX_LINE_BYTES = WireJson.MAX_DOCUMENT_BYTES;
    /** Most chunks that are on their way to the log. */
    private static final int WINDOW = 4;

    private final Exchange exchange;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final Simulations simulations;
    private final Admission admission;
    private final String simulation;
    private final RequestHeaders headers;
    private final CommandCodec codec = new CommandCodec();
    private final Lane lane = new Lane();
    private final MessageDigest digest = RequestHeaders.sha256();

    private byte[] carry = new byte[0];
    private long line;
    private List<MemoryCommand> commands = new ArrayList<>();
    private long[] lines = new long[MAX_CHUNK_COMMANDS];
    private int chunkBytes;
    private int chunks;
    private int outstanding;
    private boolean ended;
    private boolean finished;
    private boolean alone;
    private Buffer held = Buffer.buffer();
    private @Nullable Problem problem;
    private int refusedChunk = Integer.MAX_VALUE;
    private long acknowledgedPosition;
    private long acknowledgedCommands;

    CommandStream(Exchange exchange, Simulations simulations, Admission admission, RequestHeaders headers) {
        this.exchange = exchange;
        this.request = exchange.routing().request();
        this.response = exchange.routing().response();
        this.simulations = simulations;
        this.admission = admission;
        this.simulation = exchange.simulation();
        this.headers = headers;
    }

    /** Opens the simulation and takes the stream. */
    void start() {
        request.pause();
        request.handler(this::take);
        request.endHandler(end -> {
            ended = true;
            advance();
        });
        request.exceptionHandler(e -> finished = true);
        response.closeHandler(closed -> finished = true);
        response.drainHandler(drained -> advance());
        exchange.then(simulations.open(simulation), trouble -> {
            // Without a plugin, a stream may begin with its selection; what else is wrong the first chunk will say.
            if (trouble instanceof Trouble.NoSuchSimulation || trouble instanceof Trouble.Busy) {
                stop(Problems.of(trouble));
            } else {
                request.resume();
            }
        });
    }

    private void take(Buffer buffer) {
        if (problem == null && !finished) {
            held = held.length() == 0 ? buffer : held.appendBuffer(buffer);
            advance();
        }
    }

    /** Works on what is held as far as the window allows, and reads on, waits, or finishes. */
    private void advance() {
        if (finished) {
            return;
        }
        if (problem == null && !isFull()) {
            consume();
        }
        if (finished) {
            // What was consumed was refused and nothing was outstanding: the answer has ended.
            return;
        }
        boolean waits = isFull() && problem == null;
        if (waits) {
            request.pause();
        } else if (ended || problem != null) {
            if (problem == null) {
                lastLine();
                submit();
            }
            if (outstanding == 0) {
                finish();
            }
        } else {
            request.resume();
        }
    }

    private boolean isFull() {
        return windowIsFull() || response.writeQueueFull();
    }

    private boolean windowIsFull() {
        return outstanding >= WINDOW || alone;
    }

    private void consume() {
        byte[] bytes = held.getBytes();
        held = Buffer.buffer();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                line(bytes, start, i);
                start = i + 1;
                if (problem != null) {
                    return;
                }
                if (windowIsFull()) {
                    held = Buffer.buffer(Arrays.copyOfRange(bytes, start, bytes.length));
                    return;
                }
            }
        }
        keep(bytes, start);
    }

    private void keep(byte[] bytes, int start) {
        int rest = bytes.length - start;
        if (carry.length + rest > MAX_LINE_BYTES + 1) {
            line++;
            fail(tooLong());
            return;
        }
        byte[] longer = new byte[carry.length + rest];
        System.arraycopy(carry, 0, longer, 0, carry.length);
        System.arraycopy(bytes, start, longer, carry.length, rest);
        carry = longer;
    }

    private void lastLine() {
        if (carry.length > 0) {
            line(carry, carry.length, carry.length);
        }
    }

    private void line(byte[] bytes, int start, int end) {
        line++;
        byte[] from = bytes;
        int first = start;
        int length = end - start;
        if (carry.length > 0) {
            from = Arrays.copyOf(carry, carry.length + length);
            System.arraycopy(bytes, start, from, carry.length, length);
            first = 0;
            length = from.length;
            carry = new byte[0];
        }
        if (length > MAX_LINE_BYTES) {
            fail(tooLong());
        } else if (!isBlank(from, first, length)) {
            command(from, first, length);
        }
    }

    private static boolean isBlank(byte[] bytes, int start, int length) {
        for (int i = start; i < start + length; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    private void command(byte[] bytes, int start, int length) {
        MemoryCommand command;
        try (JsonParser parser = WireJson.FACTORY.createParser(bytes, start, length)) {
            parser.nextToken();
            command = codec.read(parser);
            if (parser.nextToken() != null) {
                throw new MalformedJson("", "one command on a line", "more behind it");
            }
        } catch (MalformedJson e) {
            fail(Problems.of(e));
            return;
        } catch (JsonProcessingException e) {
            fail(Problems.of(WireJson.malformed(e)));
            return;
        } catch (IOException e) {
            fail(Problems.of(new MalformedJson("", "JSON in UTF-8", String.valueOf(e.getMessage()))));
            return;
        }
        boolean selects = command instanceof MemoryCommand.SelectPlugin;
        if (selects) {
            submit();
        }
        if (headers.key() != null) {
            digest.update(bytes, start, length);
            digest.update((byte) '\n');
        }
        lines[commands.size()] = line;
        commands.add(command);
        chunkBytes += length;
        if (selects || commands.size() == MAX_CHUNK_COMMANDS || chunkBytes >= MAX_CHUNK_BYTES) {
            submit();
            alone = selects;
        }
    }

    private static Problem tooLong() {
        return Problem.of(
                413, "too-large", "A line may have at most " + MAX_LINE_BYTES + " bytes.", "limit", MAX_LINE_BYTES);
    }

    private void submit() {
        if (commands.isEmpty()) {
            return;
        }
        List<MemoryCommand> chunk = commands;
        long[] chunkLines = lines;
        commands = new ArrayList<>(MAX_CHUNK_COMMANDS);
        lines = new long[MAX_CHUNK_COMMANDS];
        chunkBytes = 0;
        chunks++;
        int number = chunks;
        CommandUnit unit = new CommandUnit(
                chunk, chunks == 1 ? headers.expected() : null, headers.ids(digest.digest(), number), lane.next());
        outstanding++;
        exchange.then(
                admission.submit(exchange.caller(), simulation, unit), answer -> answered(number, chunkLines, answer));
    }

    private void answered(int number, long[] chunkLines, UnitAnswer answer) {
        outstanding--;
        Problem refused = Problems.of(answer, 1);
        if (answer instanceof UnitAnswer.Accepted accepted) {
            acknowledge(accepted);
        } else if (refused != null && number < refusedChunk) {
            // A chunk that is refused comes before any line that was found malformed meanwhile.
            refusedChunk = number;
            int index = answer instanceof UnitAnswer.Rejected rejected ? rejected.index() : 0;
            problem = refused.with("line", chunkLines[index]);
        }
        alone = alone && outstanding > 0;
        advance();
    }

    private void acknowledge(UnitAnswer.Accepted accepted) {
        long count = accepted.last() - accepted.first() + 1;
        acknowledgedPosition = accepted.last();
        acknowledgedCommands += count;
        if (!finished) {
            begin();
            response.write(Buffer.buffer(Json.line(json -> {
                json.writeStartObject();
                json.writeNumberField("position", accepted.last());
                json.writeNumberField("commands", count);
                json.writeEndObject();
            })));
        }
    }

    private void begin() {
        if (!response.headWritten()) {
            response.setChunked(true).setStatusCode(200).putHeader(HttpHeaders.CONTENT_TYPE, Json.LINES_CONTENT_TYPE);
        }
    }

    private void fail(Problem malformed) {
        stop(malformed.with("line", line));
    }

    private void stop(Problem found) {
        if (problem == null) {
            problem = found;
        }
        commands = new ArrayList<>();
        held = Buffer.buffer();
        carry = new byte[0];
        advance();
    }

    private void finish() {
        if (finished) {
            return;
        }
        finished = true;
        Problem found = problem;
        if (found == null) {
            begin();
            response.end();
            return;
        }
        Problem whole =
                found.with("acknowledgedPosition", acknowledgedPosition, "acknowledgedCommands", acknowledgedCommands);
        if (!response.headWritten()) {
            exchange.send(whole);
            return;
        }
        response.end(Buffer.buffer(whole.withRetryAfter().toJson())).onComplete(sent -> exchange.discardRest());
    }
}
