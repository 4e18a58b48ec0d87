package pagefold.server.space;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.host.PluginHost;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.model.PluginBinding;
import pagefold.model.Rejection;
import pagefold.model.Simulation;
import pagefold.model.Step;
import pagefold.server.log.AppendResult;
import pagefold.server.log.LogException;
import pagefold.server.log.NewBatch;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Replayed;
import pagefold.server.replay.Trouble;
import pagefold.server.watch.PluginFailure;
import pagefold.table.PageTableModel.Refusal;

/**
 * The selection of a plugin: a shadow is built from the log while the old model serves, and takes over between two
 * events, or nothing changes.
 *
 * <pre>
 *  (none) ── start ──▶ BUILDING ──▶ READY ── flip, between two rounds ──▶ (none): PluginSelected is in the log
 *                          └────────────┴── refused, stale, failed ─────▶ (none): nothing has changed
 * </pre>
 *
 * <p>Runs on the writer's virtual thread; only the replays are elsewhere.
 */
final class PluginSwap {
    private static final Logger LOG = LoggerFactory.getLogger(PluginSwap.class);
    /** A shadow that is at most this many events behind catches up while the writer waits. */
    private static final long CLOSE_ENOUGH = 256;
    /** How often a shadow tries to come that close while events go on. */
    private static final int MAX_PURSUITS = 64;

    private final SimulationWriter writer;
    private final String name;
    private final Tools tools;
    private @Nullable Pending pending;
    private ModelLink.@Nullable Staged ready;
    private PluginHost.@Nullable Lease lease;
    private @Nullable String digest;
    /** Whether the log has been given the event, so that its answer is the only one that can be true. */
    private boolean isAppending;

    PluginSwap(SimulationWriter writer, String name, Tools tools) {
        this.writer = writer;
        this.name = name;
        this.tools = tools;
    }

    boolean isReady() {
        return ready != null;
    }

    boolean hasKey(String key) {
        Pending under = pending;
        return under != null && key.equals(under.unit().ids().commandId());
    }

    /** Begins to build; one at a time. */
    void start(Pending unit) {
        if (pending != null) {
            unit.answer(new UnitAnswer.Failed(new Trouble.Busy("plugin selections of a simulation", 1, 2)));
            return;
        }
        pending = unit;
        writer.later(() -> build(unit));
    }

    private void build(Pending unit) {
        try {
            UnitAnswer answer = prepare(unit);
            if (answer != null) {
                end(unit, answer);
            } else {
                writer.pump();
            }
        } catch (RuntimeException e) {
            end(unit, failed(e));
        }
    }

    private UnitAnswer failed(RuntimeException e) {
        LOG.error("the plugin of {} could not be changed", name, e);
        return new UnitAnswer.Failed(
                switch (e) {
                    case PluginFailure failure -> Trouble.ModelFailed.of(failure);
                    case LogException failure -> Trouble.of(failure);
                    default -> new Trouble.Unexpected("The plugin could not be changed: " + e);
                });
    }

    private void end(Pending unit, UnitAnswer answer) {
        if (pending == unit) {
            pending = null;
            unstage();
            unit.answer(answer);
        }
        writer.pump();
    }

    private void unstage() {
        PluginHost.Lease held = lease;
        lease = null;
        if (held != null) {
            held.close();
        }
        ModelLink.Staged staged = ready;
        ready = null;
        if (staged != null) {
            writer.model().drop(staged);
        }
    }

    /** Answers for everything that is under way, but for what the log has been given: that is answered by what it says. */
    void abandon(Trouble trouble) {
        if (isAppending) {
            return;
        }
        Pending unit = pending;
        pending = null;
        unstage();
        if (unit != null) {
            unit.answer(new UnitAnswer.Failed(trouble));
        }
    }

    private @Nullable UnitAnswer prepare(Pending unit) {
        Lane.Place place = unit.unit().place();
        if (place != null && place.isCancelled()) {
            return new UnitAnswer.Cancelled();
        }
        UnitAnswer early = Round.repeated(unit.unit(), writer::recorded);
        if (early == null) {
            early = stale(unit);
        }
        if (early != null) {
            return early;
        }
        PluginBinding binding = binding(unit);
        switch (tools.host().find(binding.plugin(), binding.version(), binding.profile())) {
            case PluginHost.Lookup.Missing(Rejection.NoSuchPlugin rejection) -> {
                return new UnitAnswer.Rejected(0, rejection);
            }
            case PluginHost.Lookup.Found found -> {
                lease = tools.host().lease(binding.plugin(), binding.version());
                digest = found.plugin().digest();
                Neighbours.Lacking lacking = writer.await(tools.neighbours().lacking(found.plugin()));
                if (!lacking.without().isEmpty()) {
                    return new UnitAnswer.Failed(
                            new Trouble.NotOnAllNodes(binding, found.plugin().digest(), lacking.without()));
                }
                if (!lacking.silent().isEmpty()) {
                    return new UnitAnswer.Failed(new Trouble.NodesSilent(lacking.silent()));
                }
            }
        }
        if (lease == null) {
            return new UnitAnswer.Rejected(
                    0,
                    new Rejection.NoSuchPlugin(
                            binding.plugin(), binding.version(), binding.profile(), "it is being retired"));
        }
        long head = writer.durable().position();
        Replayed shadow = replay(() -> tools.replayer().shadow(binding, name, head));
        for (int i = 0; i < MAX_PURSUITS && shadow instanceof Replayed.Complete(Projection behind); i++) {
            if (writer.durable().position() - behind.position() <= CLOSE_ENOUGH) {
                break;
            }
            long now = writer.durable().position();
            shadow = replay(() -> tools.replayer().shadowForward(behind, name, now));
        }
        if (shadow instanceof Replayed.Complete(Projection projection)) {
            // Not at the flip: nobody is to wait for it.
            ModelLink.Staged staged = writer.model().stage(projection);
            if (pending == unit) {
                ready = staged;
            } else {
                writer.model().drop(staged);
            }
            return null;
        }
        return refused(binding, shadow);
    }

