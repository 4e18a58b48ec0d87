package pagefold.server.space;

import io.vertx.core.eventbus.Message;
import pagefold.model.MemoryCommand;

/** A unit that waits for its answer. */
final class Pending {
    private final Message<CommandUnit> message;

    Pending(Message<CommandUnit> message) {
        this.message = message;
    }

    CommandUnit unit() {
        return message.body();
    }

    /** The plugin that the unit selects; a unit that does stands alone. */
    boolean isSwap() {
        return unit().commands().getFirst() instanceof MemoryCommand.SelectPlugin;
    }

    void answer(UnitAnswer answer) {
        Lane.Place place = unit().place();
        if (place != null && !(answer instanceof UnitAnswer.Accepted)) {
            place.refuse();
        }
        message.reply(answer, LocalBus.options());
    }
}
