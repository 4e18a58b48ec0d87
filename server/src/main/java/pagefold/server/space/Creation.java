package pagefold.server.space;

import pagefold.model.PluginBinding;
import pagefold.model.Rejection;
import pagefold.server.replay.Trouble;

/** What became of the wish for a new simulation. */
public sealed interface Creation {

    /** It is there, at position 1, shown by that plugin. */
    record Created(PluginBinding binding, long position) implements Creation {}

    /** One of that name is there already. */
    record Exists(String simulation) implements Creation {}

    /** There are as many simulations as there may be. */
    record LimitReached(long limit) implements Creation {}

    /** The plugin is not there. */
    record Rejected(Rejection rejection) implements Creation {}

    /** It could not be made now. */
    record Failed(Trouble trouble) implements Creation {}
}
