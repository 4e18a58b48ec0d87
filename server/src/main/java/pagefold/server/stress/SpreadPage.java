package pagefold.server.stress;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part of a report's page that says how simulations are spread, and what they take. */
final class SpreadPage {
    private SpreadPage() {}

    static void fill(StringBuilder page, StressReport.@Nullable FillReport fill) {
        if (fill == null) {
            return;
        }
        page.append(StressPage.text(
                "<h2>Simulations with regions</h2><p>%,d simulations of %,d regions, made in %.1f seconds. The node with"
                        + " most has %.2f times as many as the one with fewest. In the database, each takes %,d bytes for"
                        + " the JSON of its events, and %,d bytes on the disk in all.</p>",
                fill.simulations(),
                fill.regions(),
                fill.seconds(),
                StressReport.Share.ratio(fill.shares()),
                fill.eventBytes(),
                fill.databaseBytes()));
        shares(page, fill.shares());
        page.append("<h3>Memory, in bytes</h3><p>Heap: all objects in use after a collection, before there were"
                + " simulations and with those that were open then. Images are of open and of closed simulations.</p>");
        StressPage.table(
                page,
                List.of("Node", "#Open", "#Heap before", "#Heap", "#Tables", "#Images", "#Heap of an open one"),
                fill.nodes().stream()
                        .map(node -> List.of(
                                node.node(),
                                StressPage.number(node.open()),
                                known(node.emptyHeap()),
                                known(node.heap()),
                                StressPage.number(node.tables()),
                                StressPage.number(node.images()),
                                known(node.heapOfOne())))
                        .toList());
    }

    static void moves(StringBuilder page, StressReport.FaultReport fault) {
        StressReport.MoveReport moves = fault.moves();
        if (moves != null) {
            page.append(StressPage.text(
                    "<p>%s: %,d of %,d simulations have another owner since (%.1f %%).</p>",
                    fault.what(), moves.moved(), moves.simulations(), moves.percent()));
            shares(page, moves.after());
        }
    }

    private static void shares(StringBuilder page, List<StressReport.Share> shares) {
        StressPage.table(
                page,
                List.of("Node", "#Simulations"),
                shares.stream()
                        .map(share -> List.of(share.node(), StressPage.number(share.simulations())))
                        .toList());
    }

    private static String known(long bytes) {
        return bytes < 0 ? "-" : StressPage.number(bytes);
    }
}
