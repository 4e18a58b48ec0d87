package pagefold.server.space;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.model.Simulation;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Replayed;
import pagefold.server.replay.Trouble;
import pagefold.server.watch.PluginFailure;

/** Brings a simulation's state and model to where the log is. Runs on the writer's virtual thread. */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final SimulationWriter writer;
    private final String name;
    private final Tools tools;

    Recovery(SimulationWriter writer, String name, Tools tools) {
        this.writer = writer;
        this.name = name;
        this.tools = tools;
    }

    /** The state at the head, whose model serves from now on; without a model, the writer's link has the trouble. */
    Simulation recovered(long head) {
        Simulation state = switch (replayed(head)) {
            case Replayed.Complete(Projection projection) -> {
                // The projection changes with its model; its state at this moment does not.
                Simulation now = projection.simulation();
                writer.model().adopt(writer.model().stage(projection));
                yield now;
            }
            case Replayed.WithoutModel(Simulation without, Trouble trouble) -> {
                writer.model().setTrouble(trouble);
                LOG.error("the simulation {} opens without a model: {}", name, trouble);
                yield without;
            }
            case Replayed.Refused refused ->
                throw new IllegalStateException("expected a history that was accepted, but event "
                        + refused.events().getFirst().position() + " is refused");
        };
        if (state.position() != head) {
            throw new IllegalStateException("expected the simulation '" + name + "' at position " + head
                    + ", but its events lead to " + state.position());
        }
        return state;
    }

    /** When the plugin does not return on the way, that is known from then on, and the second try ends before it. */
    private Replayed replayed(long head) {
        Callable<Replayed> replay = () -> tools.replayer().at(name, head);
        try {
            return blocking(replay);
        } catch (PluginFailure e) {
            return blocking(replay);
        }
    }

    private <T> T blocking(Callable<T> task) {
        return writer.await(tools.replays().run(name, task));
    }

    /**
     * Waits for other servers and for the disk, which is no work: as many do that at a time as there are simulations that
     * open, as when a node gets those of another one.
     */
    <T> T waiting(Callable<T> task) {
        CompletableFuture<T> outcome = new CompletableFuture<>();
        Thread.ofVirtual().name("pagefold-open").start(() -> {
            try {
                outcome.complete(task.call());
            } catch (Exception | Error e) {
                outcome.completeExceptionally(e);
            }
        });
        return writer.await(outcome);
    }
}
