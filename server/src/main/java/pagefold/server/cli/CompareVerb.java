package pagefold.server.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.Hex;
import pagefold.server.compare.FileHistory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows one history under several plugins and profiles: the page-size advisor. */
@Command(
        name = "compare",
        header = {
            "Compares what tables cost and cannot hold under other plugins and profiles, for one history.",
            "",
            "Examples:",
            "  pagefold compare demo --with arm64:16k-47,arm64:64k-48,arm32:lpae",
            "  pagefold compare demo --with arm64:64k-48:widen --space 17406 --tlb 512 -o json",
            "  pagefold compare --maps /proc/self/maps",
            "  pagefold compare --strace trace.txt --with arm64:4k-48,arm64:64k-48",
            ""
        },
        footer = {
            "",
            "A candidate is PLUGIN[@VERSION]:PROFILE[:COARSENING]. Without a coarsening it is tried exactly, and widened",
            "where that does not go. INEXACT are events that do not fit without rounding; LEFT OUT do not fit at all.",
            "TLB REACH is what a full TLB translates at most, when it holds a leaf or a contiguous run in an entry."
        })
final class CompareVerb extends ClientVerb {
    /** The three page sizes, for whoever names none. */
    private static final String PAGE_SIZES = "arm64:4k-48,arm64:16k-47,arm64:64k-48";

    @Parameters(index = "0", arity = "0..1", paramLabel = "SIMULATION", description = "The simulation.")
    private @Nullable String simulation;

    @Option(names = "--strace", paramLabel = "FILE", description = "A trace of strace instead, without a server.")
    private @Nullable String strace;

    @Option(names = "--maps", paramLabel = "FILE", description = "A /proc/PID/maps instead, without a server.")
    private @Nullable String maps;

    @Option(names = "--history", paramLabel = "FILE", description = "A file of sim export instead, without a server.")
    private @Nullable String history;

    @Option(
            names = "--with",
            paramLabel = "CANDIDATES",
            defaultValue = PAGE_SIZES,
            description = "What to compare, between commas (${DEFAULT-VALUE}).")
    private String with = PAGE_SIZES;

    @Option(
            names = {"-s", "--space"},
            paramLabel = "SPACE",
            description = "Only this space (all).")
    private @Nullable String space;

    @Option(names = "--at", paramLabel = "POSITION", description = "As it was after that event (now).")
    private @Nullable Long at;

    @Option(
            names = "--tlb",
            paramLabel = "ENTRIES",
            defaultValue = "1024",
            description = "Entries of the TLB (${DEFAULT-VALUE}).")
    private int tlb = 1024;

    @Option(
            names = "--events",
            paramLabel = "COUNT",
            defaultValue = "3",
            description = "How many of the events that do not fit are shown for a candidate (${DEFAULT-VALUE}).")
    private int events = 3;

    @Override
    int run(ApiClient api) {
        byte[] body = answer(api);
        if (wantsJson()) {
            out().println(new String(body, java.nio.charset.StandardCharsets.UTF_8).strip());
            return ExitCodes.OK;
        }
        try {
            print(JsonTree.parse(body).get("candidates").items());
        } catch (IOException e) {
            throw new CliFailure(ExitCodes.UNREACHABLE, "the server's answer is no JSON: is it a Pagefold server?");
        }
        return ExitCodes.OK;
    }

    private byte[] answer(ApiClient api) {
        Map<FileHistory.Format, String> files = new EnumMap<>(FileHistory.Format.class);
        putIfNamed(files, FileHistory.Format.MAPS, maps);
        putIfNamed(files, FileHistory.Format.STRACE, strace);
        putIfNamed(files, FileHistory.Format.EVENTS, history);
        String name = simulation;
        if (files.size() + (name == null ? 0 : 1) != 1) {
            throw CliFailure.usage("expected one of SIMULATION, --strace FILE, --maps FILE and --history FILE");
        }
        if (name == null) {
            if (at != null) {
                throw CliFailure.usage("expected --at with a simulation, not with a file");
            }
            FileHistory.Format format = files.keySet().iterator().next();
            return FileComparison.of(format, files.getOrDefault(format, ""), this::talk)
                    .compare(with, space, tlb);
        }
        Map<String, String> query = at(at);
        query.put("with", with);
        query.put("tlb", Integer.toString(tlb));
        if (space != null) {
            query.put("space", Texts.name("space", space));
        }
        return api.get(simulationPath(name) + "/compare", query).body();
    }

    private static void putIfNamed(
            Map<FileHistory.Format, String> files, FileHistory.Format format, @Nullable String file) {
        if (file != null) {
            files.put(format, file);
        }
    }

    private void print(List<JsonTree> candidates) {
        TextTable costs = new TextTable(
                "CANDIDATE",
                "TABLES",
                "TABLE BYTES",
                "LEAVES",
                "RUNS",
                "TLB ENTRIES",
                "TLB REACH",
                "OVER-MAPPED",
                "WIDENED",
                "INEXACT",
                "LEFT OUT");
        for (JsonTree each : candidates) {
            costs.row(cells(each));
        }
        costs.print(out());
        TextTable reasons = new TextTable("CANDIDATE", "POSITION", "EVENT", "REASON", "DETAIL");
        int rows = 0;
        for (JsonTree each : candidates) {
            boolean exactly = each.get("leftOut").get("count").number() == 0;
            List<JsonTree> refused =
                    each.get(exactly ? "inexact" : "leftOut").get("events").items();
            for (JsonTree event : refused.subList(0, Math.min(refused.size(), Math.max(0, events)))) {
                reasons.row(
                        name(each),
                        event.get("position").text(),
                        event.get("type").text(),
                        event.get("reason").text(),
                        event.get("detail").text());
                rows++;
            }
        }
        if (rows > 0) {
            out().println();
            reasons.print(out());
        }
    }

    private static String name(JsonTree row) {
        return row.get("plugin").text() + " " + row.get("version").text() + " "
                + row.get("profile").text()
                + (row.get("coarsening").text().equals("widen") ? " widened" : "");
    }

    private static Object[] cells(JsonTree row) {
        JsonTree figures = row.get("figures");
        JsonTree tables = figures.get("tlb");
        String name = row.get("bound").text().equals("true") ? name(row) + " *" : name(row);
        if (!figures.isObject()) {
            return new Object[] {name, "-", "-", row.get("failure").text(), "-", "-", "-", "-", "-", "-", "-"};
        }
        return new Object[] {
            name,
            figures.get("tables").text(),
            figures.get("tableBytes").text(),
            leaves(figures.get("leaves").items()),
            figures.get("contiguousRuns").text(),
            tables.get("neededEntries").text(),
            Hex.size(tables.get("reachBytes").number()),
            Hex.size(figures.get("overMappedBytes").number()),
            Hex.size(figures.get("widenedPermissionBytes").number()),
            row.get("inexact").get("count").text(),
            row.get("leftOut").get("count").text()
        };
    }

    private static String leaves(List<JsonTree> leaves) {
        List<String> parts = new ArrayList<>();
        for (JsonTree each : leaves) {
            parts.add(each.get("count").text() + " x "
                    + Hex.size(Hex.parse(each.get("size").text())));
        }
        return parts.isEmpty() ? "0" : String.join(", ", parts);
    }
}
