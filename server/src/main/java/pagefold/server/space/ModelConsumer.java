package pagefold.server.space;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.server.replay.Projection;
import pagefold.server.replay.ProjectionFailure;
import pagefold.server.replay.Snapshots;
import pagefold.server.replay.Trouble;

/**
 * One generation of a simulation's model, a consumer on the event bus.
 *
 * <p>Messages come one at a time, in the order in which they were sent, on a worker: a check sees every apply that was
 * sent before it, and so does a read.
 */
final class ModelConsumer extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ModelConsumer.class);

    private final String address;
    private final Projection projection;
    private final Snapshots.Pace pace;
    private @Nullable MessageConsumer<ModelMessage> consumer;
    private Trouble.@Nullable ModelFailed failure;

    ModelConsumer(String simulation, long generation, Projection projection, Snapshots.Pace pace) {
        this.address = "model." + simulation + "." + generation;
        this.projection = projection;
        this.pace = pace;
    }

    String address() {
        return address;
    }

    @Override
    public Future<?> start() {
        MessageConsumer<ModelMessage> local = vertx.eventBus().localConsumer(address);
        consumer = local;
        local.handler(this::receive);
        return Future.succeededFuture();
    }

    @Override
    public Future<?> stop() {
        MessageConsumer<ModelMessage> local = consumer;
        return local == null ? Future.succeededFuture() : local.unregister();
    }

    private void receive(Message<ModelMessage> message) {
        Trouble.ModelFailed failed = failure;
        ModelMessage answer = switch (message.body()) {
            case ModelMessage.Check check when failed == null -> check(check);
            case ModelMessage.Apply apply when failed == null -> apply(apply);
            case ModelMessage.Ask ask when failed == null -> ask(ask);
            case ModelMessage.Ask ask -> new ModelMessage.Answer(new pagefold.server.replay.Reading.Failed<>(failed));
            case ModelMessage.Check check -> new ModelMessage.Broken(failed);
            case ModelMessage.Apply apply -> new ModelMessage.Broken(failed);
            case ModelMessage.Checked answered -> throw unexpected(answered);
            case ModelMessage.Applied answered -> throw unexpected(answered);
            case ModelMessage.Answer answered -> throw unexpected(answered);
            case ModelMessage.Broken answered -> throw unexpected(answered);
        };
        message.reply(answer, LocalBus.options());
        if (answer instanceof ModelMessage.Applied) {
            // Behind the answer: whoever waits for it need not wait for this.
            pace.offer(projection);
        }
    }

    private static IllegalStateException unexpected(ModelMessage message) {
        return new IllegalStateException("expected a question to a model, but an answer came: " + message);
    }

    private ModelMessage check(ModelMessage.Check check) {
        try {
            return new ModelMessage.Checked(projection.check(check.steps()));
        } catch (ProjectionFailure e) {
            // Nothing was written and the model is as before: only the units that were checked are refused.
            LOG.error("{}: {}", address, e.reason(), e);
            return new ModelMessage.Broken(trouble(e));
        }
    }

    private ModelMessage apply(ModelMessage.Apply apply) {
        try {
            projection.apply(apply.steps());
            return new ModelMessage.Applied(projection.position());
        } catch (ProjectionFailure e) {
            LOG.error("{}: {}; the model is out of use until another plugin is selected", address, e.reason(), e);
            Trouble.ModelFailed failed = trouble(e);
            failure = failed;
            return new ModelMessage.Broken(failed);
        }
    }

    private Trouble.ModelFailed trouble(ProjectionFailure e) {
        return new Trouble.ModelFailed(e.position(), projection.binding(), e.reason());
    }

    private ModelMessage ask(ModelMessage.Ask ask) {
        Long position = ask.position();
        return position != null && position != projection.position()
                ? new ModelMessage.Answer(null)
                : new ModelMessage.Answer(projection.answer(ask.question()));
    }
}
