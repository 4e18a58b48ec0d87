package pagefold.server.replay;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.host.LoadedPlugin;
import pagefold.model.MemoryEvent;
import pagefold.model.PluginBinding;
import pagefold.model.Simulation;
import pagefold.model.StateSink;
import pagefold.model.StateSource;
import pagefold.model.Step;
import pagefold.server.log.RecordedEvent;
import pagefold.server.watch.PluginCall;
import pagefold.server.watch.PluginFailure;
import pagefold.table.PageTableModel;
import pagefold.table.TableListener;

/**
 * A plugin's model together with the neutral state at the same position.
 *
 * <p><b>Guarantees.</b>
 *
 * <ol>
 *   <li>Used by one thread at a time.
 *   <li>Whatever the plugin throws comes out as {@link PluginFailure}, and the watchdog sees every entry into it.
 *   <li>After a failure of {@link #apply} the model is of no use any more; the neutral state still is.
 * </ol>
 */
public final class Projection {
    /** Most destroyed spaces remembered; the ones destroyed first are forgotten first. */
    public static final int MAX_TOMBSTONES = 65_536;

    private static final Logger LOG = LoggerFactory.getLogger(Projection.class);
    private static final int HASH_BUFFER_BYTES = 64 << 10;

    private final PluginBinding binding;
    private final PageTableModel model;
    private final Map<String, Long> destroyed = new LinkedHashMap<>();
    private Simulation simulation = Simulation.EMPTY;

    /** A projection at position 0. */
    public Projection(PluginBinding binding, PageTableModel model) {
        this.binding = binding;
        this.model = model;
    }

    /**
     * A projection at position 0 of a new model.
     *
     * @throws PluginFailure when the plugin fails to make one
     */
    static Projection open(LoadedPlugin plugin, PluginBinding binding) {
        return inPlugin(
                binding,
                0,
                "making a model",
                () -> new Projection(binding, plugin.newModel(binding.profile(), binding.coarsening())));
    }

    /** A projection whose neutral state is read, and whose model is still to be restored. */
    static Projection restored(PluginBinding binding, PageTableModel model, StateSource source) {
        Projection projection = new Projection(binding, model);
        projection.simulation = Simulation.restored(source);
        for (int left = source.count(MAX_TOMBSTONES); left > 0; left--) {
            projection.destroyed.put(source.text(), source.number());
        }
        return projection;
    }

    /** Writes down everything but the model. */
    void save(StateSink sink) {
        simulation.save(sink);
        sink.number(destroyed.size());
        destroyed.forEach((space, position) -> {
            sink.text(space);
            sink.number(position);
        });
    }

    /** Whose model it is. */
    public PluginBinding binding() {
        return binding;
    }

    /** The tables. */
    public PageTableModel model() {
        return model;
    }

    /** The neutral state. */
    public Simulation simulation() {
        return simulation;
    }

    /** How many events led here. */
    public long position() {
        return simulation.position();
    }

    /** At which position a space that is not there was destroyed last; null when it never was, or is forgotten. */
    public @Nullable Long destroyedAt(String space) {
        return destroyed.get(space);
    }

    /**
     * Whether the tables can hold what these steps lead to from here.
     *
     * @throws PluginFailure when the plugin fails; its state is as before
     */
    public PageTableModel.@Nullable Refusal check(List<Step> steps) {
        return inPlugin(position() + 1, "checking an event", () -> model.check(steps));
    }

    /**
     * What the plugin makes of something at this position.
     *
     * @param doing in words, as in "the plugin failed DOING"
     * @throws PluginFailure when the plugin fails at it
     */
    public <R extends @Nullable Object> R inPlugin(String doing, Supplier<R> work) {
        return inPlugin(position(), doing, work);
    }

    private <R extends @Nullable Object> R inPlugin(long at, String doing, Supplier<R> work) {
        return inPlugin(binding, at, doing, work);
    }

