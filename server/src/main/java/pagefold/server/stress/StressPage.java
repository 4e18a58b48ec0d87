package pagefold.server.stress;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import pagefold.server.load.LoadReport;

/** A report for people: a page that needs nothing but itself. */
public final class StressPage {
    private static final int WIDTH = 800;
    private static final int HEIGHT = 120;
    private static final String STYLE = """
            body{font:15px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
            table{border-collapse:collapse;margin:.5rem 0}td,th{padding:.15rem .8rem .15rem 0;text-align:left}
            td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}th{border-bottom:1px solid #999}
            h1 .ok{color:#0a6b2d}h1 .no{color:#b00020}code{font-size:13px}svg{max-width:100%;height:auto}
            @media(prefers-color-scheme:dark){body{background:#161616;color:#e6e6e6}h1 .ok{color:#5fd38a}h1 .no{color:#ff8a80}}
            """;

    private StressPage() {}

    /** The report as HTML. */
    public static String of(StressReport report) {
        StringBuilder page = new StringBuilder();
        page.append(
                        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Pagefold: stress run</title><style>")
                .append(STYLE)
                .append("</style><h1>Stress run: ")
                .append(report.passes() ? "<span class=\"ok\">passed</span>" : "<span class=\"no\">failed</span>")
                .append("</h1>");
        page.append(text(
                "<p>Seed %d, %d servers, %.1f seconds, %,.0f commands acknowledged a second.</p>",
                report.seed(),
                report.servers(),
                report.load().seconds(),
                report.load().commands().perSecond()));
        violations(page, report.violations());
        outcomes(page, report);
        SpreadPage.fill(page, report.fill());
        page.append("<h2>Acknowledgements in each second</h2>").append(chart(report));
        faults(page, report.faults());
        latency(page, report.load());
        histories(page, report.histories());
        simulations(page, report.simulations());
        return page.append("</html>\n").toString();
    }

    private static void violations(StringBuilder page, List<String> violations) {
        if (!violations.isEmpty()) {
            page.append("<h2>What is wrong</h2><ul>");
            violations.forEach(violation -> page.append("<li>").append(escaped(violation)));
            page.append("</ul>");
        }
    }

    private static void outcomes(StringBuilder page, StressReport report) {
        StressReport.Outcomes outcomes = report.outcomes();
        table(
                page,
                List.of("Outcome", "#Count"),
                List.of(
                        List.of("lost", number(outcomes.lost())),
                        List.of("duplicated", number(outcomes.duplicated())),
                        List.of("valid and refused", number(outcomes.refused())),
                        List.of("acknowledged", number(outcomes.acknowledged())),
                        List.of("sent more than once", number(outcomes.repeated())),
                        List.of("outcome never known", number(outcomes.unknown())),
                        List.of("reads of an older state", number(outcomes.staleReads())),
                        List.of("images of the tables", report.hashesEqual() ? "equal" : "DIFFERENT")));
    }

    private static String chart(StressReport report) {
        List<Long> counts = report.load().perSecond();
        double most =
                Math.max(1, counts.stream().mapToLong(count -> count).max().orElse(1));
        double step = WIDTH / (double) counts.size();
        StringBuilder svg = new StringBuilder(text(
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Acknowledgements in each second, at most %.0f\">",
                WIDTH, HEIGHT + 20, most));
        for (StressReport.FaultReport fault : report.faults()) {
            svg.append(text(
                    "<rect x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"%d\" fill=\"#d33\" opacity=\".2\"><title>%s</title></rect>",
                    fault.atSeconds() * step, Math.max(2, fault.seconds() * step), HEIGHT, escaped(fault.what())));
        }
        for (int i = 0; i < counts.size(); i++) {
            double height = counts.get(i) / most * HEIGHT;
            svg.append(text(
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#38c\"><title>second %d: %d</title></rect>",
                    i * step, HEIGHT - height, Math.max(0.5, step - 1), height, i, counts.get(i)));
        }
        return svg.append(text(
                        "<text x=\"0\" y=\"%d\" font-size=\"12\" fill=\"currentColor\">0 s</text>"
                                + "<text x=\"%d\" y=\"%d\" font-size=\"12\" text-anchor=\"end\" fill=\"currentColor\">%d s, at"
                                + " most %,.0f; red: a fault until all was right again</text></svg>",
                        HEIGHT + 15, WIDTH, HEIGHT + 15, counts.size(), most))
                .toString();
    }

    private static void faults(StringBuilder page, List<StressReport.FaultReport> faults) {
        if (faults.isEmpty()) {
            return;
        }
        page.append(
                "<h2>Faults</h2><p>Longest time without an acknowledgement from the fault on, in the simulation that"
                        + " waited longest and in the one in the middle; and the longest that began"
                        + " later. Failed: requests that had to be sent again, were refused, or have no known outcome.</p>");
        table(
                page,
                List.of(
                        "Fault",
                        "#At s",
                        "#Right again after s",
                        "#Longest wait ms",
                        "#Median ms",
                        "#Later ms",
                        "#Failed"),
                faults.stream()
                        .map(fault -> List.of(
                                fault.what(),
                                text("%.1f", fault.atSeconds()),
                                text("%.1f", fault.seconds()),
                                number(fault.failOverMillis()),
                                number(fault.medianMillis()),
                                number(fault.laterMillis()),
                                number(fault.failures())))
                        .toList());
        faults.forEach(fault -> SpreadPage.moves(page, fault));
    }

    private static void latency(StringBuilder page, StressReport.Load load) {
        page.append("<h2>Latency</h2><p>From the first attempt to the answer, repetitions included.</p>");
        List<List<String>> rows = new ArrayList<>();
        rows.add(row("commands", load.commands()));
        rows.add(row("walks", load.walks()));
        List<String> heads = new ArrayList<>(List.of("Kind", "#Count", "#Per second"));
        load.commands().latency().forEach(percentile -> heads.add("#" + percentile.name() + " ms"));
        table(page, heads, rows);
        long most = load.histogram().stream()
                .mapToLong(StressReport.Bucket::count)
                .max()
                .orElse(1);
        page.append("<h3>Commands by latency</h3>");
        table(
                page,
                List.of("#Up to ms", "#Count", ""),
                load.histogram().stream()
                        .map(bucket -> List.of(text("%.2f", bucket.millis()), number(bucket.count()), "▇".repeat((int)
                                        Math.ceil(40.0 * bucket.count() / Math.max(1, most)))))
                        .toList());
    }

    private static List<String> row(String name, LoadReport.Deeds deeds) {
        List<String> row = new ArrayList<>(List.of(name, number(deeds.count()), text("%,.0f", deeds.perSecond())));
        deeds.latency().forEach(percentile -> row.add(text("%.2f", percentile.millis())));
        return row;
    }

    private static void histories(StringBuilder page, List<StressReport.HistoryReport> histories) {
        if (!histories.isEmpty()) {
            page.append("<h2>Histories of heads</h2>");
            table(
                    page,
                    List.of("Simulation", "#Operations", "Verdict"),
                    histories.stream()
                            .map(history ->
                                    List.of(history.simulation(), number(history.operations()), history.verdict()))
                            .toList());
        }
    }

    private static void simulations(StringBuilder page, List<StressReport.SimulationReport> simulations) {
        page.append("<h2>Simulations at the end</h2>");
        table(
                page,
                List.of("Simulation", "#Position", "Hash of the image, on all servers"),
                simulations.stream()
                        .map(simulation -> List.of(
                                simulation.simulation(),
                                number(simulation.position()),
                                simulation.hashes().values().stream().distinct().collect(Collectors.joining(", "))))
                        .toList());
    }

    /** A table; columns of numbers have a {@code #} before their heads. */
    static void table(StringBuilder page, List<String> heads, List<List<String>> rows) {
        page.append("<table><tr>");
        for (String head : heads) {
            page.append(
                    head.startsWith("#") ? "<th class=\"n\">" + escaped(head.substring(1)) : "<th>" + escaped(head));
        }
        for (List<String> row : rows) {
            page.append("<tr>");
            for (int i = 0; i < row.size(); i++) {
                page.append(heads.get(i).startsWith("#") ? "<td class=\"n\">" : "<td>")
                        .append(escaped(row.get(i)));
            }
        }
        page.append("</table>");
    }

    static String number(long number) {
        return text("%,d", number);
    }

    static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
