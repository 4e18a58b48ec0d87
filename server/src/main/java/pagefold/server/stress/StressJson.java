package pagefold.server.stress;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pagefold.server.load.LoadReport;

/** A report for machines. */
public final class StressJson {
    private StressJson() {}

    /** The report as JSON with line breaks. */
    public static String of(StressReport report) {
        return object(report).encodePrettily();
    }

    private static JsonObject object(StressReport report) {
        StressReport.Outcomes outcomes = report.outcomes();
        return new JsonObject()
                .put("passed", report.passes())
                .put("seed", report.seed())
                .put("servers", report.servers())
                .put("seconds", report.load().seconds())
                .put("lost", outcomes.lost())
                .put("duplicated", outcomes.duplicated())
                .put("hashesEqual", report.hashesEqual())
                .put("acknowledged", outcomes.acknowledged())
                .put("repeated", outcomes.repeated())
                .put("unknown", outcomes.unknown())
                .put("refused", outcomes.refused())
                .put("staleReads", outcomes.staleReads())
                .put("commands", deeds(report.load().commands()))
                .put("walks", deeds(report.load().walks()))
                .put(
                        "histogram",
                        array(
                                report.load().histogram(),
                                bucket -> new JsonObject()
                                        .put("millis", bucket.millis())
                                        .put("count", bucket.count())))
                .put("perSecond", new JsonArray(List.copyOf(report.load().perSecond())))
                .put("fill", fill(report.fill()))
                .put(
                        "faults",
                        array(
                                report.faults(),
                                fault -> new JsonObject()
                                        .put("what", fault.what())
                                        .put("atSeconds", fault.atSeconds())
                                        .put("seconds", fault.seconds())
                                        .put("failOverMillis", fault.failOverMillis())
                                        .put("medianMillis", fault.medianMillis())
                                        .put("laterMillis", fault.laterMillis())
                                        .put("failures", fault.failures())
                                        .put("moves", moves(fault.moves()))))
                .put(
                        "histories",
                        array(
                                report.histories(),
                                history -> new JsonObject()
                                        .put("simulation", history.simulation())
                                        .put("operations", history.operations())
                                        .put("verdict", history.verdict())))
                .put(
                        "simulations",
                        array(
                                report.simulations(),
                                simulation -> new JsonObject()
                                        .put("simulation", simulation.simulation())
                                        .put("position", simulation.position())
                                        .put("imageHash", hashes(simulation))))
                .put("violations", new JsonArray(List.copyOf(report.violations())));
    }

    private static @Nullable JsonObject fill(StressReport.@Nullable FillReport fill) {
        return fill == null
                ? null
                : new JsonObject()
                        .put("simulations", fill.simulations())
                        .put("regions", fill.regions())
                        .put("seconds", fill.seconds())
                        .put("eventBytes", fill.eventBytes())
                        .put("databaseBytes", fill.databaseBytes())
                        .put("shares", shares(fill.shares()))
                        .put("ratio", StressReport.Share.ratio(fill.shares()))
                        .put(
                                "nodes",
                                array(
                                        fill.nodes(),
                                        node -> new JsonObject()
                                                .put("node", node.node())
                                                .put("open", node.open())
                                                .put("emptyHeap", node.emptyHeap())
                                                .put("heap", node.heap())
                                                .put("tables", node.tables())
                                                .put("images", node.images())
                                                .put("heapOfOne", node.heapOfOne())));
    }

    private static @Nullable JsonObject moves(StressReport.@Nullable MoveReport moves) {
        return moves == null
                ? null
                : new JsonObject()
                        .put("simulations", moves.simulations())
                        .put("moved", moves.moved())
                        .put("before", shares(moves.before()))
                        .put("after", shares(moves.after()));
    }

    private static JsonObject shares(List<StressReport.Share> shares) {
        JsonObject counts = new JsonObject();
        shares.forEach(share -> counts.put(share.node(), share.simulations()));
        return counts;
    }

    private static JsonObject hashes(StressReport.SimulationReport simulation) {
        JsonObject hashes = new JsonObject();
        simulation.hashes().forEach(hashes::put);
        return hashes;
    }

    private static JsonObject deeds(LoadReport.Deeds deeds) {
        JsonObject millis = new JsonObject();
        deeds.latency().forEach(percentile -> millis.put(percentile.name(), percentile.millis()));
        return new JsonObject()
                .put("count", deeds.count())
                .put("perSecond", deeds.perSecond())
                .put("millis", millis);
    }

    private static <T> JsonArray array(List<T> all, Function<T, JsonObject> form) {
        JsonArray array = new JsonArray();
        all.forEach(one -> array.add(form.apply(one)));
        return array;
    }
}
