package pagefold.server.stress;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pagefold.server.client.PatientClient;
import pagefold.server.client.PatientClient.Answer;
import pagefold.server.client.PatientClient.Request;
import pagefold.server.client.Route;
import pagefold.server.load.LoadUser;
import pagefold.server.local.LocalCluster;

/** A stress run, from the first simulation to the report. */
public final class StressRun implements AutoCloseable {
    private static final int CREATED = 201;
    private static final int EXISTS = 409;
    /** Simulations that are made at one time. */
    private static final int MAKERS = 8;

    private static final int TALK_EVERY = 1000;
    /** Simulations without users that are read as a whole at the end. */
    private static final int CHECKED_IDLE = 20;

    private static final long CHECK_PATIENCE_MILLIS = 30_000;
    private static final long CHECK_ATTEMPT_MILLIS = 60_000;

    private final List<URI> servers;
    private final @Nullable LocalCluster cluster;
    private final StressOptions options;
    private final Consumer<String> talk;
    private final PatientClient client;
    private final PatientClient checker;
    private final ClusterLook look;
    private final Ledger ledger = new Ledger();
    private final Map<String, Route> routes = new LinkedHashMap<>();
    private final Map<String, List<HeadUser>> heads = new LinkedHashMap<>();
    private boolean clustered;

    /**
     * A run that has not begun.
     *
     * @param servers where the nodes answer
     * @param cluster the processes of the nodes, for faults; {@code null} when they are somebody else's
     * @param talk told what happens
     * @throws IllegalArgumentException when there are to be faults of processes, and no processes
     */
    public StressRun(List<URI> servers, @Nullable LocalCluster cluster, StressOptions options, Consumer<String> talk) {
        for (Map.Entry<FaultKind, Integer> fault : options.faults().entrySet()) {
            if (fault.getValue() == 0) {
                continue;
            }
            if (fault.getKey().needsProcesses() && cluster == null) {
                throw new IllegalArgumentException(
                        "expected no " + fault.getKey().word() + " for servers that this command has not started");
            }
            if (fault.getKey().needsNetwork() && (cluster == null || cluster.network() == null)) {
                throw new IllegalArgumentException(
                        "expected no " + fault.getKey().word() + " for servers without a network that can be cut");
            }
        }
        for (FaultKind kind : List.of(FaultKind.JOIN, FaultKind.PARTITION)) {
            if (options.faults().getOrDefault(kind, 0) > 0 && cluster != null && !cluster.isClustered()) {
                throw new IllegalArgumentException(
                        "expected a cluster for a " + kind.word() + ", but its nodes share a log alone");
            }
        }
        this.servers = List.copyOf(servers);
        this.cluster = cluster;
        this.options = options;
        this.talk = talk;
        this.client = new PatientClient(new PatientClient.Settings(
                options.token(),
                options.patience().attemptMillis(),
                options.patience().patienceMillis()));
        this.checker = new PatientClient(
                new PatientClient.Settings(options.token(), CHECK_ATTEMPT_MILLIS, CHECK_PATIENCE_MILLIS));
        this.look = new ClusterLook(checker, options.prefix());
    }

    /**
     * Makes the simulations, runs, checks, and removes them unless something is wrong.
     *
     * @throws IOException when the servers do not do what must be done before and after
     */
    public StressReport run() throws IOException, InterruptedException {
        clustered = isClustered();
        List<String> simulations = new ArrayList<>();
        for (int i = 0; i < options.shape().simulations(); i++) {
            simulations.add(options.prefix() + "-" + i);
        }
        Filler filler = new Filler(client, options.shape().regions());
        StressReport.FillReport fill = made(simulations, filler);
        for (int i = 0; i < options.shape().heads(); i++) {
            String head = options.prefix() + "-head-" + i;
            routes.put(head, new Route(servers, i));
            make(head);
            ledger.page(head);
            heads.put(head, new ArrayList<>());
        }
        FaultInjector injector =
                new FaultInjector(cluster, new FaultInjector.Eyes(ledger, look), client, simulations, routes);
        long began = System.nanoTime();
        work(simulations, injector);
        long ended = System.nanoTime();
        List<URI> all = cluster == null ? servers : cluster.servers();
        talk.accept("checking " + routes.size() + " simulations on " + all.size() + " servers");
        Filler.Found idle = fill == null
                ? Filler.Found.NOTHING
                : filler.check(look.at(all.getFirst()), ledger.pages().keySet());
        StressReport report = new StressCheck(checker, all, options, ledger)
                .report(heads, injector, new StressCheck.Idle(fill, idle), began, ended);
        if (report.passes() && (cluster == null || !cluster.isTemporary())) {
            each(
                    List.copyOf(routes.keySet()),
                    simulation -> checker.send(
                            route(simulation),
                            new Request("DELETE", "/v1/simulations/" + simulation, Map.of(), null, true)));
        }
        return report;
    }

