package pagefold.server.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends many commands as lines of JSON, some ten thousand in a request, so that an error comes back while there is
 * still somebody to read it. While one request is under way, the next one is filled.
 */
final class BulkSender {
    /** Commands in a request: a few of the server's chunks. */
    static final int COMMANDS_PER_REQUEST = 65_536;

    private static final int BYTES_PER_REQUEST = 8 << 20;

    private final ApiClient api;
    private final String path;
    private final LongConsumer progress;
    private final ByteArrayOutputStream filling = new ByteArrayOutputStream(1 << 16);
    private long[] lines = new long[1024];
    private int count;
    private @Nullable Underway underway;
    private long acknowledged;
    private long position;

    /** A request that is not answered, and the lines that it holds. */
    private record Underway(Supplier<ApiClient.Answer> answer, long[] lines) {}

    /**
     * A sender to a simulation.
     *
     * @param progress told how many commands are durable
     */
    BulkSender(ApiClient api, String simulation, LongConsumer progress) {
        this.api = api;
        this.path = ClientVerb.simulationPath(simulation) + "/commands";
        this.progress = progress;
    }

    /**
     * Adds a command.
     *
     * @param line of the user's input that it comes from
     */
    void add(long line, byte[] json) {
        add(line, json, 0, json.length);
    }

    /** Adds a command that is part of something longer. */
    void add(long line, byte[] bytes, int from, int to) {
        if (count == lines.length) {
            lines = Arrays.copyOf(lines, 2 * count);
        }
        lines[count++] = line;
        filling.write(bytes, from, to - from);
        filling.write('\n');
        if (count >= COMMANDS_PER_REQUEST || filling.size() >= BYTES_PER_REQUEST) {
            send();
        }
    }

    /** Sends what is there, once the request before it is answered. */
    private void send() {
        receive();
        if (count > 0) {
            underway = new Underway(api.postLines(path, filling.toByteArray()), Arrays.copyOf(lines, count));
            count = 0;
            filling.reset();
        }
    }

    /** Sends the rest and waits for all answers. */
    void finish() {
        send();
        receive();
    }

    private void receive() {
        Underway request = underway;
        if (request == null) {
            return;
        }
        underway = null;
        ApiClient.Answer answer;
        try {
            answer = request.answer().get();
        } catch (CliFailure e) {
            throw new CliFailure(
                    e.exitCode(), e.line() + "; " + acknowledged + " commands are known to have been applied");
        }
        if (answer.status() >= 300) {
            throw rejected(Problem.of(answer.status(), answer.body()), request.lines());
        }
        String[] all = new String(answer.body(), StandardCharsets.UTF_8).strip().split("\n", -1);
        position = parse(all[all.length - 1]).get("position").number();
        acknowledged += request.lines().length;
        progress.accept(acknowledged);
    }

    private static JsonTree parse(String line) {
        try {
            return JsonTree.parse(line.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new CliFailure(ExitCodes.UNREACHABLE, "the server's acknowledgements break off");
        }
    }

    private CliFailure rejected(Problem problem, long[] sent) {
        CliFailure failure = ApiClient.failure(problem);
        long index = problem.fields().get("line").number();
        long kept = acknowledged + problem.fields().get("acknowledgedCommands").number();
        String where = index >= 1 && index <= sent.length ? "line " + sent[(int) index - 1] + ": " : "";
        String before = kept == 0 ? "nothing was applied" : "the first " + kept + " commands were applied";
        return new CliFailure(failure.exitCode(), where + failure.line() + "; " + before);
    }

    /** How many commands are durable. */
    long acknowledged() {
        return acknowledged;
    }

    /** The position of the last event; 0 when nothing was sent. */
    long position() {
        return position;
    }
}
