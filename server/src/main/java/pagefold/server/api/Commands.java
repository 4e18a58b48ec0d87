package pagefold.server.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand;
import pagefold.server.space.CommandUnit;
import pagefold.server.space.Simulations;
import pagefold.server.space.UnitAnswer;
import pagefold.server.wire.CommandCodec;
import pagefold.server.wire.MalformedJson;
import pagefold.server.wire.WireJson;

/** Commands over HTTP: one, a batch, or a stream. */
final class Commands {
    /** Largest body of a batch, in bytes. */
    static final int MAX_BODY_BYTES = 16 << 20;

    private static final int LARGE_BODY_BYTES = 128 << 10;

    private final Simulations simulations;
    private final Admission admission;

    Commands(Simulations simulations, Admission admission) {
        this.simulations = simulations;
        this.admission = admission;
    }

    /** Sees the request before any of its body is read, so that a stream never is in memory as a whole. */
    void post(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        switch (BodyReader.mediaType(exchange)) {
            case Json.CONTENT_TYPE -> {
                String name = exchange.simulation();
                RequestHeaders headers = RequestHeaders.of(exchange);
                BodyReader.read(exchange, MAX_BODY_BYTES, body -> batch(exchange, name, headers, body));
            }
            case Json.LINES_CONTENT_TYPE ->
                new CommandStream(exchange, simulations, admission, RequestHeaders.of(exchange)).start();
            default ->
                throw new Problem.Exception(
                        Problems.ofStatus(415, routing.request().path())
                                .with("accepted", List.of(Json.CONTENT_TYPE, Json.LINES_CONTENT_TYPE)));
        }
    }

    private void batch(Exchange exchange, String name, RequestHeaders headers, Buffer body) {
        byte[] bytes = body.getBytes();
        Callable<CommandUnit> parsed =
                () -> unit(parse(bytes), headers, RequestHeaders.sha256().digest(bytes));
        // A large batch takes long enough to parse for other connections to notice.
        exchange.then(
                bytes.length > LARGE_BODY_BYTES
                        ? exchange.routing().vertx().executeBlocking(parsed, false)
                        : called(parsed),
                unit -> exchange.then(
                        admission.submit(exchange.caller(), name, unit),
                        answer -> respond(exchange, name, unit, answer)));
    }

    private static <T> Future<T> called(Callable<T> callable) {
        try {
            return Future.succeededFuture(callable.call());
        } catch (Exception e) {
            return Future.failedFuture(e);
        }
    }

    static CommandUnit unit(List<MemoryCommand> commands, RequestHeaders headers, byte[] digest) {
        if (commands.isEmpty() || commands.size() > CommandUnit.MAX_COMMANDS) {
            throw new Problem.Exception(Problem.of(
                    commands.isEmpty() ? 400 : 413,
                    commands.isEmpty() ? "malformed" : "too-large",
                    "Expected 1 to " + CommandUnit.MAX_COMMANDS + " commands, but there are "
                            + (commands.isEmpty() ? "none." : "more."),
                    "limit",
                    CommandUnit.MAX_COMMANDS));
        }
        if (commands.size() > 1 && commands.stream().anyMatch(MemoryCommand.SelectPlugin.class::isInstance)) {
            throw new Problem.Exception(Problem.of(
                    400, "select-plugin-alone", "The selection of a plugin must be the only command of its request."));
        }
        return new CommandUnit(commands, headers.expected(), headers.ids(digest), null);
    }

    /** One command, or an array of them; at most one more than may be. */
    private static List<MemoryCommand> parse(byte[] body) {
        List<MemoryCommand> commands = new ArrayList<>();
        CommandCodec codec = new CommandCodec();
        try (JsonParser parser = WireJson.FACTORY.createParser(body)) {
            if (parser.nextToken() == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY && commands.size() <= CommandUnit.MAX_COMMANDS) {
                    commands.add(element(codec, parser, commands.size()));
                }
            } else {
                refuseBeyondLimit(body.length, null);
                commands.add(codec.read(parser));
            }
            if (commands.size() <= CommandUnit.MAX_COMMANDS && parser.nextToken() != null) {
                throw new MalformedJson("", "the end of the document", "more behind the commands");
            }
            return commands;
        } catch (MalformedJson e) {
            throw new Problem.Exception(Problems.of(e));
        } catch (JsonProcessingException e) {
            throw new Problem.Exception(Problems.of(WireJson.malformed(e)));
        } catch (IOException e) {
            throw new Problem.Exception(
                    Problems.of(new MalformedJson("", "JSON in UTF-8", String.valueOf(e.getMessage()))));
        }
    }

    private static MemoryCommand element(CommandCodec codec, JsonParser parser, int index) throws IOException {
        long start = parser.currentTokenLocation().getByteOffset();
        try {
            MemoryCommand command = codec.read(parser);
            refuseBeyondLimit(parser.currentLocation().getByteOffset() - start, index);
            return command;
        } catch (MalformedJson e) {
            throw e.within("[" + index + "]");
        }
    }

    /** White space counts, too: it must be read. */
    private static void refuseBeyondLimit(long bytes, @Nullable Integer index) {
        if (bytes > WireJson.MAX_DOCUMENT_BYTES) {
            Problem problem = Problem.of(
                    413,
                    "too-large",
                    "A command may have at most " + WireJson.MAX_DOCUMENT_BYTES + " bytes, but one has " + bytes + ".",
                    "bytes",
                    bytes,
                    "limit",
                    WireJson.MAX_DOCUMENT_BYTES);
            throw new Problem.Exception(index == null ? problem : problem.with("commandIndex", index));
        }
    }

    private static void respond(Exchange exchange, String name, CommandUnit unit, UnitAnswer answer) {
        @Nullable Problem problem = Problems.of(answer, unit.commands().size());
        if (problem != null) {
            exchange.send(problem);
        } else if (answer instanceof UnitAnswer.Accepted(long first, long last, boolean repeated)) {
            exchange.routing()
                    .response()
                    .putHeader(HttpHeaders.ETAG, Exchange.etag(last))
                    .putHeader(HttpHeaders.LOCATION, "/v1/simulations/" + name + "/events?from=" + first);
            if (repeated) {
                exchange.routing().response().putHeader("Idempotent-Replayed", "true");
            }
            exchange.send(201, Json.CONTENT_TYPE, Json.line(json -> {
                json.writeStartObject();
                json.writeNumberField("first", first);
                json.writeNumberField("position", last);
                json.writeNumberField("commands", last - first + 1);
                json.writeEndObject();
            }));
        }
    }
}
