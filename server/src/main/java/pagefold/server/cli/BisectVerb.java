package pagefold.server.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.Hex;
import pagefold.model.Permissions;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Finds the event with which something began. */
@Command(
        name = "bisect",
        header = {
            "Finds the first position at which something is so; exit code 1 when there is none.",
            "",
            "Examples:",
            "  pagefold bisect demo --granted 0x7f8cf7faf000 --space 17406 --access write",
            "  pagefold bisect demo --granted 0x7f8cf7faf000 --space 17406 --leads-to 0x100fe1000 -p r--/r--",
            "  pagefold bisect demo --changed 0x7f8cf7faf000 --space 17406 --from 100",
            "  pagefold bisect demo --wx",
            "  pagefold bisect demo --region -p rw-/rwx --memory-type normal-wb",
            ""
        },
        footer = {
            "",
            "Every position from --from to --at is looked at, in order, so what is found is the first one, also where",
            "it ceases to be so later. With --binary the positions are halved: what is found is so, and is not so just",
            "before; it must be so at the end, and is the first one only if it stayed so."
        })
final class BisectVerb extends SimulationVerb {

    /** What is looked for. */
    static final class Wanted {
        @Option(
                names = "--granted",
                paramLabel = "VA",
                converter = Texts.Address.class,
                description = "An access to this address is granted (--leads-to, --permissions).")
        private @Nullable Long granted;

        @Option(
                names = "--changed",
                paramLabel = "VA",
                converter = Texts.Address.class,
                description = "An access to this address ends otherwise than at --from.")
        private @Nullable Long changed;

        @Option(names = "--wx", description = "There is memory that may be written and executed.")
        private boolean wx;

        @Option(names = "--region", description = "There is a region with --permissions, --memory-type, or both.")
        private boolean region;
    }

    @ArgGroup(multiplicity = "1")
    private Wanted wanted = new Wanted();

    @Option(
            names = {"-s", "--space"},
            paramLabel = "SPACE",
            description = "Of the address, or the only one to look at (the only one there is, or all).")
    private @Nullable String space;

    @Mixin
    private AccessorOptions accessor = new AccessorOptions();

    @Option(
            names = "--leads-to",
            paramLabel = "PA",
            converter = Texts.Address.class,
            description = "With --granted: and leads to this address.")
    private @Nullable Long output;

    @Option(
            names = {"-p", "--permissions"},
            paramLabel = "PERMISSIONS",
            converter = Texts.PermissionText.class,
            description = "Exactly these, as in rw-/r--.")
    private @Nullable Permissions permissions;

    @Option(names = "--memory-type", paramLabel = "TYPE", description = "With --region: as in normal-wb.")
    private @Nullable String memoryType;

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            defaultValue = "1",
            description = "The first position to look at (${DEFAULT-VALUE}).")
    private long from;

    @Option(names = "--at", paramLabel = "POSITION", description = "The last position to look at (the last).")
    private @Nullable Long at;

    @Option(names = "--binary", description = "Halves the positions instead of looking at all of them.")
    private boolean binary;

    @Mixin
    private ViewOptions view = new ViewOptions();

    @Override
    int run(ApiClient api) {
        Map<String, String> query = view.in(at(at));
        query.put("from", Long.toString(from));
        query.put("search", binary ? "binary" : "first");
        wanted(api, query);
        put(query, "permissions", permissions);
        put(query, "memoryType", memoryType);
        ApiClient.Answer answer = api.get(simulationPath(simulation()) + "/bisect", query);
        JsonTree bisection = answer.json();
        boolean isFound = bisection.get("found").text().equals("true");
        if (wantsJson()) {
            printJson(answer);
        } else {
            print(bisection, isFound);
        }
        return isFound ? ExitCodes.OK : ExitCodes.NO;
    }

    private void wanted(ApiClient api, Map<String, String> query) {
        Long address = wanted.granted != null ? wanted.granted : wanted.changed;
        if (wanted.granted == null && output != null
                || address != null && memoryType != null
                || (wanted.changed != null || wanted.wx) && permissions != null) {
            throw CliFailure.usage("expected --leads-to with --granted, --memory-type with --region, and --permissions"
                    + " with one of both");
        }
        query.put(
                "holds",
                wanted.granted != null ? "granted" : wanted.changed != null ? "changed" : wanted.wx ? "wx" : "region");
        if (address == null) {
            put(query, "space", space == null ? null : Texts.name("space", space));
            return;
        }
        query.put("space", space(api, simulation(), space, at));
        accessor.putInto(query, address);
        put(query, "output", output == null ? null : Hex.address(output));
    }

    private static void put(Map<String, String> query, String name, @Nullable Object value) {
        if (value != null) {
            query.put(name, value.toString());
        }
    }

    private void print(JsonTree bisection, boolean isFound) {
        String looked = bisection.get("examined").text() + " positions from "
                + bisection.get("from").text() + " to "
                + bisection.get("position").text() + " were looked at";
        if (!isFound) {
            talk("nothing was found; " + looked);
            return;
        }
        Map<String, String> rows = new LinkedHashMap<>();
        JsonTree event = bisection.get("event");
        rows.put("position", bisection.get("first").text());
        rows.put("event", event.get("type").text());
        rows.put("time", event.get("time").text());
        rows.put(
                "actor",
                event.get("actor").isMissing() ? "-" : event.get("actor").text());
        JsonTree region = bisection.get("region");
        if (region.isObject()) {
            rows.put("space", bisection.get("space").text());
            rows.put("region", region.get("range").text());
            rows.put("permissions", region.get("attributes").get("permissions").text());
            rows.put("memory type", region.get("attributes").get("memoryType").text());
        }
        TextTable table = new TextTable("FOUND", "");
        rows.forEach(table::row);
        table.print(out());
        JsonTree walk = bisection.get("walk");
        if (walk.isObject()) {
            out().println(WalkVerb.outcome(Hex.parse(walk.get("input").text()), walk.get("outcome")));
        }
        talk(looked);
    }
}
