package pagefold.server.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.PluginBinding;
import pagefold.model.Rejection;
import pagefold.server.compare.FileHistory;
import pagefold.server.replay.Replayed.RefusedEvent;
import pagefold.server.replay.Trouble;
import pagefold.server.space.UnitAnswer;
import pagefold.server.wire.MalformedJson;
import pagefold.server.wire.WireText;

/** What goes wrong inside, as problems on the wire. */
final class Problems {
    private Problems() {}

    static Problem of(Trouble trouble) {
        return switch (trouble) {
            case Trouble.NoSuchSimulation(String name) ->
                Problem.of(404, "no-such-simulation", "There is no simulation '" + name + "'.", "simulation", name);
            case Trouble.Stale(long expected, long position) -> stale(expected, position);
            case Trouble.Busy(String what, long limit, long waiting) ->
                Problem.of(
                        503,
                        "busy",
                        "There may be at most " + limit + " " + what + " at one time; try again later.",
                        "what",
                        what,
                        "limit",
                        limit,
                        "waiting",
                        waiting);
            case Trouble.OverRate(String what, long limit, long seconds) ->
                Problem.of(
                        429,
                        "too-many-requests",
                        "A user may send " + limit + " " + what + " in a second; wait " + seconds + " s.",
                        "what",
                        what,
                        "limit",
                        limit,
                        "retryAfter",
                        seconds);
            case Trouble.OverQuota(String what, long limit, long used) ->
                Problem.of(
                        403,
                        "quota-exceeded",
                        "There may be at most " + limit + " " + what + ", and there are " + used + ".",
                        "what",
                        what,
                        "limit",
                        limit,
                        "used",
                        used);
            case Trouble.TooMuch(String what, long limit) ->
                Problem.of(
                        422,
                        "limit-exceeded",
                        "There may be at most " + limit + " " + what + ".",
                        "what",
                        what,
                        "limit",
                        limit);
            case Trouble.Unbound(String name) ->
                Problem.of(
                        409,
                        "no-plugin",
                        "No plugin has been selected in the simulation '" + name + "' yet.",
                        "simulation",
                        name);
            case Trouble.PluginMissing(Rejection.NoSuchPlugin rejection) ->
                new Problem(
                        503,
                        "plugin-not-loaded",
                        "The simulation needs a plugin that is not loaded. " + rejection.sentence(),
                        rejection.fields());
            case Trouble.ModelFailed(long position, PluginBinding binding, String reason) ->
                of(
                        binding,
                        Problem.of(
                                500,
                                "model-failed",
                                "The plugin failed, which is a bug in it: " + reason
                                        + ". The events are safe and can be read; selecting another plugin repairs the model.",
                                "position",
                                position));
            case Trouble.HistoryRefused(PluginBinding binding, List<RefusedEvent> events, long count) ->
                cannotHold(binding, events, count);
            case Trouble.BeyondHead(long requested, long head) ->
                Problem.of(
                        404,
                        "no-such-position",
                        "There is no position " + requested + " yet: the last one is " + head + ".",
                        "requested",
                        requested,
                        "position",
                        head);
            case Trouble.LogFailed(String sentence) -> Problem.of(503, "log-unavailable", sentence);
            case Trouble.LogDamaged(String sentence) -> Problem.of(500, "log-damaged", sentence);
            case Trouble.Moved(String sentence) -> Problem.of(503, Problem.MOVED, sentence);
            case Trouble.NotOnAllNodes(PluginBinding binding, String digest, List<String> nodes) ->
                of(
                                binding,
                                Problem.of(
                                        409,
                                        "plugin-not-on-all-nodes",
                                        "The plugin " + binding.plugin() + " " + binding.version() + " (SHA-256 "
                                                + digest + ") is not on all nodes of the cluster: " + nodes
                                                + " lack it. Nothing has changed."))
                        .with("digest", digest, "nodes", nodes);
            case Trouble.NodesSilent(List<String> nodes) ->
                Problem.of(
                        503,
                        Problem.SILENT,
                        "The nodes " + nodes + " of the cluster did not say in time whether they have the plugin."
                                + " Nothing has changed.",
                        "nodes",
                        nodes);
            case Trouble.Unexpected(String sentence) -> Problem.of(500, "internal-error", sentence);
        };
    }

    private static Problem of(PluginBinding binding, Problem problem) {
        return problem.with(
                "plugin",
                binding.plugin(),
                "version",
                binding.version(),
                "profile",
                binding.profile(),
                "coarsening",
                WireText.text(binding.coarsening()));
    }

    /** A rejection of a command. */
    static Problem of(Rejection rejection) {
        int status = switch (rejection) {
            case Rejection.Overlaps r -> 409;
            case Rejection.SpaceExists r -> 409;
            case Rejection other -> 422;
        };
        return new Problem(status, rejection.code(), rejection.sentence(), rejection.fields());
    }