    /** Makes the simulations, and fills them if they are to have regions; {@code null} when they are not. */
    private StressReport.@Nullable FillReport made(List<String> simulations, Filler filler)
            throws IOException, InterruptedException {
        for (int i = 0; i < simulations.size(); i++) {
            routes.put(simulations.get(i), new Route(servers, i));
        }
        int regions = options.shape().regions();
        // Each of these is read as a whole at the end; of the others, only where they end.
        int checked = regions == 0 ? simulations.size() : options.shape().users() + CHECKED_IDLE;
        simulations.stream().limit(checked).forEach(ledger::page);
        Footprint footprint = new Footprint(client, cluster, look, servers.getFirst());
        if (regions > 0) {
            footprint.before();
        }
        long began = System.nanoTime();
        AtomicInteger done = new AtomicInteger();
        each(simulations, simulation -> {
            make(simulation);
            if (regions > 0) {
                Filler.Batch batch = filler.fill(route(simulation), simulation, keys("fill-" + simulation, 0));
                Ledger.Page page = ledger.pages().get(simulation);
                if (page != null) {
                    page.batch = batch;
                }
            }
            if (done.incrementAndGet() % TALK_EVERY == 0) {
                talk.accept("made " + done + " of " + simulations.size() + " simulations");
            }
        });
        double seconds = (System.nanoTime() - began) / 1e9;
        return regions == 0 ? null : footprint.after(simulations.size(), regions, seconds);
    }

    /** Something that is done to a simulation. */
    private interface Deed {
        void to(String simulation) throws IOException;
    }

    private static void each(List<String> simulations, Deed deed) throws IOException, InterruptedException {
        try (ExecutorService threads =
                Executors.newFixedThreadPool(MAKERS, Thread.ofVirtual().factory())) {
            List<Future<?>> deeds = new ArrayList<>();
            for (String simulation : simulations) {
                deeds.add(threads.submit(() -> {
                    deed.to(simulation);
                    return null;
                }));
            }
            try {
                for (Future<?> future : deeds) {
                    future.get();
                }
            } catch (ExecutionException e) {
                threads.shutdownNow();
                throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
            }
        }
    }

    private boolean isClustered() throws IOException {
        Answer answer = client.send(new Route(servers, 0), Request.get("/v1/cluster?limit=0"));
        return answer.status() == 200 && new JsonObject(Buffer.buffer(answer.body())).getBoolean("clustered", false);
    }

    private void make(String name) throws IOException {
        Answer made = client.send(
                route(name),
                new Request(
                        "POST",
                        "/v1/simulations",
                        Map.of(),
                        new JsonObject()
                                .put("name", name)
                                .put("plugin", "arm64")
                                .put("profile", "4k-48")
                                .toBuffer()
                                .getBytes(),
                        true));
        // One that was sent twice may have been made the first time.
        boolean isMade = made.status() == CREATED || made.status() == EXISTS && made.isUnsure();
        if (!isMade) {
            throw new IOException("the simulation " + name + " cannot be made: " + made.status() + " "
                    + new String(made.body()).strip());
        }
    }

    /** All users, from the first of their requests until the last fault is got over and everything is answered. */
    private void work(List<String> simulations, FaultInjector injector) throws IOException, InterruptedException {
        AtomicBoolean stops = new AtomicBoolean();
        int operations = options.length().operations();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> working = new ArrayList<>();
            for (int i = 0; i < options.shape().users(); i++) {
                StressUser user = user(simulations.get(i % simulations.size()), i);
                working.add(threads.submit(() -> {
                    user.run(operations, options.shape().restMillis(), stops::get);
                    return null;
                }));
            }
            int number = 0;
            for (Map.Entry<String, List<HeadUser>> simulation : heads.entrySet()) {
                for (int i = 0; i < StressOptions.Shape.HEAD_USERS; i++) {
                    HeadUser user = head(simulation.getKey(), number++);
                    simulation.getValue().add(user);
                    working.add(threads.submit(() -> {
                        user.run(operations, stops::get);
                        return null;
                    }));
                }
            }
            try {
                goOn(injector, working);
            } finally {
                stops.set(true);
            }
            for (Future<?> user : working) {
                user.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("expected a user to keep what happens in the ledger, but it failed", e);
        }
    }

    private void goOn(FaultInjector injector, List<Future<?>> working) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(options.length().seconds());
        for (Fault fault : Fault.plan(options.faults(), options.shape().seed())) {
            injector.inject(
                    fault, () -> talk.accept(injector.happened().getLast().what()));
        }
        while (System.nanoTime() - end < 0 && working.stream().anyMatch(user -> !user.isDone())) {
            Thread.sleep(50);
        }
    }

    private Route route(String simulation) {
        Route route = routes.get(simulation);
        if (route == null) {
            throw new IllegalStateException("expected a route to " + simulation + ", but there is none");
        }
        return route;
    }

    private StressUser user(String simulation, int number) {
        LoadUser user = new LoadUser(
                simulation, number, options.shape().mix(), options.shape().seed());
        // Servers that know each other send requests on; others take the simulation that they are asked for.
        Route route = clustered ? new Route(servers, number) : route(simulation);
        return new StressUser(client, route, user, ledger, keys("u", number));
    }

    /** Head users of one simulation go to different servers: the log alone keeps them in order. */
    private HeadUser head(String simulation, int number) {
        return new HeadUser(
                client,
                new Route(servers, number),
                ledger,
                simulation,
                number,
                keys("h", number),
                options.shape().seed());
    }

    private String keys(String kind, int number) {
        return options.prefix() + "-" + options.shape().seed() + "-" + kind + number + "-";
    }

    @Override
    public void close() {
        client.close();
        checker.close();
    }
}
