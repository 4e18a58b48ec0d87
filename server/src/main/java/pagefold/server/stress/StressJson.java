package pagefold.server.stress;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;
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
                                        .put("laterMillis", fault.laterMillis())))
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
