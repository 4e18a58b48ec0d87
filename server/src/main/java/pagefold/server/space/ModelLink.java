package pagefold.server.space;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Snapshots;
import pagefold.server.replay.Trouble;

/**
 * The writer's end of the bus to its model: which generation serves, and what is wrong when none does.
 *
 * <p>Used on the writer's virtual thread, but for {@link #address} and {@link #trouble}, which any thread may read.
 */
final class ModelLink {
    private static final DeploymentOptions DEPLOYMENT = new DeploymentOptions()
            .setThreadingModel(ThreadingModel.WORKER)
            .setWorkerPoolName("pagefold-model")
            .setWorkerPoolSize(Math.max(4, 2 * Runtime.getRuntime().availableProcessors()));

    private final Vertx vertx;
    private final String name;
    private final Tools tools;
    private @Nullable String deployment;
    private long id;
    private volatile String address = "";
    private volatile @Nullable Trouble trouble;

    ModelLink(Vertx vertx, String name, Tools tools) {
        this.vertx = vertx;
        this.name = name;
        this.tools = tools;
    }

    /** Where the model listens now. */
    String address() {
        return address;
    }

    /** Why there is no model to ask. */
    @Nullable
    Trouble trouble() {
        return trouble;
    }

    /** Which simulation in the log it is. */
    void setId(long given) {
        id = given;
    }

    void setTrouble(Trouble found) {
        trouble = found;
    }

    /** A projection that listens at an address that nobody knows yet. */
    record Staged(Projection projection, String address, String deployment) {}

    /** Makes a projection ready to be the next generation; waits until it is. */
    Staged stage(Projection projection) {
        Snapshots snapshots = tools.replayer().snapshots();
        Snapshots.Pace pace = deployment == null ? snapshots.pace(id, projection.position()) : snapshots.freshPace(id);
        if (deployment == null) {
            pace.offer(projection);
        }
        // Numbers are never used twice in a process, so that no message can reach the model of a writer that is
        // closing.
        ModelConsumer next = new ModelConsumer(name, tools.generations().incrementAndGet(), projection, pace);
        return new Staged(
                projection,
                next.address(),
                vertx.deployVerticle(next, DEPLOYMENT).await());
    }

    /** Takes back a projection that was not made the next generation. */
    void drop(Staged staged) {
        vertx.undeploy(staged.deployment());
    }

    /** Makes a projection the next generation; the last one answers what it was asked and goes. Does not wait. */
    void adopt(Staged next) {
        String old = deployment;
        String oldAddress = address;
        boolean oldWorks = trouble == null && old != null;
        deployment = next.deployment();
        address = next.address();
        trouble = null;
        if (old != null) {
            Future<?> last = oldWorks
                    ? vertx.eventBus().request(oldAddress, new ModelMessage.Ask(p -> 0, null), LocalBus.options())
                    : Future.succeededFuture();
            last.onComplete(done -> vertx.undeploy(old));
        }
    }

    /** Asks the model and waits. */
    ModelMessage ask(ModelMessage question) {
        return vertx.eventBus()
                .<ModelMessage>request(address, question, LocalBus.options())
                .await()
                .body();
    }

    /** Tells the model what has happened, and the bus when it is in the tables; does not wait. */
    void apply(Round round) {
        long first = round.before().position() + 1;
        String asked = address;
        vertx.eventBus()
                .<ModelMessage>request(asked, new ModelMessage.Apply(round.steps()), LocalBus.options())
                .onComplete(answered -> {
                    ModelMessage answer =
                            answered.succeeded() ? answered.result().body() : null;
                    if (answer instanceof ModelMessage.Applied(long position)) {
                        publish(new Published(name, first, position));
                    } else if (asked.equals(address)) {
                        trouble = answer instanceof ModelMessage.Broken(Trouble.ModelFailed failed)
                                ? failed
                                : new Trouble.Unexpected("The model did not answer: " + answered.cause());
                    }
                });
    }

    void publish(Published published) {
        vertx.eventBus().publish(Published.address(name), published, LocalBus.options());
    }
}