    /** To select a plugin again is to try whether it works by now: nothing that is known keeps it from that. */
    private Replayed replay(Callable<Replayed> task) {
        return writer.await(tools.replays().tried(name, task));
    }

    /** The last few events, while the writer waits: not behind the long replays of others. */
    private Replayed catchUp(Projection behind) {
        long head = writer.durable().position();
        return writer.await(tools.models().tried(name, () -> tools.replayer().shadowForward(behind, name, head)));
    }

    private static PluginBinding binding(Pending unit) {
        return ((MemoryCommand.SelectPlugin) unit.unit().commands().getFirst()).binding();
    }

    private @Nullable UnitAnswer stale(Pending unit) {
        Long expected = unit.unit().expected();
        long position = writer.durable().position();
        return expected != null && expected != position ? new UnitAnswer.Stale(expected, position) : null;
    }

    private static UnitAnswer refused(PluginBinding binding, Replayed shadow) {
        return switch (shadow) {
            case Replayed.Refused refused -> new UnitAnswer.SwapRefused(binding, refused.events(), refused.count());
            case Replayed.WithoutModel without -> new UnitAnswer.Failed(without.trouble());
            case Replayed.Complete complete ->
                throw new IllegalStateException("expected a shadow that was refused, but it is complete");
        };
    }

    /** Takes over, with nothing of the writer under way. */
    void flip() {
        Pending unit = pending;
        ModelLink.Staged staged = ready;
        ready = null;
        if (unit == null || staged == null) {
            return;
        }
        long start = System.nanoTime();
        UnitAnswer answer;
        try {
            PluginBinding binding = binding(unit);
            Replayed shadow = catchUp(staged.projection());
            UnitAnswer stale = stale(unit);
            if (stale != null) {
                answer = stale;
            } else if (shadow instanceof Replayed.Complete) {
                answer = append(unit, staged);
            } else {
                answer = refused(binding, shadow);
            }
        } catch (RuntimeException e) {
            answer = failed(e);
        } finally {
            writer.model().drop(staged);
        }
        LOG.info(
                "{} took no commands for {} µs while its plugin was changed", name, (System.nanoTime() - start) / 1000);
        end(unit, answer);
    }

    private UnitAnswer append(Pending unit, ModelLink.Staged staged) {
        Simulation before = writer.durable();
        MemoryCommand command = unit.unit().commands().getFirst();
        return switch (before.decide(command)) {
            case Decision.Rejected(Rejection rejection) -> new UnitAnswer.Rejected(0, rejection);
            case Decision.Accepted accepted -> {
                MemoryEvent event =
                        new MemoryEvent.PluginSelected(staged.projection().binding(), digest);
                List<Step> step = List.of(Step.of(before, event));
                yield switch (staged.generation()
                        .request(new ModelMessage.Check(step))
                        .await()) {
                    case ModelMessage.Checked(Refusal refusal)
                    when refusal != null -> new UnitAnswer.Rejected(0, refusal.rejection());
                    case ModelMessage.Checked accepts -> append(unit, staged, step);
                    case ModelMessage.Broken(Trouble trouble, boolean forGood) -> new UnitAnswer.Failed(trouble);
                    case ModelMessage other ->
                        throw new IllegalStateException("expected another answer from a model, but it is " + other);
                };
            }
        };
    }

    private UnitAnswer append(Pending unit, ModelLink.Staged staged, List<Step> step) {
        if (pending != unit) {
            // It was abandoned while the models were waited for, and has been told that nothing was done.
            return new UnitAnswer.Cancelled();
        }
        CommandUnit.Ids ids = unit.unit().ids();
        NewBatch batch = new NewBatch(List.of(new NewBatch.Unit(
                List.of(step.getFirst().event()),
                ids.commandId(),
                ids.requestDigest(),
                ids.correlation(),
                ids.causation(),
                ids.actor())));
        Simulation after = step.getFirst().after();
        AppendResult result;
        isAppending = true;
        try {
            result = writer.await(
                    tools.log().append(name, writer.epoch(), writer.durable().position(), batch));
        } finally {
            isAppending = false;
        }
        if (!(result instanceof AppendResult.Appended)) {
            writer.refusedByLog(result);
            return new UnitAnswer.Failed(UseFailure.trouble(name, result));
        }
        // It is in the log: whatever the plugin makes of it now, the answer is this one.
        writer.moveTo(after);
        writer.model().adopt(staged);
        writer.model().apply(after.position(), step);
        LOG.info("{} is shown by {} from position {}", name, staged.projection().binding(), after.position());
        return new UnitAnswer.Accepted(after.position(), after.position(), false);
    }
}
