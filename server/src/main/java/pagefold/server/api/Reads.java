package pagefold.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Hex;
import pagefold.model.PluginBinding;
import pagefold.model.Privilege;
import pagefold.model.Region;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Question;
import pagefold.server.replay.Reading;
import pagefold.server.space.Simulations;
import pagefold.server.wire.WireText;
import pagefold.table.PageTableModel;
import pagefold.table.TableReader;
import pagefold.table.TableView;
import pagefold.table.Walk;

/** The reads of one simulation's state; each is answered where the model is, at one position. */
final class Reads {
    private static final int MAX_REGIONS = 100_000;
    private static final int DEFAULT_REGIONS = 10_000;

    private final Simulations simulations;
    private final Views views;

    Reads(Simulations simulations, Views views) {
        this.simulations = simulations;
        this.views = views;
    }

    void simulation(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        String name = exchange.simulation();
        read(
                exchange,
                projection -> Answer.json(json -> {
                    json.writeStartObject();
                    json.writeStringField("name", name);
                    json.writeNumberField("position", projection.position());
                    new StateWriter(json).binding(projection.binding());
                    json.writeNumberField(
                            "spaces", projection.simulation().spaces().size());
                    json.writeEndObject();
                }));
    }

    void spaces(RoutingContext routing) {
        read(
                new Exchange(routing),
                projection -> Answer.json(json -> {
                    json.writeStartObject();
                    json.writeNumberField("position", projection.position());
                    json.writeArrayFieldStart("spaces");
                    for (AddressSpace space : projection.simulation().spaces()) {
                        new StateWriter(json).space(space);
                    }
                    json.writeEndArray();
                    json.writeEndObject();
                }));
    }

    void regions(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        long from = exchange.address("from", 0);
        int limit = (int) exchange.number("limit", 1, MAX_REGIONS, DEFAULT_REGIONS);
        readSpace(exchange, (projection, space) -> {
            List<Region> regions = new ArrayList<>();
            Region next = space.firstIn(new AddressRange(from, -1L));
            while (next != null && regions.size() < limit) {
                regions.add(next);
                long last = next.range().last();
                next = last == -1L ? null : space.firstIn(new AddressRange(last + 1, -1L));
            }
            return regionPage(projection, regions, next);
        });
    }

    private static Answer regionPage(Projection projection, List<Region> regions, @Nullable Region next) {
        return Answer.json(json -> {
            StateWriter state = new StateWriter(json);
            json.writeStartObject();
            json.writeNumberField("position", projection.position());
            json.writeArrayFieldStart("regions");
            for (Region region : regions) {
                state.region(region);
            }
            json.writeEndArray();
            if (next != null) {
                state.hex("next", next.range().start());
            }
            json.writeEndObject();
        });
    }

    void walk(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        long address = virtualAddress(exchange);
        Access access = word(exchange, "access", WireText.ACCESSES, Access.READ);
        Privilege privilege = word(exchange, "privilege", WireText.PRIVILEGES, Privilege.PRIVILEGED);
        String second = exchange.query("stage2");
        readSpace(exchange, (projection, space) -> {
            if (second != null && projection.simulation().space(second) == null) {
                return new Answer.Missing(Problems.noSuchSpace(second, projection.destroyedAt(second)));
            }
            PageTableModel model = projection.model();
            Walk walk = second == null
                    ? model.walk(space.name(), address, access, privilege)
                    : model.walk(space.name(), second, address, access, privilege);
            if (walk == null) {
                return new Answer.Missing(Problems.noSecondStage(space, second));
            }
            return Answer.json(json -> {
                json.writeStartObject();
                json.writeNumberField("position", projection.position());
                new StateWriter(json).walk(walk);
                json.writeEndObject();
            });
        });
    }

    static long virtualAddress(Exchange exchange) {
        if (exchange.query("va") == null) {
            throw new Problem.Exception(Problems.invalid("va", "Expected the address to translate as va=0x…."));
        }
        return exchange.address("va", 0);
    }

    static <E> E word(Exchange exchange, String parameter, WireText.Words<E> words, E absent) {
        String text = exchange.query(parameter);
        if (text == null) {
            return absent;
        }
        E value = words.of(text);
        if (value == null) {
            throw new Problem.Exception(Problems.invalid(parameter, "Expected " + words.choices() + "."));
        }
        return value;
    }

    void ptdump(RoutingContext routing) {
        readSpace(
                new Exchange(routing),
                (projection, space) -> text(out -> projection.model().dump(space.name(), out)));
    }

    /** Writes text. */
    @FunctionalInterface
    private interface TextWriter {
        void write(Appendable out) throws IOException;
    }

