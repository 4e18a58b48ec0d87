package pagefold.server.stress;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import pagefold.server.local.LocalNetwork;

/** How one node and the others stop hearing of each other, while clients and the database reach all of them. */
enum Partition {
    /** Neither the node nor the others hear of each other. */
    BOTH_WAYS("node %d cut off from the others for %d s"),
    /** The others do not hear of the node, which hears of them. */
    OUTGOING("what node %d sends to the others lost for %d s"),
    /** The next node does not hear of this one; all else is as ever. */
    ONE_LINK("what node %d sends to the next one lost for %d s"),
    /** The node is cut off and back again every other moment, for less than what others take to give it up. */
    FLAPPING("the links of node %d coming and going for %d s");

    private static final long FLAP_MILLIS = 1500;

    private final String text;

    Partition(String text) {
        this.text = text;
    }

    private record Link(int from, int to) {}

    /**
     * Cuts the links of a node for some time.
     *
     * @param node its number, from 1
     * @param nodes how many there are
     * @return what was done, in words
     */
    String inject(LocalNetwork network, int node, int nodes, long millis) throws IOException, InterruptedException {
        List<Link> links = links(node, nodes);
        long step = this == FLAPPING ? FLAP_MILLIS : millis;
        long steps = millis / step;
        for (long i = 0; i < steps; i++) {
            if (i % 2 == 0) {
                for (Link link : links) {
                    network.cut(link.from, link.to);
                }
            } else {
                mend(network, links);
            }
            Thread.sleep(step);
        }
        if (steps % 2 == 1) {
            mend(network, links);
        }
        return text.formatted(node, millis / 1000);
    }

    private static void mend(LocalNetwork network, List<Link> links) throws IOException {
        for (Link link : links) {
            network.mend(link.from, link.to);
        }
    }

    private List<Link> links(int node, int nodes) {
        List<Link> links = new ArrayList<>();
        if (this == ONE_LINK) {
            links.add(new Link(node, node % nodes + 1));
            return links;
        }
        for (int other = 1; other <= nodes; other++) {
            if (other != node) {
                links.add(new Link(node, other));
                if (this != OUTGOING) {
                    links.add(new Link(other, node));
                }
            }
        }
        return links;
    }
}
