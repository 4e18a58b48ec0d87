package pagefold.server.space;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import pagefold.model.Rejection;
import pagefold.model.Simulation;
import pagefold.server.log.AppendResult;
import pagefold.server.log.CommandRecord;
import pagefold.server.log.LogException;
import pagefold.server.log.LogUnavailable;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.replay.Trouble;

/**
 * The one writer of a simulation, at the address {@code simulation.{id}}, on a virtual thread of its own.
 *
 * <pre>
 *            start                 units wait                 model accepts
 *  (closed) ──────▶ RECOVERING ──▶ DECIDING ──▶ CHECKING ───────────────────▶ APPENDING ──durable──▶ APPLYING
 *                                    ▲  ▲          │ nothing left: answer         │                     │
 *                                    │  └──────────┴──────────────────────────────│─────────────────────┘
 *                                    └── the next round is decided meanwhile ─────┤
 *                                                                                 │ fenced
 *                       FLIPPING: between two rounds, when a shadow is ready      ▼
 *                                                                              (closed)
 * </pre>
 *
 * <p>A round is the hops 3 to 8: decide on the speculative state, check with the model, append one batch, and when it
 * is durable evolve, apply, publish and answer. While the append of one round waits for the disk, the next round is
 * decided. The model hears of an event only when it is durable.
 */