    private static Answer text(TextWriter writer) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Writer text = new OutputStreamWriter(out, UTF_8)) {
            writer.write(text);
        } catch (IOException e) {
            throw new UncheckedIOException("expected to write text to memory, but it failed", e);
        }
        return new Answer.Body("text/plain; charset=utf-8", out.toByteArray());
    }

    void showPte(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        long address = virtualAddress(exchange);
        readSpace(
                exchange, (projection, space) -> text(out -> projection.model().showPte(space.name(), address, out)));
    }

    void checkWx(RoutingContext routing) {
        readSpace(new Exchange(routing), (projection, space) -> {
            TableReader.WxReport report = projection.model().checkWx(space.name());
            if (report == null) {
                return new Answer.Missing(Problem.of(
                        409,
                        "no-such-check",
                        "The kernel checks its own tables alone, but the space '" + space.name() + "' is of the kind "
                                + WireText.text(space.kind()) + ".",
                        "space",
                        space.name(),
                        "kind",
                        WireText.text(space.kind())));
            }
            return Answer.json(json -> {
                json.writeStartObject();
                json.writeNumberField("position", projection.position());
                json.writeBooleanField("passed", report.passed());
                json.writeNumberField("writableExecutablePages", report.writableExecutablePages());
                json.writeNumberField("userExecutablePages", report.userExecutablePages());
                json.writeStringField("text", report.text());
                json.writeEndObject();
            });
        });
    }

    void tables(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        boolean binary = exchange.accepts("application/octet-stream");
        readSpace(exchange, (projection, space) -> {
            PageTableModel model = projection.model();
            return binary ? words(model.tablesWithWords(space.name())) : json(projection, model.tables(space.name()));
        });
    }

    /** One after the other: the address, the number of words, the words. */
    private static Answer words(List<TableView> tables) {
        long words = 0;
        for (TableView table : tables) {
            words += 2L + table.words().length;
        }
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.toIntExact(words * Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        for (TableView table : tables) {
            bytes.putLong(table.address()).putLong(table.words().length);
            for (long word : table.words()) {
                bytes.putLong(word);
            }
        }
        return new Answer.Body("application/octet-stream", bytes.array());
    }

    private static Answer json(Projection projection, List<TableView> tables) {
        return Answer.json(json -> {
            StateWriter state = new StateWriter(json);
            json.writeStartObject();
            json.writeNumberField("position", projection.position());
            json.writeArrayFieldStart("tables");
            for (TableView table : tables) {
                json.writeStartObject();
                state.tableFields(table);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    void table(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        long address = exchange.pathAddress("address");
        boolean binary = exchange.accepts("application/octet-stream");
        read(exchange, projection -> {
            TableView table = projection.model().table(address);
            if (table == null) {
                return new Answer.Missing(Problem.of(
                        404,
                        "no-such-table",
                        "There is no table at " + Hex.address(address) + ".",
                        "address",
                        Hex.address(address)));
            }
            return binary ? words(table) : json(projection, table);
        });
    }

    private static Answer words(TableView table) {
        ByteBuffer bytes =
                ByteBuffer.allocate(table.words().length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(table.words());
        return new Answer.Body("application/octet-stream", bytes.array());
    }

    private static Answer json(Projection projection, TableView table) {
        return Answer.json(json -> {
            StateWriter state = new StateWriter(json);
            json.writeStartObject();
            json.writeNumberField("position", projection.position());
            state.tableFields(table);
            state.words(table.words());
            json.writeEndObject();
        });
    }

    void stats(RoutingContext routing) {
        Exchange exchange = new Exchange(routing);
        String name = exchange.simulation();
        read(
                exchange,
                projection -> Answer.json(json -> {
                    StateWriter state = new StateWriter(json);
                    json.writeStartObject();
                    json.writeStringField("name", name);
                    json.writeNumberField("position", projection.position());
                    json.writeObjectFieldStart("binding");
                    state.binding(projection.binding());
                    json.writeEndObject();
                    json.writeStringField("imageHash", projection.imageHash());
                    state.statistics(projection.model().statistics(), projection.simulation());
                    json.writeEndObject();
                }));
    }

    private void readSpace(Exchange exchange, BiFunction<Projection, AddressSpace, Answer> question) {
        String name = exchange.space();
        read(exchange, projection -> {
            AddressSpace space = projection.simulation().space(name);
            return space == null
                    ? new Answer.Missing(Problems.noSuchSpace(name, projection.destroyedAt(name)))
                    : question.apply(projection, space);
        });
    }

    private void read(Exchange exchange, Question<Answer> question) {
        String name = exchange.simulation();
        Long at = exchange.at();
        PluginBinding under = views.asked(exchange);
        boolean isAnywhere = Consistency.isAny(exchange);
        Future<Reading<Answer>> reading;
        if (under == null && isAnywhere) {
            reading = simulations.askAnywhere(name, at, question);
        } else if (under != null) {
            reading = simulations.ask(name, at, under, question);
        } else {
            reading = at == null ? simulations.ask(name, question) : simulations.ask(name, at, question);
        }
        exchange.then(reading, answered -> {
            switch (answered) {
                case Reading.Failed<Answer> failed -> exchange.send(Problems.of(failed.trouble()));
                case Reading.Answered<Answer>(long position, Answer.Missing(Problem problem)) -> exchange.send(problem);
                case Reading.Answered<Answer>(long position, Answer.Body(String contentType, byte[] bytes)) -> {
                    exchange.routing().response().putHeader(HttpHeaders.ETAG, Exchange.etag(position));
                    exchange.send(200, contentType, bytes);
                }
            }
        });
    }
}
