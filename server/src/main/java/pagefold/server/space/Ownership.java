package pagefold.server.space;

import org.jspecify.annotations.Nullable;
import pagefold.server.log.AppendResult;
import pagefold.server.log.EventLog;
import pagefold.server.log.LogUnavailable;
import pagefold.server.log.LoggedSimulation;
import pagefold.server.log.NoSuchSimulation;

/**
 * Whose a simulation is in the log: ours, under an epoch, or nobody's that we know of, as long as the log cannot be
 * written. Then it can be read all the same.
 */
final class Ownership {
    private final EventLog log;
    private final Neighbours neighbours;
    private final ImagePace images;
    private final String name;
    private @Nullable LoggedSimulation owned;
    private long id;

    Ownership(Tools tools, ImagePace images, String name) {
        this.log = tools.log();
        this.neighbours = tools.neighbours();
        this.images = images;
        this.name = name;
    }

    /**
     * Takes the simulation, or looks at it where nothing can be written. Blocks.
     *
     * @return its head row
     */
    LoggedSimulation open() {
        neighbours.takeFromOthers(name);
        LoggedSimulation head;
        try {
            head = log.takeOwnership(name);
            own(head);
        } catch (LogUnavailable e) {
            head = log.find(name);
            if (head == null) {
                throw new NoSuchSimulation(name);
            }
        }
        id = head.id();
        return head;
    }

    /**
     * Takes the simulation again. Blocks.
     *
     * @return its head row
     * @throws LogUnavailable when the log still cannot be written
     * @throws NoSuchSimulation when it has gone meanwhile; one of the same name may be there
     */
    LoggedSimulation take() {
        LoggedSimulation head = log.takeOwnership(name);
        if (head.id() != id) {
            throw new NoSuchSimulation(name);
        }
        own(head);
        return head;
    }

    private void own(LoggedSimulation head) {
        owned = head;
        images.own(head.id(), head.epoch());
        neighbours.opened(name, head.epoch());
    }

    /**
     * Looks whether the simulation is still ours in the log. Blocks.
     *
     * @return what the log would say to an append, or {@code null} when it is
     */
    @Nullable
    AppendResult loss() {
        try {
            LoggedSimulation head = log.find(name);
            if (head == null || head.id() != id) {
                return new AppendResult.UnknownSimulation(name);
            }
            return head.epoch() == epoch() ? null : new AppendResult.Conflict(head.head(), head.epoch());
        } catch (LogUnavailable e) {
            return new AppendResult.Unavailable(e);
        }
    }

    /** What is under way may still come to the log: the next that is written must be under another epoch. */
    void lose() {
        owned = null;
        images.own(id, 0);
    }

    boolean isHeld() {
        return owned != null;
    }

    /** The epoch of what is ours. */
    long epoch() {
        LoggedSimulation held = owned;
        if (held == null) {
            throw new IllegalStateException("expected to own the simulation '" + name + "', but it is not ours");
        }
        return held.epoch();
    }
}
