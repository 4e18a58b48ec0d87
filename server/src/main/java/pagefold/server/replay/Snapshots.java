package pagefold.server.replay;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.host.LoadedPlugin;
import pagefold.host.PluginHost;
import pagefold.model.PluginBinding;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Step;
import pagefold.server.log.EventLog;
import pagefold.server.log.LogException;
import pagefold.server.log.Snapshot;
import pagefold.spi.Profile;
import pagefold.table.PageTableModel;
import pagefold.table.RestorableModel;

/**
 * Projections that are kept in the log, so that a restart or a look at the past need not begin with the first event.
 *
 * <p>A snapshot is believed only when its checksum is right and it was made by the same jar of the same plugin; whatever
 * is wrong with one, the state is made from events instead. Blocks: not for event loops.
 */
public final class Snapshots {
    /** Fewest events from one snapshot to the next. */
    public static final int LEAST_EVENTS = 2048;

    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);
    /** Raised whenever the order of the parts changes. */
    private static final int VERSION = 1;
    /** Three times what the mapping of a region takes in the log: so much of a snapshot is allowed for each event. */
    private static final int EVENT_BYTES = 1050;

    private final EventLog log;
    private final PluginHost host;
    private final Images images;

    /** Snapshots in a log and images in memory, of models of a host's plugins. */
    Snapshots(EventLog log, PluginHost host, Images images) {
        this.log = log;
        this.host = host;
        this.images = images;
    }

    /**
     * When the next snapshot of a history is due.
     *
     * <p>Used by one thread at a time.
     */
    public final class Pace {
        private final long simulation;
        private long last;
        private long bytes;

        private Pace(long simulation, long last) {
            this.simulation = simulation;
            this.last = last;
        }

        /**
         * Has a projection take steps that happened, and takes the snapshots that become due before the last of them.
         *
         * @throws pagefold.server.watch.PluginFailure when the plugin fails at one of the steps
         */
        public void apply(Projection projection, List<Step> steps) {
            for (int from = 0; from < steps.size(); from += Replayer.BATCH) {
                if (from > 0) {
                    offer(projection);
                }
                projection.apply(steps.subList(from, Math.min(steps.size(), from + Replayer.BATCH)));
            }
        }

        /** Takes a snapshot if one is due at the projection's position. */
        public void offer(Projection projection) {
            if (projection.position() - last >= Math.max(LEAST_EVENTS, bytes / EVENT_BYTES)) {
                bytes = save(simulation, projection);
                last = projection.position();
            }
        }
    }

    /**
     * The pace of a history that goes on from a position.
     *
     * @param simulation its id in the log
     */
    public Pace pace(long simulation, long position) {
        return new Pace(simulation, nearest(simulation, position));
    }

    /** The pace of a history under another plugin than before, whose snapshots are of no use to it. */
    public Pace freshPace(long simulation) {
        return new Pace(simulation, 0);
    }

    /** The position of the last snapshot that is not behind a position; 0 when there is none. */
    public long nearest(long simulation, long position) {
        long nearest = 0;
        for (long each : log.snapshots(simulation)) {
            nearest = each <= position ? each : nearest;
        }
        return nearest;
    }

    /** Keeps a projection, or does not where that cannot be; answers how many bytes it takes. */
    long save(long simulation, Projection projection) {
        byte[] payload = bytes(projection);
        if (payload == null) {
            return 0;
        }
        CompletableFuture<Boolean> unused = log.save(simulation, new Snapshot(projection.position(), payload));
        return payload.length;
    }

    /** Keeps an image of a projection in memory, or does not where that cannot be; answers how many bytes it takes. */
    public int keepImage(String simulation, Images.Origin origin, Projection projection) {
        byte[] payload = bytes(projection, Images.MAX_BYTES);
        if (payload == null) {
            return 0;
        }
        images.keep(simulation, origin, new Snapshot(projection.position(), payload));
        return payload.length;
    }

    /** A projection as the bytes of a snapshot; null when its model cannot be saved, or takes too many. */
    byte @Nullable [] bytes(Projection projection) {
        return bytes(projection, Snapshot.MAX_BYTES);
    }

    /** A projection as bytes; null when its model cannot be saved, or takes more than a limit. */
    private byte @Nullable [] bytes(Projection projection, int limit) {
        PluginBinding binding = projection.binding();
        boolean isBound = binding.equals(projection.simulation().binding());
        if (!isBound
                || !(projection.model() instanceof RestorableModel model)
                || !(find(binding) instanceof LoadedPlugin plugin)) {
            return null;
        }
        StateBytes.Sink sink = new StateBytes.Sink(limit);
        try {
            sink.number(VERSION);
            sink.text(binding.plugin());
            sink.text(binding.version());
            sink.text(binding.profile());
            sink.text(binding.coarsening().name());
            sink.text(plugin.digest());
            projection.save(sink);
            projection.<@Nullable Void>inPlugin("saving its model", () -> {
                model.save(sink);
                return null;
            });
            return sink.toBytes();
        } catch (StateBytes.TooLong e) {
            return null;
        } catch (RuntimeException | Error e) {
            LOG.error("the plugin {} failed to save its model at position {}", binding, projection.position(), e);
            return null;
        }
    }

    private @Nullable LoadedPlugin find(PluginBinding binding) {
        return host.find(binding.plugin(), binding.version(), binding.profile())
                        instanceof PluginHost.Lookup.Found(LoadedPlugin plugin, Profile profile)
                ? plugin
                : null;
    }

    /**
     * A projection from the last image or snapshot that is not behind a position; null when there is none of use.
     *
     * @param name of the simulation
     * @param simulation its id in the log
     */
    @Nullable
    Projection restore(String name, long simulation, long position) {
        Snapshot image = images.find(name, simulation);
        if (image != null && image.position() <= position && image.position() > nearest(simulation, position)) {
            Projection projection = projection(image);
            if (projection != null) {
                return projection;
            }
        }
        return restore(simulation, position);
    }

    /** As the other, from snapshots alone. */
    @Nullable
    Projection restore(long simulation, long position) {
        try {
            List<Long> positions = log.snapshots(simulation);
            for (long each : positions.reversed()) {
                Snapshot snapshot = each <= position ? log.snapshot(simulation, each) : null;
                Projection projection = snapshot == null ? null : projection(snapshot);
                if (projection != null) {
                    return projection;
                }
            }
        } catch (LogException e) {
            LOG.warn("the snapshots of the simulation {} cannot be read: {}", simulation, e.getMessage());
        }
        return null;
    }

    /** The projection that a snapshot holds; null when it is of no use. */
    @Nullable
    Projection projection(Snapshot snapshot) {
        try {
            StateBytes.Source source = new StateBytes.Source(snapshot.payload());
            if (source.number() != VERSION) {
                return null;
            }
            PluginBinding binding =
                    new PluginBinding(source.text(), source.text(), source.text(), source.value(Coarsening.class));
            LoadedPlugin plugin = find(binding);
            if (plugin == null || !plugin.digest().equals(source.text())) {
                return null;
            }
            Projection projection = Projection.inPlugin(
                    binding, snapshot.position(), "restoring its model", () -> restored(plugin, binding, source));
            return projection != null && source.isAtEnd() && projection.position() == snapshot.position()
                    ? projection
                    : null;
        } catch (RuntimeException | Error e) {
            LOG.warn("the snapshot at position {} is of no use: {}", snapshot.position(), e.toString());
            return null;
        }
    }

    private static @Nullable Projection restored(LoadedPlugin plugin, PluginBinding binding, StateBytes.Source source) {
        PageTableModel model = plugin.newModel(binding.profile(), binding.coarsening());
        if (!(model instanceof RestorableModel restorable)) {
            return null;
        }
        Projection projection = Projection.restored(binding, model, source);
        restorable.restore(source);
        return projection;
    }
}
