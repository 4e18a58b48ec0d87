package pagefold.server.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import pagefold.server.stress.StressReport;

/** The tables of a stress run's report: what simulations took, what was broken, and what moved. */
final class StressTables {
    private StressTables() {}

    static void print(PrintWriter out, StressReport report) {
        StressReport.FillReport fill = report.fill();
        if (fill != null) {
            fill(out, fill);
        }
        if (report.faults().isEmpty()) {
            return;
        }
        TextTable faults =
                new TextTable("FAULT", "AT s", "OVER AFTER s", "LONGEST WAIT ms", "MEDIAN ms", "LATER ms", "FAILED");
        report.faults()
                .forEach(fault -> faults.row(
                        fault.what(),
                        String.format(Locale.ROOT, "%.1f", fault.atSeconds()),
                        String.format(Locale.ROOT, "%.1f", fault.seconds()),
                        fault.failOverMillis(),
                        fault.medianMillis(),
                        fault.laterMillis(),
                        fault.failures()));
        out.println();
        faults.print(out);
        for (StressReport.FaultReport fault : report.faults()) {
            StressReport.MoveReport moves = fault.moves();
            if (moves != null) {
                out.println(String.format(
                        Locale.ROOT,
                        "%s: %,d of %,d simulations have another owner since (%.1f %%); %s",
                        fault.what(),
                        moves.moved(),
                        moves.simulations(),
                        moves.percent(),
                        shares(moves.after())));
            }
        }
    }

    private static void fill(PrintWriter out, StressReport.FillReport fill) {
        TextTable nodes =
                new TextTable("NODE", "OPEN", "HEAP BEFORE", "HEAP", "TABLES", "IMAGES", "HEAP OF AN OPEN ONE");
        fill.nodes()
                .forEach(node -> nodes.row(
                        node.node(),
                        node.open(),
                        bytes(node.emptyHeap()),
                        bytes(node.heap()),
                        bytes(node.tables()),
                        bytes(node.images()),
                        bytes(node.heapOfOne())));
        out.println();
        out.println(String.format(
                Locale.ROOT,
                "%,d simulations of %,d regions, made in %.1f s; each takes %s of JSON, %s of the database",
                fill.simulations(),
                fill.regions(),
                fill.seconds(),
                bytes(fill.eventBytes()),
                bytes(fill.databaseBytes())));
        out.println(shares(fill.shares()));
        out.println();
        nodes.print(out);
    }

    private static String shares(List<StressReport.Share> shares) {
        StringBuilder line = new StringBuilder();
        shares.forEach(
                share -> line.append(String.format(Locale.ROOT, "%s has %,d, ", share.node(), share.simulations())));
        return line + String.format(Locale.ROOT, "most to fewest %.2f", StressReport.Share.ratio(shares));
    }

    private static String bytes(long bytes) {
        return bytes < 0 ? "-" : String.format(Locale.ROOT, "%,d", bytes);
    }
}
