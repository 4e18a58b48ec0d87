package pagefold.server.space;

import java.util.concurrent.atomic.AtomicLong;
import pagefold.host.PluginHost;
import pagefold.server.log.EventLog;
import pagefold.server.replay.Replayer;
import pagefold.server.watch.PluginThreads;

/**
 * What every writer of a server works with.
 *
 * @param log the log of the server
 * @param host its plugins
 * @param replayer over both
 * @param models where models work
 * @param replays where histories are replayed
 * @param generations counts the models made
 */
record Tools(
        EventLog log,
        PluginHost host,
        Replayer replayer,
        PluginThreads models,
        PluginThreads replays,
        AtomicLong generations) {}