final class SimulationWriter extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(SimulationWriter.class);

    private final String name;
    private final Tools tools;
    private final Consumer<SimulationWriter> onClosed;
    private final Deque<Pending> queue = new ArrayDeque<>();
    private final ModelLink model;
    private final PluginSwap swap;
    private final Ownership ownership;
    private final ImagePace images;
    private final Recovery recovery;

    private Simulation durable = Simulation.EMPTY;
    private @Nullable InFlight inFlight;
    private @Nullable Round current;
    private boolean pumping;
    private int alone;
    private @Nullable Trouble closed;
    private @Nullable MessageConsumer<CommandUnit> consumer;
    private final Promise<Void> drained = Promise.promise();
    private boolean draining;

    private record InFlight(Round round, CompletableFuture<AppendResult> outcome) {}

    SimulationWriter(Vertx vertx, String name, Tools tools, Consumer<SimulationWriter> onClosed) {
        this.name = name;
        this.tools = tools;
        this.onClosed = onClosed;
        this.images =
                new ImagePace(tools.neighbours().images(), tools.replayer().snapshots(), name);
        this.model = new ModelLink(vertx, name, tools, images);
        this.swap = new PluginSwap(this, name, tools);
        this.recovery = new Recovery(this, name, tools);
        this.ownership = new Ownership(tools, images, name);
    }

    static String address(String simulation) {
        return "simulation." + simulation;
    }

    /** The way to the model; any thread may ask for its address and its trouble. */
    ModelLink model() {
        return model;
    }

    @Override
    public Future<?> start() {
        LoggedSimulation head = recovery.waiting(ownership::open);
        model.setId(head.id());
        if (head.head() == 0) {
            model.setTrouble(new Trouble.Unbound(name));
        } else {
            durable = recovery.recovered(head.head());
        }
        MessageConsumer<CommandUnit> local = vertx.eventBus().localConsumer(address(name));
        consumer = local;
        local.handler(this::receive);
        return Future.succeededFuture();
    }

    /** Waits for what others do; messages are taken meanwhile. */
    <T> T await(CompletableFuture<T> outcome) {
        return Future.fromCompletionStage(outcome, context).await();
    }

    /** Runs a task on the writer's thread, after what is on it now. */
    void later(Runnable task) {
        context.runOnContext(ignored -> task.run());
    }

    Simulation durable() {
        return durable;
    }

    @Nullable
    CommandRecord recorded(String commandId) {
        return tools.log().command(name, commandId);
    }

    private void receive(Message<CommandUnit> message) {
        Pending pending = new Pending(message);
        Trouble trouble = closed;
        if (trouble != null) {
            pending.answer(new UnitAnswer.Failed(trouble));
        } else {
            queue.add(pending);
            if (!pumping) {
                // Not here: the bus delivers the next unit when this handler returns, and units are to gather.
                later(this::pump);
            }
        }
    }

    /** Works until nothing waits any more. */
    void pump() {
        if (pumping || closed != null) {
            return;
        }
        pumping = true;
        try {
            while (closed == null && (!queue.isEmpty() || inFlight != null || swap.isReady())) {
                turn();
            }
        } catch (LogException e) {
            LOG.error("the writer of {} cannot read the log and closes", name, e);
            close(UseFailure.trouble(name, e));
        } catch (RuntimeException | Error e) {
            LOG.error("the writer of {} failed and closes", name, e);
            close(new Trouble.Unexpected("The simulation had to be closed: " + e));
        } finally {
            pumping = false;
        }
        Trouble trouble = closed;
        if (trouble != null) {
            failAll(trouble);
        }
        if (draining) {
            drained.tryComplete();
        }
    }

    private void turn() {
        if (!ownership.isHeld() && !own()) {
            return;
        }
        InFlight waiting = inFlight;
        Round round = new Round(waiting == null ? durable : waiting.round().after());
        current = round;
        decide(round);
        if (waiting != null) {
            boolean isDurable = settle(waiting);
            inFlight = null;
            if (!isDurable) {
                putBack(round.takeAll());
                putBack(waiting.round().takeAll());
                return;
            }
            decide(round);
        }
        if (swap.isReady()) {
            putBack(round.takeAll());
            swap.flip();
            return;
        }
        check(round);
        if (round.hasSteps()) {
            inFlight = new InFlight(round, tools.log().append(name, epoch(), durable.position(), round.toBatch()));
        } else if (isOurs(round)) {
            round.answerAll();
            round.clear();
        } else {
            return;
        }
        current = null;
    }

    /** Whether what a round refuses rests on the state that the log has: whoever lost a simulation does not know it. */
    private boolean isOurs(Round round) {
        AppendResult lost =
                round.refuses() ? vertx.executeBlocking(ownership::loss, false).await() : null;
        return lost == null || refusedByLog(lost);
    }

    /** Takes the simulation again; what waits is refused when the log still cannot be written. */
    private boolean own() {
        long known = durable.position();
        try {
            LoggedSimulation head =
                    vertx.executeBlocking(ownership::take, false).await();
            if (head.head() != known) {
                // What was under way when the log failed has come to it, or somebody else has written.
                durable = recovery.recovered(head.head());
                model.publish(new Published(name, known + 1, head.head()));
            }
            return true;
        } catch (LogUnavailable e) {
            failAll(UseFailure.trouble(name, e));
            return false;
        }
    }

    private void putBack(Deque<Pending> units) {
        units.descendingIterator().forEachRemaining(queue::addFirst);
    }

    private void decide(Round round) {
        int maxUnits = alone > 0 ? 1 : Round.MAX_UNITS;
        for (Pending next = queue.peek(); next != null; next = queue.peek()) {
            String key = next.unit().ids().commandId();
            if (!round.hasRoom(next.unit(), maxUnits) || key != null && isUndecided(key, round)) {
                return;
            }
            queue.remove();
            Trouble trouble = model.trouble();
            if (key != null && swap.hasKey(key)) {
                next.answer(new UnitAnswer.Failed(new Trouble.Busy("requests with one idempotency key", 1, 2)));
            } else if (next.isSwap()) {
                swap.start(next);
            } else if (trouble != null) {
                next.answer(new UnitAnswer.Failed(trouble));
            } else {
                round.add(next, this::recorded);
                alone = Math.max(0, alone - 1);
            }
        }
    }

    /** Whether a unit of that command id is on its way to the log: then the log will know what to answer. */
    private boolean isUndecided(String key, Round round) {
        InFlight waiting = inFlight;
        return round.hasKey(key) || waiting != null && waiting.round().hasKey(key);
    }

    private void check(Round round) {
        while (round.hasSteps()) {
            switch (model.ask(new ModelMessage.Check(round.steps()))) {
                case ModelMessage.Checked(pagefold.table.PageTableModel.Refusal refusal) -> {
                    if (refusal != null) {
                        Rejection rejection = refusal.rejection();
                        putBack(round.refuse(refusal.index(), rejection));
                    }
                    return;
                }
                case ModelMessage.Broken(Trouble trouble, boolean forGood) -> {
                    if (forGood) {
                        model.setTrouble(trouble);
                    }
                    if (model.trouble() != null) {
                        round.takeAll().forEach(pending -> pending.answer(new UnitAnswer.Failed(trouble)));
                    } else if (round.acceptedCount() == 1) {
                        round.refuseOnly(new UnitAnswer.Failed(trouble));
                    } else {
                        // One of them makes the plugin fail: each by itself, so that the others are not its victims.
                        alone = round.acceptedCount();
                        putBack(round.keepFirst());
                    }
                }
                case ModelMessage other ->
                    throw new IllegalStateException("expected another answer from a model, but it is " + other);
            }
        }
    }

    /** Waits until a round is durable, and finishes it; false when it is not in the log. */
    private boolean settle(InFlight waiting) {
        return switch (await(waiting.outcome())) {
            case AppendResult.Appended appended -> {
                durable = waiting.round().after();
                model.apply(
                        waiting.round().before().position() + 1, waiting.round().steps());
                waiting.round().answerAll();
                waiting.round().clear();
                yield true;
            }
            case AppendResult.DuplicateCommand duplicate -> false;
            case AppendResult.TooLarge tooLarge -> {
                alone = waiting.round().unitCount();
                if (waiting.round().acceptedCount() == 1) {
                    waiting.round().refuseOnly(new UnitAnswer.TooLarge(tooLarge.bytes(), tooLarge.limit()));
                    waiting.round().answerAll();
                    waiting.round().clear();
                }
                yield false;
            }
            case AppendResult.Conflict conflict -> refusedByLog(conflict);
            case AppendResult.UnknownSimulation unknown -> refusedByLog(unknown);
            case AppendResult.Unavailable unavailable -> refusedByLog(unavailable);
        };
    }

    /** After an append that the log did not take: reads go on where it cannot be written, and else all ends. */
    boolean refusedByLog(AppendResult result) {
        // That another server has taken the simulation is what epochs are for.
        Level level = result instanceof AppendResult.Conflict ? Level.WARN : Level.ERROR;
        LOG.atLevel(level).log("the log did not take an append to {}: {}", name, result);
        Trouble trouble = UseFailure.trouble(name, result);
        if (result instanceof AppendResult.Unavailable) {
            ownership.lose();
            failAll(trouble);
        } else {
            close(trouble);
        }
        return false;
    }

    /** The log is at a later state now; used when the swap has appended. */
    void moveTo(Simulation state) {
        durable = state;
    }

    long epoch() {
        return ownership.epoch();
    }

    private void close(Trouble trouble) {
        closed = trouble;
        onClosed.accept(this);
    }

    private void failAll(Trouble trouble) {
        Round round = current;
        if (round != null) {
            putBack(round.takeAll());
        }
        InFlight waiting = inFlight;
        if (waiting != null) {
            putBack(waiting.round().takeAll());
            inFlight = null;
        }
        queue.forEach(pending -> pending.answer(new UnitAnswer.Failed(trouble)));
        queue.clear();
        swap.abandon(trouble);
    }

    /** Answers a change of the plugin that is under way with a trouble; any thread may ask for that. */
    void giveUpSwap(Trouble trouble) {
        later(() -> swap.abandon(trouble));
    }

    /** The epoch under which the simulation is written here; 0 when it is not. Any thread may ask. */
    long ownedEpoch() {
        return images.epoch();
    }

    /** Keeps an image for whoever opens the simulation next; any thread, when nothing waits here any more. */
    Future<?> farewell() {
        return model.read(
                projection -> {
                    images.keep(projection);
                    return projection.position();
                },
                null);
    }

    /** Called when everything that was sent here has been answered. */
    @Override
    public Future<?> stop() {
        MessageConsumer<CommandUnit> local = consumer;
        if (local != null) {
            local.unregister();
        }
        tools.neighbours().closed(name);
        draining = true;
        swap.abandon(new Trouble.LogFailed("The server is stopping."));
        if (!pumping) {
            drained.tryComplete();
        }
        return drained.future();
    }
}
