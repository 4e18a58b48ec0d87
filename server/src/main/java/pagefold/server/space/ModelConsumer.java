package pagefold.server.space;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.server.replay.Projection;
import pagefold.server.replay.Reading;
import pagefold.server.replay.Snapshots;
import pagefold.server.replay.Trouble;
import pagefold.server.watch.PluginFailure;
import pagefold.server.watch.PluginThreads;
import pagefold.server.watch.Sequence;

/**
 * One generation of a simulation's model, a consumer on the event bus.
 *
 * <p>Messages are worked off one at a time, in the order in which they were sent, on watched threads: a check sees every
 * apply that was sent before it, and so does a read. When the plugin does not return from one, that message and all
 * later ones are answered with the failure.
 */
final class ModelConsumer extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ModelConsumer.class);

    private final String address;
    private final Projection projection;
    private final Snapshots.Pace pace;
    private final ImagePace images;
    private final Sequence sequence;
    private @Nullable MessageConsumer<ModelMessage> consumer;
    private Trouble.@Nullable ModelFailed failure;

    ModelConsumer(String address, String simulation, Projection projection, Paces paces, PluginThreads threads) {
        this.address = address;
        this.projection = projection;
        this.pace = paces.snapshots();
        this.images = paces.images();
        this.sequence = new Sequence(threads, simulation);
    }

    /** When what is kept of the model's states: in the log, and in memory. */
    record Paces(Snapshots.Pace snapshots, ImagePace images) {}

    String address() {
        return address;
    }

    @Override
    public Future<?> start() {
        MessageConsumer<ModelMessage> local = vertx.eventBus().localConsumer(address);
        consumer = local;
        local.handler(message -> sequence.execute(() -> receive(message), failed -> giveUp(message, failed)));
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        MessageConsumer<ModelMessage> local = consumer;
        return local == null ? Future.succeededFuture() : local.unregister();
    }

    private void receive(Message<ModelMessage> message) {
        Trouble.ModelFailed failed = failure;
        ModelMessage answer = failed != null
                ? broken(message.body(), failed)
                : switch (message.body()) {
                    case ModelMessage.Check check -> check(check);
                    case ModelMessage.Apply apply -> apply(apply);
                    case ModelMessage.Ask ask -> ask(ask);
                    case ModelMessage other -> throw unexpected(other);
                };
        message.reply(answer, LocalBus.options());
        if (answer instanceof ModelMessage.Applied) {
            // Behind the answer: whoever waits for it need not wait for this.
            pace.offer(projection);
            images.offer(projection);
        }
    }

    private void giveUp(Message<ModelMessage> message, Throwable failed) {
        Trouble trouble = failed instanceof PluginFailure known
                ? Trouble.ModelFailed.of(known)
                : new Trouble.Unexpected("The model cannot be used: " + failed);
        message.reply(broken(message.body(), trouble), LocalBus.options());
    }

    /** What a question to a model that is of no use is answered. */
    private static ModelMessage broken(ModelMessage question, Trouble trouble) {
        return question instanceof ModelMessage.Ask
                ? new ModelMessage.Answer(new Reading.Failed<>(trouble))
                : new ModelMessage.Broken(trouble, true);
    }

    private static IllegalStateException unexpected(ModelMessage message) {
        return new IllegalStateException("expected a question to a model, but an answer came: " + message);
    }

    private ModelMessage check(ModelMessage.Check check) {
        try {
            return new ModelMessage.Checked(projection.check(check.steps()));
        } catch (PluginFailure e) {
            // Nothing was written and the model is as before: only the units that were checked are refused.
            LOG.error("{}: {}", address, e.reason(), e);
            return new ModelMessage.Broken(Trouble.ModelFailed.of(e), false);
        }
    }

    private ModelMessage apply(ModelMessage.Apply apply) {
        try {
            pace.apply(projection, apply.steps());
            return new ModelMessage.Applied(projection.position());
        } catch (PluginFailure e) {
            LOG.error("{}: {}; the model is out of use until another plugin is selected", address, e.reason(), e);
            Trouble.ModelFailed failed = Trouble.ModelFailed.of(e);
            failure = failed;
            return new ModelMessage.Broken(failed, true);
        }
    }

    private ModelMessage ask(ModelMessage.Ask ask) {
        Long position = ask.position();
        return position != null && position != projection.position()
                ? new ModelMessage.Answer(null)
                : new ModelMessage.Answer(projection.answer(ask.question()));
    }
}
