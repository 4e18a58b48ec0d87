package pagefold.server.stress;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import pagefold.server.client.PatientClient;
import pagefold.server.client.PatientClient.Answer;
import pagefold.server.client.PatientClient.Request;
import pagefold.server.client.Route;
import pagefold.server.local.LocalCluster;
import pagefold.server.local.LocalNetwork;
import pagefold.server.local.LocalNode;

/** Does what was planned to go wrong, and puts it right. */
final class FaultInjector {
    private static final int READY_SECONDS = 120;
    private static final long LOOK_MILLIS = 200;
    private static final int WHOLE_SECONDS = 60;
    private static final int CREATED = 201;
    /** In turn; those that cannot hold a simulation are passed over. */
    private static final List<Profile> PROFILES = List.of(
            new Profile("arm32", "lpae"),
            new Profile("arm64", "16k-48"),
            new Profile("arm32", "classic"),
            new Profile("arm64", "64k-48"),
            new Profile("arm64", "4k-48"));

    private final @Nullable LocalCluster cluster;
    private final Eyes eyes;
    private final PatientClient client;
    private final List<String> simulations;
    private final Map<String, Route> routes;
    private final List<Happened> happened = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private int swaps;
    private int partitions;

    private record Profile(String plugin, String name) {
        byte[] json() {
            return new JsonObject()
                    .put("plugin", plugin)
                    .put("profile", name)
                    .toBuffer()
                    .getBytes();
        }

        @Override
        public String toString() {
            return plugin + " " + name;
        }
    }

    /**
     * A fault, as it was.
     *
     * @param what in words
     * @param began when, by {@link System#nanoTime}
     * @param ended when all was right again
     * @param failuresBefore requests that had failed before
     * @param moves where a node was added
     */
    record Happened(
            Fault fault,
            String what,
            long began,
            long ended,
            long failuresBefore,
            StressReport.@Nullable MoveReport moves) {}

    /**
     * What is needed besides processes.
     *
     * @param ledger of the users
     * @param look at the run's simulations
     */
    record Eyes(Ledger ledger, ClusterLook look) {}

    FaultInjector(
            @Nullable LocalCluster cluster,
            Eyes eyes,
            PatientClient client,
            List<String> simulations,
            Map<String, Route> routes) {
        this.cluster = cluster;
        this.eyes = eyes;
        this.client = client;
        this.simulations = simulations;
        this.routes = routes;
    }

    /** What has happened so far, in order. */
    List<Happened> happened() {
        return happened;
    }

    /** What did not come right again. */
    List<String> violations() {
        return violations;
    }

    /** Does one thing, and returns when it is over. */
    void inject(Fault fault, Runnable said) throws IOException, InterruptedException {
        Thread.sleep(fault.afterMillis());
        long failures = eyes.ledger.failures();
        ClusterLook.Seen before = fault.kind() == FaultKind.JOIN ? look() : null;
        long began = System.nanoTime();
        String what = switch (fault.kind()) {
            case KILL -> kill(node(fault), fault);
            case PAUSE -> pause(node(fault), fault);
            case RESTART -> restart(node(fault));
            case RESTART_DATABASE -> restartDatabase(fault.hard() ? "QUIT" : "INT");
            case PARTITION -> partition(node(fault), fault);
            case SWAP_PLUGINS -> swap(simulations.get(fault.target() % simulations.size()));
            case JOIN -> "node " + cluster().addNode().number() + " joins";
        };
        StressReport.MoveReport moves = before == null ? null : moves(before, awaitSettled());
        happened.add(new Happened(fault, what, began, System.nanoTime(), failures, moves));
        said.run();
    }

    private ClusterLook.Seen look() throws IOException {
        return eyes.look.at(cluster().servers().getFirst());
    }

