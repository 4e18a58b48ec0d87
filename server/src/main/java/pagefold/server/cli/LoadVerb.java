package pagefold.server.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import pagefold.server.load.LoadOptions;
import pagefold.server.load.LoadOutcome;
import pagefold.server.load.LoadReport;
import pagefold.server.load.LoadRun;
import pagefold.server.wire.WireJson;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Puts a server under load and measures it. */
@Command(
        name = "load",
        header = {
            "Puts a server under load and measures it, in simulations of its own that are removed at the end.",
            "",
            "Examples:",
            "  pagefold load --users 64 --simulations 4 --seconds 20",
            "  pagefold load --rate 1000                            the latency at 1,000 steps a second",
            "  pagefold load --via socket --ahead 16                over sockets, 16 messages ahead",
            "  pagefold load --via batch --ahead 64                 64 commands in a request",
            "  pagefold load --subscribers 1000                     without, and then with, 1,000 event streams",
            ""
        })
final class LoadVerb extends ClientVerb {

    @Mixin
    private WorkloadOptions work = new WorkloadOptions(64, 4);

    @Option(
            names = "--via",
            paramLabel = "WAY",
            defaultValue = "http",
            description = "http (a command in a request), batch or socket (${DEFAULT-VALUE}).")
    private LoadOptions.Way way = LoadOptions.Way.HTTP;

    @Option(
            names = "--ahead",
            paramLabel = "COUNT",
            defaultValue = "1",
            description = "Commands in a batch, or messages that a socket sends before the first is answered"
                    + " (${DEFAULT-VALUE}).")
    private int ahead;

    @Option(
            names = "--rate",
            paramLabel = "COUNT",
            defaultValue = "0",
            description = "Steps a second of all users together; 0: as many as are answered (${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--subscribers",
            paramLabel = "COUNT",
            defaultValue = "0",
            description = "Measures twice: without, and with so many event streams on the first simulation.")
    private int subscribers;

    @Option(names = "--seconds", paramLabel = "COUNT", defaultValue = "10", description = "(${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "Not measured, before (${DEFAULT-VALUE}).")
    private int warmup;

    @Option(
            names = "--prefix",
            paramLabel = "NAME",
            defaultValue = "load",
            description = "What the names of the simulations begin with (${DEFAULT-VALUE}).")
    private String prefix = "";

    @Override
    int run(ApiClient api) {
        LoadOptions options;
        try {
            LoadOptions.Travel travel = new LoadOptions.Travel(way, ahead, rate, subscribers);
            LoadOptions.Shape shape =
                    new LoadOptions.Shape(work.users, work.simulations, work.mix(), work.seed, travel);
            options = new LoadOptions(
                    connection().servers(),
                    connection().token(),
                    Texts.name("simulation", prefix),
                    shape,
                    seconds,
                    warmup,
                    (int) connection().retryFor().toMillis());
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(String.valueOf(e.getMessage()));
        }
        LoadOutcome outcome;
        try (LoadRun run = new LoadRun(options)) {
            outcome = run.run();
        } catch (IOException e) {
            throw new CliFailure(ExitCodes.UNREACHABLE, "the load did not run: " + e.getMessage());
        }
        if (wantsJson()) {
            out().println(new String(WireJson.encode(json -> write(json, outcome)), StandardCharsets.UTF_8));
        } else {
            show(outcome);
        }
        if (outcome.failure() != null) {
            throw new CliFailure(ExitCodes.UNREACHABLE, "the load did not come to its end: " + outcome.failure());
        }
        return outcome.passes() ? ExitCodes.OK : ExitCodes.NO;
    }

    private void show(LoadOutcome outcome) {
        List<LoadReport> reports = outcome.reports();
        List<String> columns = new ArrayList<>(List.of("LOAD", "COUNT", "PER SECOND"));
        reports.getFirst().commands().latency().forEach(p -> columns.add(p.name() + " ms"));
        TextTable table = new TextTable(columns.toArray(String[]::new));
        for (LoadReport report : reports) {
            row(
                    table,
                    report == reports.getFirst() ? "commands" : "commands, " + subscribers + " streams",
                    report.commands());
            if (report.walks().count() > 0) {
                row(
                        table,
                        report == reports.getFirst() ? "walks" : "walks, " + subscribers + " streams",
                        report.walks());
            }
        }
        table.print(out());
        outcome.errors().forEach((what, count) -> out().println("error: " + what + ": " + count));
        if (reports.size() > 1) {
            double before = reports.getFirst().commands().perSecond();
            double after = reports.getLast().commands().perSecond();
            out().println(String.format(
                    Locale.ROOT, "%,.1f %% fewer commands with %d streams", 100 * (1 - after / before), subscribers));
        }
        out().println("sent again: " + outcome.retries());
        out().println(
                        switch (outcome.balance()) {
                            case null -> "it is not known whether every acknowledged event is there";
                            case LoadOutcome.Balance balance
                            when balance.lost() > 0 -> "ACKNOWLEDGED EVENTS LOST: " + balance.lost();
                            case LoadOutcome.Balance balance -> "every acknowledged event is there";
                        });
        if (outcome.balance() != null && outcome.balance().duplicated() > 0) {
            out().println("EVENTS THAT NOBODY WAS TOLD OF: " + outcome.balance().duplicated());
        }
    }

    static void row(TextTable table, String name, LoadReport.Deeds deeds) {
        List<String> cells = new ArrayList<>(
                List.of(name, Long.toString(deeds.count()), String.format(Locale.ROOT, "%.0f", deeds.perSecond())));
        deeds.latency().forEach(p -> cells.add(String.format(Locale.ROOT, "%.2f", p.millis())));
        table.row(cells.toArray());
    }

    private static void write(JsonGenerator json, LoadOutcome outcome) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("measured");
        for (LoadReport report : outcome.reports()) {
            json.writeStartObject();
            json.writeNumberField("seconds", report.seconds());
            write(json, "commands", report.commands());
            write(json, "walks", report.walks());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeObjectFieldStart("errors");
        for (Map.Entry<String, Long> error : outcome.errors().entrySet()) {
            json.writeNumberField(error.getKey(), error.getValue());
        }
        json.writeEndObject();
        json.writeNumberField("retries", outcome.retries());
        LoadOutcome.Balance balance = outcome.balance();
        if (balance != null) {
            json.writeNumberField("lost", balance.lost());
            json.writeNumberField("duplicated", balance.duplicated());
        }
        if (outcome.failure() != null) {
            json.writeStringField("failure", outcome.failure());
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String name, LoadReport.Deeds deeds) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("count", deeds.count());
        json.writeNumberField("perSecond", deeds.perSecond());
        json.writeObjectFieldStart("millis");
        for (LoadReport.Percentile percentile : deeds.latency()) {
            json.writeNumberField(percentile.name(), percentile.millis());
        }
        json.writeEndObject();
        json.writeEndObject();
    }
}
