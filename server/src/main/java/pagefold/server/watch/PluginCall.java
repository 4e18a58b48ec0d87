package pagefold.server.watch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import pagefold.model.PluginBinding;

/**
 * Where a piece of work is in a plugin at the moment.
 *
 * <p>The thread that works says when it enters a plugin and when it is out again; the watchdog looks on. Entering and
 * leaving cost a few nanoseconds, so that they can stand around every event of a replay.
 */
public final class PluginCall {
    private static final ScopedValue<PluginCall> CURRENT = ScopedValue.newInstance();
    private static final VarHandle STEPS = field("steps");

    private final String simulation;
    private final @Nullable Quarantine quarantine;
    private final boolean isTrial;
    private @Nullable PluginBinding binding;
    private Quarantine.@Nullable Case known;
    private long position;
    private Object what = "";
    /** How many entries it has not left: a question may ask others on its way. */
    private int depth;
    /** Odd inside a plugin, even outside; written by the worker alone. */
    private volatile long steps;

    private volatile @Nullable PluginFailure givenUp;

    private PluginCall(String simulation, @Nullable Quarantine quarantine, boolean isTrial) {
        this.simulation = simulation;
        this.quarantine = quarantine;
        this.isTrial = isTrial;
    }

    /** A call for a simulation, which enters nothing that is known to fail there. */
    static PluginCall known(String simulation, Quarantine quarantine) {
        return new PluginCall(simulation, quarantine, false);
    }

    /** A call that tries what is known to have failed in a simulation. */
    static PluginCall trial(String simulation, Quarantine quarantine) {
        return new PluginCall(simulation, quarantine, true);
    }

    private static VarHandle field(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(PluginCall.class, name, long.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("expected a field " + name + ", but: " + e, e);
        }
    }

    /** The call of the work on this thread; one that nobody watches where there is none, as offline. */
    public static PluginCall current() {
        return CURRENT.isBound() ? CURRENT.get() : new PluginCall("", null, false);
    }

    ScopedValue.Carrier carrier() {
        return ScopedValue.where(CURRENT, this);
    }

    /**
     * Says that the thread is about to enter a plugin.
     *
     * @param at the position of the event, or of the state
     * @param doing an event that is applied, or in words what is done
     * @throws PluginFailure when the plugin is not to be entered there, or when nobody waits for this work any more
     */
    public void enter(PluginBinding entered, long at, Object doing) {
        PluginFailure failure = givenUp;
        if (failure != null) {
            throw failure;
        }
        if (depth == 0) {
            if (quarantine != null) {
                require(quarantine, entered, at);
            }
            binding = entered;
            position = at;
            what = doing;
            STEPS.setRelease(this, steps + 1);
        }
        depth++;
    }

    private void require(Quarantine cases, PluginBinding entered, long at) {
        if (!entered.equals(binding)) {
            requireFewHeldUp(cases, entered);
            known = isTrial ? null : cases.find(simulation, entered);
        }
        Quarantine.Case found = known;
        if (found != null && at >= found.position()) {
            throw PluginFailure.known(entered, found.position(), found.reason());
        }
    }

    private static void requireFewHeldUp(Quarantine quarantine, PluginBinding entered) {
        int threads = quarantine.heldUp(entered);
        if (threads >= Quarantine.MAX_HELD_UP) {
            throw PluginFailure.known(
                    entered,
                    0,
                    "the plugin " + entered.plugin() + " " + entered.version() + " has not returned from " + threads
                            + " calls, and is not called any more");
        }
    }

    /** Says that the thread is out of the plugin. */
    public void leave() {
        depth--;
        if (depth > 0) {
            return;
        }
        STEPS.setRelease(this, steps + 1);
    }

    /** What has been seen of the worker; odd inside a plugin. */
    long steps() {
        return steps;
    }

    /** The failure of a worker that has been inside for too long, and will not be waited for. */
    PluginFailure giveUp(long millis) {
        PluginBinding inside = binding;
        if (inside == null) {
            throw new IllegalStateException("expected a call that is inside a plugin, but it never entered one");
        }
        String doing = what instanceof String words ? words : what.getClass().getSimpleName();
        PluginFailure failure = PluginFailure.known(
                inside,
                position,
                "the plugin " + inside.plugin() + " did not return within " + millis / 1000.0 + " s from " + doing
                        + " at position " + position);
        givenUp = failure;
        return failure;
    }

    /** Why nobody waits for this work any more; null while somebody does. */
    public @Nullable PluginFailure givenUp() {
        return givenUp;
    }

    String simulation() {
        return simulation;
    }
}
