package pagefold.server.space;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.model.PluginBinding;
import pagefold.model.Step;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Question;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Recheck;
import pagefold.server.replay.Snapshots;
import pagefold.server.replay.Trouble;

/**
 * The writer's end of the bus to its model: which generation serves, and what is wrong when none does.
 *
 * <p>Used on the writer's virtual thread, but for {@link #read} and {@link #trouble}, which any thread may use.
 */
final class ModelLink {
    private static final Logger LOG = LoggerFactory.getLogger(ModelLink.class);

    private final Vertx vertx;
    private final String name;
    private final Tools tools;
    private final ImagePace images;
    private @Nullable String deployment;
    private long id;
    private volatile Generation generation;
    private @Nullable ReplayCheck check;
    private volatile @Nullable Trouble trouble;

    ModelLink(Vertx vertx, String name, Tools tools, ImagePace images) {
        this.images = images;
        this.vertx = vertx;
        this.name = name;
        this.tools = tools;
        this.generation = new Generation(vertx, "");
    }

    /** One of the models that come one after the other, by its address on the bus; any thread may ask it. */
    record Generation(Vertx vertx, String address) {

        /** As {@link ModelLink#read}; fails when another one serves meanwhile. */
        @SuppressWarnings("unchecked") // the model answers a question with its own type
        <R> Future<@Nullable Reading<R>> read(Question<R> question, @Nullable Long position) {
            return request(new ModelMessage.Ask(question, position))
                    .map(answer -> (Reading<R>) ((ModelMessage.Answer) answer).reading());
        }

        Future<ModelMessage> request(ModelMessage message) {
            return vertx.eventBus()
                    .<ModelMessage>request(address, message, LocalBus.options())
                    .map(Message::body);
        }
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
    record Staged(Projection projection, Generation generation, String deployment) {}

    /** Makes a projection ready to be the next generation; waits until it is. */
    Staged stage(Projection projection) {
        Snapshots snapshots = tools.replayer().snapshots();
        Snapshots.Pace pace = deployment == null ? snapshots.pace(id, projection.position()) : snapshots.freshPace(id);
        if (deployment == null) {
            pace.offer(projection);
        }
        // Numbers are never used twice in a process, so that no message can reach the model of a writer that is
        // closing.
        ModelConsumer next = new ModelConsumer(
                "model." + name + "." + tools.generations().incrementAndGet(),
                name,
                projection,
                new ModelConsumer.Paces(pace, images),
                tools.models());
        return new Staged(
                projection,
                new Generation(vertx, next.address()),
                vertx.deployVerticle(next).await());
    }

    /** Takes back a projection, unless it was made the next generation. */
    void drop(Staged staged) {
        if (!staged.generation().equals(generation)) {
            vertx.undeploy(staged.deployment());
        }
    }

    /** Makes a projection the next generation; the last one answers what it was asked and goes. Does not wait. */
    void adopt(Staged next) {
        String old = deployment;
        Generation last = generation;
        boolean oldWorks = trouble == null && old != null;
        PluginBinding binding = next.projection().binding();
        deployment = next.deployment();
        generation = next.generation();
        check = new ReplayCheck(
                vertx,
                tools.checks(),
                generation,
                new Recheck.Model(name, id, binding),
                next.projection().position());
        trouble = null;
        tools.models().watchdog().quarantine().end(name, binding);
        if (old != null) {
            Future<?> answered = oldWorks ? last.read(p -> 0, null) : Future.succeededFuture();
            answered.onComplete(done -> vertx.undeploy(old));
        }
    }

    /** Asks the model and waits. */
    ModelMessage ask(ModelMessage question) {
        return generation.request(question).await();
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

    private <R> Future<@Nullable Reading<R>> read(Question<R> question, @Nullable Long position, boolean again) {
        Trouble found = trouble;
        return found != null
                ? Future.succeededFuture(new Reading.Failed<>(found))
                : generation
                        .read(question, position)
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
        Generation asked = generation;
        ReplayCheck checked = check;
        asked.request(new ModelMessage.Apply(steps)).onComplete(answered -> {
            if (answered.result() instanceof ModelMessage.Applied(long position)) {
                publish(new Published(name, first, position));
                if (checked != null) {
                    checked.offer(position, trouble -> fail(asked, trouble));
                }
            } else {
                fail(
                        asked,
                        answered.result() instanceof ModelMessage.Broken(Trouble failed, boolean forGood)
                                ? failed
                                : new Trouble.Unexpected("The model did not answer: " + answered.cause()));
            }
        });
    }

    private void fail(Generation failed, Trouble found) {
        if (failed.equals(generation)) {
            LOG.error("the simulation {} has no model any more: {}", name, found);
            setTrouble(found);
        }
    }

    void publish(Published published) {
        vertx.eventBus().publish(Published.address(name), published, LocalBus.options());
    }
}
