package pagefold.server.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.Hex;
import pagefold.server.wire.WireJson;
import pagefold.server.wire.WireText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Selects another plugin or profile. */
@Command(
        name = "swap",
        header = {
            "Selects another plugin or profile while everyone works, and prints the position of that event.",
            "",
            "Examples:",
            "  pagefold swap demo --plugin arm64 --profile 64k-48 --coarsen widen",
            "  pagefold swap demo --plugin arm32 --profile lpae --dry-run",
            ""
        },
        footer = {
            "",
            "What the other one cannot hold is printed event by event, with what could hold it; then nothing has",
            "changed, and the exit code is 3, or 1 for a dry run."
        })
final class SwapVerb extends ClientVerb {
    /** How the line of that problem begins. */
    private static final String CANNOT_HOLD = "Plugin cannot hold history";

    @Parameters(index = "0", paramLabel = "SIMULATION", description = "The simulation.")
    private String simulation = "";

    @Option(names = "--plugin", paramLabel = "ID", required = true, description = "The architecture.")
    private String plugin = "";

    @Option(names = "--profile", paramLabel = "NAME", required = true, description = "One of its profiles.")
    private String profile = "";

    @Option(names = "--plugin-version", paramLabel = "VERSION", description = "The plugin's version (the newest).")
    private @Nullable String version;

    @Option(
            names = "--coarsen",
            paramLabel = "HOW",
            defaultValue = "reject",
            description = "What does not fit is rejected (reject), or rounded outwards and counted (widen)"
                    + " (${DEFAULT-VALUE}).")
    private String coarsening = "reject";

    @Option(names = "--dry-run", description = "Only says what would happen.")
    private boolean dryRun;

    @Override
    int run(ApiClient api) {
        var unused = MapVerb.word(WireText.COARSENINGS, "--coarsen", coarsening);
        byte[] body = WireJson.encode(json -> {
            json.writeStartObject();
            json.writeStringField("plugin", Texts.name("plugin", plugin));
            json.writeStringField("profile", Texts.name("profile", profile));
            if (version != null) {
                json.writeStringField("version", Texts.name("plugin version", version));
            }
            json.writeStringField("coarsening", coarsening);
            json.writeEndObject();
        });
        return dryRun ? report(api, body) : swap(api, body);
    }

    private int swap(ApiClient api, byte[] body) {
        try {
            ApiClient.Answer answer = api.post(simulationPath(simulation) + "/swap", "application/json", body);
            if (wantsJson()) {
                printJson(answer);
            } else {
                out().println(answer.json().get("position").text());
            }
            return ExitCodes.OK;
        } catch (CliFailure e) {
            if (e.exitCode() == ExitCodes.REJECTED && e.line().startsWith(CANNOT_HOLD)) {
                var unused = report(api, body);
                throw new CliFailure(
                        ExitCodes.REJECTED,
                        "the plugin " + plugin + " with profile " + profile
                                + " cannot hold the events so far; nothing has changed");
            }
            throw e;
        }
    }

    private int report(ApiClient api, byte[] body) {
        ApiClient.Answer answer = api.ask(simulationPath(simulation) + "/swap?dryRun=true", body);
        JsonTree report = answer.json();
        if (wantsJson()) {
            printJson(answer);
        } else {
            print(report);
        }
        return report.get("possible").text().equals("true") ? ExitCodes.OK : ExitCodes.NO;
    }

    private void print(JsonTree report) {
        JsonTree to = report.get("to");
        JsonTree figures = to.get("figures");
        TextTable table = new TextTable("SWAP", "");
        table.row("from", name(report.get("from")));
        table.row("to", name(to));
        table.row("position", report.get("position").text());
        table.row("possible", report.get("possible").text().equals("true") ? "yes" : "no");
        if (figures.isObject()) {
            table.row("table bytes", figures.get("tableBytes").text());
            table.row("over-mapped", Hex.size(figures.get("overMappedBytes").number()));
            table.row(
                    "widened permissions",
                    Hex.size(figures.get("widenedPermissionBytes").number()));
        } else {
            table.row("failure", to.get("failure").text());
        }
        JsonTree refused = to.get("leftOut");
        table.row("events that do not fit", refused.get("count").text());
        for (JsonTree each : report.get("suggested").items()) {
            table.row("would fit", name(each));
        }
        table.print(out());
        List<JsonTree> events = refused.get("events").items();
        if (!events.isEmpty()) {
            out().println();
            TextTable reasons = new TextTable("POSITION", "EVENT", "REASON", "DETAIL");
            for (JsonTree event : events) {
                reasons.row(
                        event.get("position").text(),
                        event.get("type").text(),
                        event.get("reason").text(),
                        event.get("detail").text());
            }
            reasons.print(out());
        }
    }

    private static String name(JsonTree binding) {
        return binding.isObject()
                ? binding.get("plugin").text() + " " + binding.get("version").text() + ", profile "
                        + binding.get("profile").text() + ", "
                        + binding.get("coarsening").text()
                : "-";
    }
}