    /** Goes into a plugin and out again. */
    static <R extends @Nullable Object> R inPlugin(PluginBinding binding, long at, String doing, Supplier<R> work) {
        PluginCall call = PluginCall.current();
        call.enter(binding, at, doing);
        try {
            return work.get();
        } catch (PluginFailure e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw PluginFailure.thrown(binding, at, doing, e);
        } finally {
            call.leave();
        }
    }

    /**
     * Takes steps that happened.
     *
     * @throws PluginFailure when the plugin fails at one of them
     */
    public void apply(List<Step> steps) {
        PluginCall call = PluginCall.current();
        for (Step step : steps) {
            apply(call, step, null);
        }
    }

    /**
     * Takes the next event, which happened, and writes down what it does to the tables.
     *
     * @throws PluginFailure when the plugin fails at it
     */
    public Delta delta(RecordedEvent event) {
        DeltaRecorder recorder = recorder(event);
        apply(PluginCall.current(), Step.of(simulation, event.event()), recorder);
        return recorder.delta(event);
    }

    private DeltaRecorder recorder(RecordedEvent event) {
        String space = event.event() instanceof MemoryEvent.InSpace in ? in.space() : null;
        if (space == null || simulation.space(space) == null) {
            return new DeltaRecorder(null, List.of());
        }
        return inPlugin(
                event.position(),
                "showing its tables",
                () -> new DeltaRecorder(model.breakRules(space), model.tables(space)));
    }

    /**
     * Takes the next event, which happened, and lets a listener, if there is one, hear what it does to the tables.
     *
     * @throws PluginFailure when the plugin fails at it
     */
    void apply(MemoryEvent event, @Nullable TableListener listener) {
        apply(PluginCall.current(), Step.of(simulation, event), listener);
    }

    private void apply(PluginCall call, Step step, @Nullable TableListener listener) {
        call.enter(binding, step.after().position(), step.event());
        try {
            model.apply(step, listener);
        } catch (RuntimeException | Error e) {
            throw PluginFailure.thrown(binding, step.after().position(), "applying an event", e);
        } finally {
            call.leave();
        }
        simulation = step.after();
        remember(step.event());
    }

    /** The answer to a question; a plugin that fails at it makes the answer, not the projection, a failure. */
    public <R> Reading<R> answer(Question<R> question) {
        try {
            return new Reading.Answered<>(position(), inPlugin("reading its tables", () -> question.ask(this)));
        } catch (PluginFailure e) {
            LOG.error("{} at position {}: {}", binding, position(), e.reason(), e);
            return new Reading.Failed<>(Trouble.ModelFailed.of(e));
        }
    }

    private void remember(MemoryEvent event) {
        if (event instanceof MemoryEvent.SpaceDestroyed(String space)) {
            if (destroyed.size() == MAX_TOMBSTONES) {
                destroyed.remove(destroyed.keySet().iterator().next());
            }
            destroyed.remove(space);
            destroyed.put(space, position());
        } else if (event instanceof MemoryEvent.SpaceCreated created) {
            destroyed.remove(created.space());
        } else if (event instanceof MemoryEvent.SpaceForked forked) {
            destroyed.remove(forked.child());
        } else if (event instanceof MemoryEvent.KernelCopied copied) {
            destroyed.remove(copied.child());
        }
    }

    /** SHA-256 over all tables in ascending address: 8 bytes of address, then the words, all little-endian. */
    public String imageHash() {
        MessageDigest digest = sha256();
        ByteBuffer buffer = ByteBuffer.allocate(HASH_BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        this.<@Nullable Void>inPlugin("reading its tables", () -> {
            model.image((address, words, offset, length) -> {
                put(buffer, digest, address);
                for (int i = 0; i < length; i++) {
                    put(buffer, digest, words[offset + i]);
                }
            });
            return null;
        });
        digest.update(buffer.flip());
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void put(ByteBuffer buffer, MessageDigest digest, long word) {
        if (!buffer.hasRemaining()) {
            digest.update(buffer.flip());
            buffer.clear();
        }
        buffer.putLong(word);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("expected SHA-256 in every Java platform, but: " + e, e);
        }
    }
}
