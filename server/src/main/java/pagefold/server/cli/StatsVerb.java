package pagefold.server.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import pagefold.model.Hex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the tables cost. */
@Command(
        name = "stats",
        header = {
            "Prints what the tables of a simulation cost and hold, and the hash of their image.",
            "",
            "Examples:",
            "  pagefold stats demo",
            "  pagefold stats demo --at 1284 -o json",
            ""
        })
final class StatsVerb extends SimulationVerb {
    private static final double MIB = 1024 * 1024;

    @Option(names = "--at", paramLabel = "POSITION", description = "As it was after that event (now).")
    private @Nullable Long at;

    @Mixin
    private ViewOptions view = new ViewOptions();

    @Override
    int run(ApiClient api) {
        ApiClient.Answer answer = api.get(simulationPath(simulation()) + "/stats", view.in(at(at)));
        if (wantsJson()) {
            printJson(answer);
        } else {
            print(answer.json(), out());
        }
        return ExitCodes.OK;
    }

    /** The figures of all spaces, and of the whole. */
    static void print(JsonTree stats, PrintWriter out) {
        TextTable table = new TextTable(
                "SPACE", "KIND", "TABLES", "TABLE BYTES", "LEAVES", "MAPPED", "W+X", "TABLE BYTES PER MAPPED MIB");
        long mapped = 0;
        for (JsonTree space : stats.get("spaces").items()) {
            long bytes = space.get("tableBytes").number();
            long holds = space.get("mappedBytes").number();
            mapped += holds;
            table.row(
                    space.get("space").text(),
                    space.get("kind").text(),
                    space.get("tables").text(),
                    bytes,
                    leaves(space.get("leaves").items()),
                    Hex.size(holds),
                    Hex.size(space.get("writableExecutableBytes").number()),
                    perMib(bytes, holds));
        }
        table.print(out);
        long bytes = stats.get("tableBytes").number();
        out.println();
        TextTable whole = new TextTable("WHOLE", "");
        JsonTree binding = stats.get("binding");
        whole.row(
                "plugin",
                binding.get("plugin").text() + " " + binding.get("version").text() + ", profile "
                        + binding.get("profile").text() + ", "
                        + binding.get("coarsening").text());
        whole.row("position", stats.get("position").text());
        whole.row("tables", stats.get("tables").text());
        whole.row("table bytes", bytes);
        whole.row("mapped bytes", mapped);
        whole.row("table bytes per mapped MiB", perMib(bytes, mapped));
        whole.row("over-mapped bytes", stats.get("overMappedBytes").text());
        whole.row(
                "bytes with widened permissions",
                stats.get("widenedPermissionBytes").text());
        whole.row(
                "bytes writable and executable",
                stats.get("writableExecutableBytes").text());
        whole.row("image hash", stats.get("imageHash").text());
        whole.print(out);
    }

    private static String leaves(List<JsonTree> leaves) {
        List<String> parts = leaves.stream()
                .filter(each -> each.get("count").number() != 0)
                .map(each -> each.get("count").text() + " x "
                        + Hex.size(Hex.parse(each.get("size").text())))
                .toList();
        return parts.isEmpty() ? "0" : String.join(", ", parts);
    }

    private static String perMib(long tableBytes, long mappedBytes) {
        return mappedBytes == 0 ? "-" : String.format(Locale.ROOT, "%.0f", tableBytes / (mappedBytes / MIB));
    }
}
