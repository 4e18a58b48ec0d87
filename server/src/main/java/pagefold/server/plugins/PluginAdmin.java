package pagefold.server.plugins;

import java.io.IOException;
import java.util.List;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.host.LoadedPlugin;
import pagefold.host.PluginHost;
import pagefold.server.plugins.PluginUsage.Entry;
import pagefold.server.plugins.PluginUsage.Query;

/** Adds plugins to a running server, and retires them. Reads files and the log: not for event loops. */
public final class PluginAdmin {
    private static final Logger LOG = LoggerFactory.getLogger(PluginAdmin.class);
    private static final long DRAIN_MILLIS = 60_000;

    private final PluginHost host;
    private final PluginDirectory directory;
    private final PluginUsage usage;
    private final BiConsumer<String, String> forget;

    /** What became of a retirement. */
    public sealed interface Retirement {
        /** The plugin is gone, and with it all that came in its jar. */
        record Retired(List<String> plugins) implements Retirement {}

        /** Simulations have it selected; nothing has changed. */
        record InUse(List<Entry> simulations) implements Retirement {}

        /** Swaps to it did not end in time; nothing has changed. */
        record Busy() implements Retirement {}

        /** There is no such plugin. */
        record Missing() implements Retirement {}
    }

    /**
     * The plugins of a server.
     *
     * @param forget drops what is kept in memory of a plugin and a version, besides the models of open simulations
     */
    public PluginAdmin(
            PluginHost host, PluginDirectory directory, PluginUsage usage, BiConsumer<String, String> forget) {
        this.host = host;
        this.directory = directory;
        this.usage = usage;
        this.forget = forget;
    }

    /**
     * Makes the plugins of a jar known and keeps it for the next start.
     *
     * @throws IllegalArgumentException when it has a plugin that is there already
     * @throws IOException when it cannot be kept; it is not known then
     */
    public synchronized List<LoadedPlugin> add(PluginHost.ReadJar read) throws IOException {
        List<LoadedPlugin> plugins = host.load(read);
        LoadedPlugin first = plugins.getFirst();
        try {
            directory.keep(first, read.bytes(), read.signature());
            return plugins;
        } catch (IOException e) {
            host.unload(first.id(), first.version());
            throw e;
        }
    }

    /** Retires a plugin in one version, with all that came in its jar, unless a simulation has one of them selected. */
    public synchronized Retirement retire(String id, String version) throws IOException {
        List<LoadedPlugin> jar = host.together(id, version);
        if (jar.isEmpty()) {
            return new Retirement.Missing();
        }
        host.setRetiring(jar, true);
        boolean done = false;
        try {
            if (!host.drain(jar, DRAIN_MILLIS)) {
                return new Retirement.Busy();
            }
            for (LoadedPlugin plugin : jar) {
                List<Entry> selected = usage.of(new Query(plugin.id(), plugin.version(), null)).stream()
                        .filter(Entry::selected)
                        .toList();
                if (!selected.isEmpty()) {
                    return new Retirement.InUse(selected);
                }
            }
            directory.forget(jar.getFirst());
            host.unload(id, version);
            jar.forEach(plugin -> forget.accept(plugin.id(), plugin.version()));
            done = true;
            LOG.info("retired the plugin {} {}", id, version);
            return new Retirement.Retired(jar.stream()
                    .map(plugin -> plugin.id() + " " + plugin.version())
                    .toList());
        } finally {
            if (!done) {
                host.setRetiring(jar, false);
            }
        }
    }
}
