package pagefold.server.space;

import java.util.concurrent.atomic.AtomicLong;
import pagefold.host.PluginHost;
import pagefold.server.log.EventLog;
import pagefold.server.replay.Recheck;
import pagefold.server.replay.Replayer;
import pagefold.server.watch.PluginThreads;
import pagefold.server.watch.Watchdog;

/**
 * What every writer of a server works with.
 *
 * @param log the log of the server
 * @param host its plugins
 * @param replayer over both
 * @param models where models work
 * @param replays where histories are replayed
 * @param checks of models, now and then
 * @param generations counts the models made
 * @param neighbours the other servers that share the log
 */
record Tools(
        EventLog log,
        PluginHost host,
        Replayer replayer,
        PluginThreads models,
        PluginThreads replays,
        ReplayChecks checks,
        AtomicLong generations,
        Neighbours neighbours) {

    static Tools of(EventLog log, PluginHost host, Replayer replayer, Watchdog watchdog, Neighbours neighbours) {
        int processors = Runtime.getRuntime().availableProcessors();
        // What waits for these has been let in by the limits of simulations.
        int many = Integer.MAX_VALUE;
        return new Tools(
                log,
                host,
                replayer,
                new PluginThreads(watchdog, "pagefold-model", Math.max(4, 2 * processors), "turns of models", many),
                new PluginThreads(watchdog, "pagefold-replay", Math.max(2, processors), "replays", many),
                new ReplayChecks(
                        new PluginThreads(watchdog, "pagefold-check", 1, "checks of models", 1), new Recheck(replayer)),
                new AtomicLong(),
                neighbours);
    }
}