    /** What became of a unit that was not accepted; null when it was. */
    static @Nullable Problem of(UnitAnswer answer, int commands) {
        return switch (answer) {
            case UnitAnswer.Accepted accepted -> null;
            case UnitAnswer.Rejected(int index, Rejection rejection) ->
                commands == 1 ? of(rejection) : of(rejection).with("commandIndex", index);
            case UnitAnswer.Stale(long expected, long position) -> stale(expected, position);
            case UnitAnswer.KeyReused(String key, long first, long last) ->
                Problem.of(
                        422,
                        "idempotency-key-reused",
                        "The idempotency key was used for another request, which led to the events " + first + " to "
                                + last + ".",
                        "idempotencyKey",
                        key,
                        "first",
                        first,
                        "position",
                        last);
            case UnitAnswer.SwapRefused(PluginBinding binding, List<RefusedEvent> events, long count) ->
                cannotHold(binding, events, count);
            case UnitAnswer.TooLarge(long bytes, long limit) ->
                Problem.of(
                        413,
                        "too-large",
                        "The events of the request would take " + bytes + " bytes in the log; a batch may take " + limit
                                + ".",
                        "bytes",
                        bytes,
                        "limit",
                        limit);
            case UnitAnswer.Cancelled cancelled ->
                Problem.of(409, "cancelled", "A request before this one, on which it depends, was not accepted.");
            case UnitAnswer.Failed(Trouble trouble) -> of(trouble);
        };
    }

    private static Problem stale(long expected, long position) {
        return Problem.of(
                412,
                "stale",
                "The simulation is at position " + position + ", not at " + expected + ".",
                "expected",
                expected,
                "position",
                position);
    }

    private static Problem cannotHold(PluginBinding binding, List<RefusedEvent> events, long count) {
        List<Map<String, Object>> refused =
                events.stream().map(Problems::fields).toList();
        return of(
                        binding,
                        Problem.of(
                                422,
                                "plugin-cannot-hold-history",
                                "The plugin " + binding.plugin() + " with profile " + binding.profile()
                                        + " cannot hold " + count + " of the events so far. The first is at position "
                                        + events.getFirst().position() + ". Nothing has changed."))
                .with("count", count, "refused", refused);
    }

    private static Map<String, Object> fields(RefusedEvent event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("position", event.position());
        AddressRange range = event.range();
        if (range != null) {
            fields.put("range", range.toString());
        }
        fields.put("reason", event.reason());
        fields.put("detail", event.rejection().sentence());
        return fields;
    }

    static Problem of(MalformedJson malformed) {
        Problem problem = Problem.of(400, "malformed", String.valueOf(malformed.getMessage()));
        return malformed.path().isEmpty() ? problem : problem.with("field", malformed.path());
    }

    /** A file that leads to no history. */
    static Problem of(FileHistory.Unreadable unreadable) {
        String format = unreadable.format().name().toLowerCase(Locale.ROOT);
        return Problem.of(
                422,
                "unreadable-file",
                "The file is no history, read as " + format + ": line " + unreadable.line() + ", " + unreadable.reason()
                        + (unreadable.reason().endsWith(".") ? "" : "."),
                "format",
                format,
                "line",
                unreadable.line());
    }

    /** A parameter or header that is not of the form that the contract says. */
    static Problem invalid(String parameter, String sentence) {
        return Problem.of(400, "invalid-parameter", sentence, "parameter", parameter);
    }

    /** What a value has thrown, as a sentence for people. */
    static String sentence(IllegalArgumentException e) {
        String message = String.valueOf(e.getMessage());
        String text = Character.toUpperCase(message.charAt(0)) + message.substring(1);
        return text.endsWith(".") ? text : text + ".";
    }

    static Problem noSuchSpace(String space, @Nullable Long destroyedAt) {
        return destroyedAt == null
                ? Problem.of(404, "no-such-space", "There is no space '" + space + "'.", "space", space)
                : Problem.of(
                        410,
                        "space-destroyed",
                        "The space '" + space + "' was destroyed at position " + destroyedAt + "; it can be read up to "
                                + (destroyedAt - 1) + ".",
                        "space",
                        space,
                        "destroyedAt",
                        destroyedAt,
                        "lastPosition",
                        destroyedAt - 1);
    }

    /** Spaces that are not two stages of one translation. */
    static Problem noSecondStage(AddressSpace space, @Nullable String second) {
        return Problem.of(
                409,
                "no-second-stage",
                "The space '" + space.name() + "' of kind " + WireText.text(space.kind())
                        + " cannot be walked through '" + second + "': expected a user or kernel space, and one of kind"
                        + " stage2 behind it, under a plugin that has two stages.",
                "space",
                space.name(),
                "kind",
                WireText.text(space.kind()),
                "stage2",
                String.valueOf(second));
    }

    /** The problem of a status that the router answers by itself. */
    static Problem ofStatus(int status, String path) {
        return switch (status) {
            case 400 -> Problem.of(400, "malformed", "The request cannot be understood.");
            case 404 -> Problem.of(404, "not-found", "There is nothing at " + path + ".", "path", path);
            case 405 -> Problem.of(405, "method-not-allowed", "This method is not one of " + path + ".", "path", path);
            case 406 -> Problem.of(406, "not-acceptable", "The server has no form of the answer that is acceptable.");
            case 413 -> Problem.of(413, "too-large", "The body of the request is too large.");
            case 414 -> Problem.of(414, "uri-too-long", "The address of the request is too long.");
            case 415 -> Problem.of(415, "unsupported-media-type", "The server does not read bodies of this type.");
            case 431 -> Problem.of(431, "headers-too-large", "The headers of the request are too large.");
            default -> Problem.of(500, "internal-error", "The server failed; its log says why.");
        };
    }
}
