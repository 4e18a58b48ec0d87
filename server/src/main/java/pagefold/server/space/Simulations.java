package pagefold.server.space;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.host.PluginHost;
import pagefold.model.PluginBinding;
import pagefold.server.log.EventLog;
import pagefold.server.log.RecordedEvent;
import pagefold.server.replay.Delta;
import pagefold.server.replay.Question;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Replayer;
import pagefold.server.replay.Trouble;
import pagefold.server.watch.Watchdog;

/**
 * The simulations of a server: opens a writer at first use, and closes the one that was idle longest when there are too
 * many.
 *
 * <p>All methods may be called on event loops; none blocks.
 */
public final class Simulations {
    private static final Logger LOG = LoggerFactory.getLogger(Simulations.class);
    private static final DeploymentOptions WRITER_DEPLOYMENT =
            new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);

    private final Vertx vertx;
    private final Neighbours neighbours;
    private final Limits limits;
    private final PluginHost host;
    private final EventLog log;
    private final WorkerExecutor blocking;
    private final Watchdog watchdog;
    private final PastReads past;
    private final Tools tools;
    private final Turns turns;
    private final Creator creator;
    private final HeadReads heads;
    private final Map<String, OpenSimulation> open = new HashMap<>();
    private final Map<String, Future<Void>> leaving = new HashMap<>();
    private volatile Followers followers = Followers.NONE;
    private boolean closing;

    /** What a request does with an open simulation. */
    private interface Use<T> {
        Future<T> with(OpenSimulation simulation);
    }

    /** The simulations of a log, shown by the plugins of a host. */
    public Simulations(Surroundings around, EventLog log, PluginHost host, Limits limits) {
        this.vertx = around.vertx();
        this.neighbours = around.neighbours();
        this.limits = limits;
        this.host = host;
        this.log = log;
        // Waits for the disk are no reason to complain of a blocked thread.
        this.blocking = vertx.createSharedWorkerExecutor("pagefold-log", 4, 1, TimeUnit.HOURS);
        this.watchdog = around.watchdog();
        Replayer replayer = new Replayer(log, host, neighbours.images());
        this.past = new PastReads(vertx, log, replayer, watchdog);
        this.tools = Tools.of(log, host, replayer, watchdog, neighbours);
        this.turns = new Turns(limits.waitingRequests());
        this.creator = new Creator(log, blocking, this);
        this.heads = new HeadReads(log, blocking);
        LocalBus.register(vertx.eventBus());
    }

    /** How many simulations have a writer. */
    public synchronized int openCount() {
        return open.size();
    }

    /** The names of those. */
    public synchronized List<String> openNames() {
        return List.copyOf(open.keySet());
    }

    /** How many commands are not answered yet. */
    public synchronized int waitingCommands() {
        return OpenSimulation.commands(open);
    }

    /** The limits in force. */
    public Limits limits() {
        return limits;
    }

    /** Drops the past states that a plugin in one version has made. */
    public void forget(String plugin, String version) {
        past.states().forget(plugin, version);
    }

    /** The head rows of all simulations in the log. */
    public HeadReads heads() {
        return heads;
    }

    /** At most {@code limit} events from the log, which can be read even when no model can be made. */
    public Future<Reading<List<RecordedEvent>>> events(String name, long from, int limit) {
        return blocking.executeBlocking(() -> HistoryReads.events(log, name, from, limit), false);
    }

    /** Makes a simulation and selects its plugin at position 1. */
    public Future<Creation> create(NewSimulation wanted) {
        return switch (host.find(wanted.plugin(), wanted.version(), wanted.profile())) {
            case PluginHost.Lookup.Missing missing ->
                Future.succeededFuture(new Creation.Rejected(missing.rejection()));
            case PluginHost.Lookup.Found found ->
                turns.take(
                        wanted.name(),
                        Creation.Failed::new,
                        () -> creator.create(
                                wanted, wanted.binding(found.plugin().version())));
        };
    }

    /** Removes a simulation at a position, or at any, when all is answered; says what kept it from that, or null. */
    public Future<@Nullable Trouble> delete(String name, @Nullable Long expected) {
        return turns.take(
                name,
                trouble -> trouble,
                () -> blocking.<@Nullable Trouble>executeBlocking(() -> HistoryReads.stale(log, name, expected), false)
                        .compose(stale -> stale == null ? deleteAlone(name, expected) : Future.succeededFuture(stale)));
    }

    private Future<@Nullable Trouble> deleteAlone(String name, @Nullable Long expected) {
        Promise<Void> gone = Promise.promise();
        Future<Void> drained;
        synchronized (this) {
            OpenSimulation found = open.get(name);
            if (found != null) {
                leave(name, found);
                found.giveUpSwap(new Trouble.NoSuchSimulation(name));
            }
            drained = leaving.getOrDefault(name, Future.succeededFuture());
            leaving.put(name, gone.future());
        }
        gone.future().onComplete(done -> forget(name, gone.future()));
        return drained.<@Nullable Trouble>compose(
                        done -> blocking.executeBlocking(() -> deleteFromLog(name, expected), false))
                .onComplete(done -> gone.tryComplete());
    }

    private @Nullable Trouble deleteFromLog(String name, @Nullable Long expected) {
        Trouble trouble = HistoryReads.delete(log, name, expected);
        if (trouble == null || trouble instanceof Trouble.NoSuchSimulation) {
            past.states().forget(name);
            watchdog.quarantine().forget(name);
            neighbours.images().forget(name);
        }
        return trouble;
    }

    /** Has a unit decided, and answers when it is durable or refused. */
    public Future<UnitAnswer> submit(String name, CommandUnit unit) {
        int weight = unit.commands().size();
        Function<Trouble, UnitAnswer> failed = trouble -> {
            Lane.Place place = unit.place();
            if (place != null) {
                place.refuse();
            }
            return new UnitAnswer.Failed(trouble);
        };
        return use(
                name,
                weight,
                failed,
                simulation -> vertx.eventBus()
                        .<UnitAnswer>request(SimulationWriter.address(name), unit, LocalBus.options())
                        .map(message -> message.body()));
    }

    /** Opens a simulation; answers what keeps it from taking commands, or {@code null}. */
    public Future<@Nullable Trouble> open(String name) {
        return this.<@Nullable Trouble>use(
                name,
                0,
                trouble -> trouble,
                simulation -> Future.succeededFuture(simulation.writer.model().trouble()));
    }

    /** Asks the state at the head. */
    public <R> Future<Reading<R>> ask(String name, Question<R> question) {
        return use(
                        name,
                        0,
                        Reading.Failed::new,
                        simulation -> simulation.writer.model().read(question, null))
                .map(reading -> reading == null
                        ? new Reading.Failed<R>(new Trouble.Unexpected("The model did not answer."))
                        : reading);
    }

    /** Asks the state of a simulation that is open, which is no use of it: others are idle for longer; else fails. */
    public synchronized <R> Future<@Nullable Reading<R>> peek(String name, Question<R> question) {
        return OpenSimulation.peek(open.get(name), question);
    }

    /**
     * Asks the state at a position.
     *
     * @param position at least 1
     */
    public <R> Future<Reading<R>> ask(String name, long position, Question<R> question) {
        return this.<@Nullable Reading<R>>use(
                        name,
                        0,
                        Reading.Failed::new,
                        simulation -> simulation.writer.model().read(question, position))
                .compose(reading -> reading instanceof Reading.Answered<R>
                        ? Future.succeededFuture(reading)
                        : past.ask(name, position, question));
    }

    /**
     * Asks the state that another plugin or profile would show.
     *
     * @param position at least 1, or {@code null} for the head
     */
    public <R> Future<Reading<R>> ask(String name, @Nullable Long position, PluginBinding under, Question<R> question) {
        return past.ask(name, position, under, question);
    }

    /** Asks the state as the log has it, without opening the simulation: any server can answer that. */
    public <R> Future<Reading<R>> askAnywhere(String name, @Nullable Long position, Question<R> question) {
        return past.ask(name, position, question);
    }

    /** What the event at a position, which is at least 1, did to the tables. */
    public Future<Reading<Delta>> delta(String name, long position) {
        return past.delta(name, position);
    }

    /** Looks at everything that plugins do here. */
    public Watchdog watchdog() {
        return watchdog;
    }

    private <T> Future<T> use(String name, int weight, Function<Trouble, T> failed, Use<T> use) {
        OpenSimulation simulation;
        synchronized (this) {
            simulation = open.get(name);
            Trouble busy = busy(name, simulation, weight);
            if (busy != null) {
                return Future.succeededFuture(failed.apply(busy));
            }
            if (simulation == null) {
                simulation = opened(name);
            }
            simulation.users++;
            simulation.commands += weight;
        }
        OpenSimulation used = simulation;
        return used.ready()
                .compose(deployed -> use.with(used))
                .otherwise(e -> failed.apply(UseFailure.trouble(name, e)))
                .onComplete(done -> release(used, weight));
    }

    private @Nullable Trouble busy(String name, @Nullable OpenSimulation simulation, int weight) {
        if (simulation == null && !neighbours.isMine(name)) {
            return new Trouble.Moved("Another server is to have the simulation '" + name + "'; try again.");
        }
        if (closing) {
            return new Trouble.LogFailed("The server is stopping.");
        }
        if (simulation == null) {
            return open.size() < limits.openSimulations() || evict()
                    ? null
                    : new Trouble.Busy("open simulations", limits.openSimulations(), open.size());
        }
        if (simulation.users >= limits.waitingRequests()) {
            return new Trouble.Busy("waiting requests of a simulation", limits.waitingRequests(), simulation.users);
        }
        return simulation.commands > 0 && simulation.commands + weight > limits.waitingCommands()
                ? new Trouble.Busy("waiting commands of a simulation", limits.waitingCommands(), simulation.commands)
                : null;
    }

    private OpenSimulation opened(String name) {
        OpenSimulation[] self = new OpenSimulation[1];
        SimulationWriter writer = new SimulationWriter(vertx, name, tools, closed -> {
            leave(name, self[0]);
            followers.leftBehind(name);
        });
        OpenSimulation simulation = new OpenSimulation(writer);
        self[0] = simulation;
        open.put(name, simulation);
        // Two writers of one simulation must not listen at the same address.
        leaving.getOrDefault(name, Future.succeededFuture())
                .compose(gone -> vertx.deployVerticle(writer, WRITER_DEPLOYMENT))
                .onFailure(e -> remove(name, simulation))
                .onComplete(simulation.deployment);
        return simulation;
    }

    private synchronized void remove(String name, OpenSimulation simulation) {
        open.remove(name, simulation);
    }

    private synchronized void leave(String name, OpenSimulation simulation) {
        if (open.remove(name, simulation)) {
            simulation.leaving = true;
            Future<Void> gone = simulation.gone.future();
            leaving.put(name, gone);
            gone.onComplete(done -> forget(name, gone));
            undeployIfUnused(simulation);
        }
    }

    private synchronized void forget(String name, Future<Void> gone) {
        leaving.remove(name, gone);
    }

    private synchronized void release(OpenSimulation simulation, int weight) {
        simulation.users--;
        simulation.commands -= weight;
        simulation.lastUse = System.nanoTime();
        if (simulation.leaving) {
            undeployIfUnused(simulation);
        }
    }

    private void undeployIfUnused(OpenSimulation simulation) {
        if (simulation.users == 0 && !simulation.undeployed) {
            simulation.undeployed = true;
            simulation
                    .ready()
                    .compose(deployed -> simulation.writer.farewell().transform(done -> vertx.undeploy(deployed)))
                    .onFailure(e -> LOG.debug("a writer was undeployed already: {}", e.getMessage()))
                    .onComplete(done -> simulation.gone.tryComplete());
        }
    }

    private boolean evict() {
        String oldest = OpenSimulation.idlest(open);
        if (oldest != null) {
            leave(oldest, open.get(oldest));
        }
        return oldest != null;
    }

    /** Tells who follows simulations here. */
    public void setFollowers(Followers those) {
        followers = those;
    }

    /** The simulations that somebody follows here. */
    public Set<String> followed() {
        return followers.simulations();
    }

    /** Answers what was taken and closes a simulation, so that another server may have it; completes when it has. */
    public Future<Void> handOver(String name) {
        Future<Void> gone;
        synchronized (this) {
            OpenSimulation found = open.get(name);
            if (found != null) {
                leave(name, found);
                found.giveUpSwap(new Trouble.Moved("Another server takes over the simulation '" + name + "'."));
            }
            gone = leaving.getOrDefault(name, Future.succeededFuture());
        }
        followers.leftBehind(name);
        return gone;
    }

    /** Under which epochs the open simulations are written here; those that are not written yet are left out. */
    public synchronized Map<String, Long> ownedEpochs() {
        return OpenSimulation.ownedEpochs(open);
    }

    /** Takes no more requests, and completes when everything that was taken is answered. */
    public Future<Void> close() {
        List<Future<?>> writers;
        synchronized (this) {
            closing = true;
            for (Map.Entry<String, OpenSimulation> entry : List.copyOf(open.entrySet())) {
                leave(entry.getKey(), entry.getValue());
                entry.getValue().giveUpSwap(new Trouble.LogFailed("The server is stopping."));
            }
            writers = new ArrayList<>(leaving.values());
        }
        return Future.join(writers).mapEmpty();
    }
}
