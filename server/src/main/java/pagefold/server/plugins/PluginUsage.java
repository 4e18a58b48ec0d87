package pagefold.server.plugins;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.host.CapabilityNeeds;
import pagefold.host.PluginHost;
import pagefold.model.MemoryEvent;
import pagefold.model.PluginBinding;
import pagefold.server.log.EventLog;
import pagefold.server.log.NoSuchSimulation;
import pagefold.spi.Capability;
import pagefold.spi.Profile;

/** Finds in the log who uses what. Reads all histories: not for event loops. */
public final class PluginUsage {
    private final EventLog log;
    private final PluginHost host;

    /**
     * What is asked.
     *
     * @param plugin only under this plugin, or {@code null} for all
     * @param version only under this version of it, or {@code null} for all
     * @param capability only events that need it, or {@code null} for all
     */
    public record Query(
            @Nullable String plugin,
            @Nullable String version,
            @Nullable Capability capability) {
        boolean matches(@Nullable PluginBinding binding) {
            return binding != null
                    && (plugin == null || binding.plugin().equals(plugin))
                    && (version == null || binding.version().equals(version));
        }
    }

    /**
     * One simulation that uses it.
     *
     * @param simulation its name
     * @param position its head
     * @param selected whether the plugin is selected there now
     * @param binding what is selected now
     * @param events how many events match
     * @param first position of the first of them
     * @param last position of the last of them
     */
    public record Entry(
            String simulation,
            long position,
            boolean selected,
            @Nullable PluginBinding binding,
            long events,
            long first,
            long last) {}

    /** Usage of a log, with the plugins of a host. */
    public PluginUsage(EventLog log, PluginHost host) {
        this.log = log;
        this.host = host;
    }

    /** The simulations that have, or had, something to do with it, by name. */
    public List<Entry> of(Query query) {
        List<Entry> entries = new ArrayList<>();
        log.forEach(each -> {
            Scan scan = new Scan(query);
            try {
                log.read(each.name(), 1, event -> {
                    scan.take(event.position(), event.event());
                    return true;
                });
            } catch (NoSuchSimulation e) {
                // Deleted while the others were read.
                return;
            }
            if (scan.events > 0) {
                entries.add(scan.entry(each.name()));
            }
        });
        return entries;
    }

    /** One history. */
    private final class Scan {
        private final Query query;
        private final CapabilityNeeds needs = new CapabilityNeeds();
        private @Nullable PluginBinding binding;
        private boolean declared;
        private long position;
        private long events;
        private long first;
        private long last;

        Scan(Query query) {
            this.query = query;
        }

        void take(long at, MemoryEvent event) {
            position = at;
            if (event instanceof MemoryEvent.PluginSelected selected) {
                binding = selected.binding();
                declared = declares(selected.binding());
            }
            boolean needed = isNeeded(event);
            if (needed && query.matches(binding)) {
                events++;
                first = first == 0 ? at : first;
                last = at;
            }
        }

        private boolean isNeeded(MemoryEvent event) {
            Capability capability = query.capability();
            boolean byEvent = needs.next(event).contains(capability);
            return capability == null || (CapabilityNeeds.isOfEvents(capability) ? byEvent : declared);
        }

        /** Of a capability that no event shows, whatever happens under a profile that has it counts. */
        private boolean declares(PluginBinding to) {
            return query.capability() != null
                    && host.find(to.plugin(), to.version(), to.profile())
                            instanceof PluginHost.Lookup.Found(var plugin, Profile profile)
                    && profile.capabilities().contains(query.capability());
        }

        Entry entry(String name) {
            return new Entry(name, position, query.matches(binding), binding, events, first, last);
        }
    }
}
