package pagefold.server.cli;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import pagefold.server.wire.WireJson;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes all simulations of a plugin to another version of it, one after the other. */
@Command(
        name = "upgrade",
        header = {
            "Takes every simulation that has a plugin selected to another version of it, with its profile.",
            "",
            "Examples:",
            "  pagefold plugin upgrade mips --dry-run",
            "  pagefold plugin upgrade mips --to 1.1",
            ""
        },
        footer = {
            "",
            "Each model is built from the history while the old one serves, and takes over between two events. A",
            "simulation that the other version cannot hold stays where it is, and the exit code is 1."
        })
final class PluginUpgradeVerb extends ClientVerb {
    @Parameters(index = "0", paramLabel = "ID", description = "The plugin.")
    private String id = "";

    @Option(names = "--to", paramLabel = "VERSION", description = "The version to go to (the newest).")
    private @Nullable String to;

    @Option(names = "--dry-run", description = "Only says what would happen.")
    private boolean dryRun;

    @Override
    int run(ApiClient api) {
        String version = version(api);
        TextTable table = new TextTable("SIMULATION", "PROFILE", "FROM", "TO", dryRun ? "POSSIBLE" : "POSITION");
        boolean isWhole = true;
        JsonTree usage = api.get("/v1/plugins/usage", Map.of("plugin", Texts.name("plugin", id)))
                .json();
        for (JsonTree each : usage.get("simulations").items()) {
            String simulation = each.get("simulation").text();
            JsonTree now = api.get(simulationPath(simulation), Map.of()).json();
            String from = now.get("version").text();
            if (now.get("plugin").text().equals(id) && !from.equals(version)) {
                String outcome = upgrade(api, simulation, now, version);
                isWhole &= !outcome.startsWith("no");
                table.row(simulation, now.get("profile").text(), from, version, outcome);
            }
        }
        table.print(out());
        return isWhole ? ExitCodes.OK : ExitCodes.NO;
    }

    /** The version that is wanted, which is there. */
    private String version(ApiClient api) {
        return api.get("/v1/plugins", Map.of()).json().get("plugins").items().stream()
                .filter(each -> each.get("id").text().equals(id))
                .map(each -> each.get("version").text())
                // The newest comes first.
                .filter(each -> to == null || Objects.equals(each, to))
                .findFirst()
                .orElseThrow(() -> new CliFailure(
                        ExitCodes.REJECTED,
                        to == null ? "there is no plugin '" + id + "'" : "there is no plugin '" + id + "' " + to));
    }

    private String upgrade(ApiClient api, String simulation, JsonTree now, String version) {
        byte[] body = WireJson.encode(json -> {
            json.writeStartObject();
            json.writeStringField("plugin", id);
            json.writeStringField("profile", now.get("profile").text());
            json.writeStringField("version", version);
            json.writeStringField("coarsening", now.get("coarsening").text());
            json.writeEndObject();
        });
        try {
            String path = simulationPath(simulation) + "/swap";
            JsonTree answer =
                    (dryRun ? api.ask(path + "?dryRun=true", body) : api.post(path, "application/json", body)).json();
            return !dryRun
                    ? answer.get("position").text()
                    : answer.get("possible").text().equals("true") ? "yes" : "no";
        } catch (CliFailure e) {
            return "no: " + e.line();
        }
    }
}
