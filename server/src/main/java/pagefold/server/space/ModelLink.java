package pagefold.server.space;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.PluginBinding;
import pagefold.model.Step;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Question;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Snapshots;
import pagefold.server.replay.Trouble;

/**
 * The writer's end of the bus to its model: which generation serves, and what is wrong when none does.
 *
 * <p>Used on the writer's virtual thread, but for {@link #address} and {@link #trouble}, which any thread may read.
 */
final class ModelLink {
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

    /** There is no model to ask from now on; a plugin that is to blame is in quarantine here. */
    void setTrouble(Trouble found) {
        trouble = found;
        if (found instanceof Trouble.ModelFailed(long position, PluginBinding binding, String reason)) {
            tools.models().watchdog().quarantine(name, binding, position, reason);
        }
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
        ModelConsumer next =
                new ModelConsumer(name, tools.generations().incrementAndGet(), projection, pace, tools.models());
        return new Staged(projection, next.address(), vertx.deployVerticle(next).await());
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
        tools.models().watchdog().quarantine().end(name, next.projection().binding());
        if (old != null) {
            Future<?> last = oldWorks
                    ? vertx.eventBus().request(oldAddress, new ModelMessage.Ask(p -> 0, null), LocalBus.options())
                    : Future.succeededFuture();
            last.onComplete(done -> vertx.undeploy(old));
        }
    }

    /** Asks the model and waits. */
    ModelMessage ask(ModelMessage question) {
        return ask(address, question);
    }

    /** Asks a projection that nobody else knows yet, and waits. */
    ModelMessage ask(Staged staged, ModelMessage question) {
        return ask(staged.address(), question);
    }

    private ModelMessage ask(String address, ModelMessage question) {
        return vertx.eventBus()
                .<ModelMessage>request(address, question, LocalBus.options())
                .await()
                .body();
    }

    /**
     * A read; any thread may ask.
     *
     * @param position at which it is to be answered, or {@code null} for wherever the model is
     * @return {@code null} when the model is not at that position any more
     */
    <R> Future<@Nullable Reading<R>> read(Question<R> question, @Nullable Long position) {
        return read(question, position, true);
    }

    @SuppressWarnings("unchecked") // the model answers a question with its own type
    private <R> Future<@Nullable Reading<R>> read(Question<R> question, @Nullable Long position, boolean again) {
        Trouble found = trouble;
        if (found != null) {
            return Future.succeededFuture(new Reading.Failed<>(found));
        }
        return vertx.eventBus()
                .<ModelMessage>request(address, new ModelMessage.Ask(question, position), LocalBus.options())
                .map(message -> (Reading<R>) ((ModelMessage.Answer) message.body()).reading())
                .recover(e -> again && isGone(e)
                        // The model was replaced between looking up its address and asking it.
                        ? read(question, position, false)
                        : Future.failedFuture(e));
    }

    private static boolean isGone(Throwable e) {
        return e instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS;
    }

    /**
     * Tells the model what has happened, and the bus when it is in the tables; does not wait.
     *
     * @param first position of the first of the steps
     */
    void apply(long first, List<Step> steps) {
        String asked = address;
        vertx.eventBus()
                .<ModelMessage>request(asked, new ModelMessage.Apply(steps), LocalBus.options())
                .onComplete(answered -> {
                    ModelMessage answer =
                            answered.succeeded() ? answered.result().body() : null;
                    if (answer instanceof ModelMessage.Applied(long position)) {
                        publish(new Published(name, first, position));
                    } else if (asked.equals(address)) {
                        setTrouble(
                                answer instanceof ModelMessage.Broken(Trouble failed, boolean forGood)
                                        ? failed
                                        : new Trouble.Unexpected("The model did not answer: " + answered.cause()));
                    }
                });
    }

    private void publish(Published published) {
        vertx.eventBus().publish(Published.address(name), published, LocalBus.options());
    }
}
