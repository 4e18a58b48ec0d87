package pagefold.server.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Sends many commands as lines of JSON, a few thousand in a request, so that an error comes back while there is still
 * somebody to read it.
 */
final class BulkSender {
    /** Commands in a request: a few of the server's chunks. */
    static final int COMMANDS_PER_REQUEST = 16_384;

    private static final int BYTES_PER_REQUEST = 8 << 20;

    private final ApiClient api;
    private final String path;
    private final LongConsumer progress;
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream(1 << 16);
    private final List<Long> lines = new ArrayList<>();
    private long acknowledged;
    private long position;

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
        lines.add(line);
        waiting.writeBytes(json);
        waiting.write('\n');
        if (lines.size() >= COMMANDS_PER_REQUEST || waiting.size() >= BYTES_PER_REQUEST) {
            flush();
        }
    }

    /** Sends what is waiting. */
    void flush() {
        if (lines.isEmpty()) {
            return;
        }
        ApiClient.Answer answer = api.postLines(path, waiting.toByteArray());
        if (answer.status() >= 300) {
            throw rejected(Problem.of(answer.status(), answer.body()));
        }
        String[] all = new String(answer.body(), StandardCharsets.UTF_8).strip().split("\n", -1);
        JsonTree last = parse(all[all.length - 1]);
        if (!last.get("title").isMissing()) {
            throw rejected(Problem.of((int) last.get("status").number(), last));
        }
        position = last.get("position").number();
        acknowledged += lines.size();
        lines.clear();
        waiting.reset();
        progress.accept(acknowledged);
    }

    private static JsonTree parse(String line) {
        try {
            return JsonTree.parse(line.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new CliFailure(ExitCodes.UNREACHABLE, "the server's acknowledgements break off");
        }
    }

    private CliFailure rejected(Problem problem) {
        CliFailure failure = ApiClient.failure(problem);
        long index = problem.fields().get("line").number();
        long kept = acknowledged + problem.fields().get("acknowledgedCommands").number();
        String where = index >= 1 && index <= lines.size() ? "line " + lines.get((int) index - 1) + ": " : "";
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