    /** Waits until every node knows all others, and has nothing open any more that is another's. */
    private ClusterLook.Seen awaitSettled() throws IOException, InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (true) {
            ClusterLook.Seen seen = look();
            if (seen.nodes().size() == cluster().nodes().size() && seen.isSettled()) {
                return seen;
            }
            if (System.nanoTime() - until > 0) {
                throw new IOException("a node that was added does not have what it is to have within " + READY_SECONDS
                        + " s: " + seen.nodes());
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private static StressReport.MoveReport moves(ClusterLook.Seen before, ClusterLook.Seen after) {
        return new StressReport.MoveReport(
                after.simulations().size(), after.movedSince(before), before.shares(), after.shares());
    }

    private LocalCluster cluster() {
        LocalCluster started = cluster;
        if (started == null) {
            throw new IllegalStateException("expected processes of this run's own, but it was given servers");
        }
        return started;
    }

    private LocalNode node(Fault fault) {
        List<LocalNode> nodes = cluster().nodes();
        return nodes.get(fault.target() % nodes.size());
    }

    private static String kill(LocalNode node, Fault fault) throws IOException, InterruptedException {
        node.kill();
        Thread.sleep(fault.lastsMillis());
        node.start();
        node.awaitReady(READY_SECONDS);
        return "kill -9 of node " + node.number();
    }

    private static String pause(LocalNode node, Fault fault) throws IOException, InterruptedException {
        node.pause();
        Thread.sleep(fault.lastsMillis());
        node.resume();
        node.awaitReady(READY_SECONDS);
        return "node " + node.number() + " stopped for " + fault.lastsMillis() / 1000 + " s";
    }

    private static String restart(LocalNode node) throws IOException {
        node.stop();
        node.start();
        node.awaitReady(READY_SECONDS);
        return "restart of node " + node.number();
    }

    private String restartDatabase(String signal) throws IOException, InterruptedException {
        cluster().postgres().restart(signal);
        // What answers before that is still the one that is ending.
        Thread.sleep(200);
        cluster().postgres().awaitUp();
        return signal.equals("QUIT") ? "crash of the database" : "restart of the database";
    }

    private String partition(LocalNode node, Fault fault) throws IOException, InterruptedException {
        LocalNetwork network = cluster().network();
        if (network == null) {
            throw new IllegalStateException("expected a network that can be cut, but the nodes have none");
        }
        int nodes = cluster().nodes().size();
        Partition kind = Partition.values()[partitions++ % Partition.values().length];
        String what = kind.inject(network, node.number(), nodes, fault.lastsMillis());
        long mended = System.nanoTime();
        while (!isWhole()) {
            if (System.nanoTime() - mended > TimeUnit.SECONDS.toNanos(WHOLE_SECONDS)) {
                violations.add(what + ": the nodes are not one cluster again within " + WHOLE_SECONDS + " s");
                return what;
            }
            Thread.sleep(100);
        }
        return what
                + String.format(Locale.ROOT, ", one cluster again after %.1f s", (System.nanoTime() - mended) / 1e9);
    }

    /** Whether each node knows all of them, and takes simulations. */
    private boolean isWhole() throws IOException {
        for (LocalNode node : cluster().nodes()) {
            Answer answer = client.send(new Route(List.of(node.uri()), 0), Request.get("/v1/cluster?limit=0"));
            JsonArray known = answer.status() == 200
                    ? new JsonObject(Buffer.buffer(answer.body())).getJsonArray("nodes")
                    : new JsonArray();
            if (known.size() != cluster().nodes().size()) {
                return false;
            }
        }
        return true;
    }

    private String swap(String simulation) throws IOException {
        Route route = routes.get(simulation);
        String path = "/v1/simulations/" + simulation + "/swap";
        for (int i = 0; i < PROFILES.size(); i++) {
            Profile profile = PROFILES.get(swaps++ % PROFILES.size());
            Answer would =
                    client.send(route, new Request("POST", path + "?dryRun=true", Map.of(), profile.json(), true));
            if (would.status() != 200) {
                throw unexpected("a dry run of a swap of " + simulation + " to " + profile, would);
            }
            if (!new JsonObject(Buffer.buffer(would.body())).getBoolean("possible")) {
                continue;
            }
            Answer answer = client.send(
                    route,
                    new Request(
                            "POST", path, Map.of("Idempotency-Key", simulation + "-swap-" + swaps), profile.json()));
            if (answer.status() != CREATED) {
                throw unexpected("a swap of " + simulation + " to " + profile, answer);
            }
            return "swap of " + simulation + " to " + profile;
        }
        throw new IOException("expected a profile that can hold " + simulation + ", but none of " + PROFILES + " can");
    }

    private static IOException unexpected(String wanted, Answer answer) {
        return new IOException("expected " + wanted + ", but it is " + answer.status() + " "
                + new String(answer.body(), StandardCharsets.UTF_8).strip());
    }
}
