package pagefold.host;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine;
import pagefold.spi.Profile;
import pagefold.table.PageTableModel;

/** One plugin of one jar, ready to make models. */
public final class LoadedPlugin {
    private final ArchitecturePlugin plugin;
    private final String id;
    private final String version;
    private final String digest;
    private final List<Profile> profiles;

    LoadedPlugin(ArchitecturePlugin plugin, String digest) {
        this.plugin = plugin;
        this.id = plugin.id();
        this.version = plugin.version();
        this.digest = digest;
        this.profiles = List.copyOf(plugin.profiles());
    }

    public String id() {
        return id;
    }

    public String version() {
        return version;
    }

    /** SHA-256 of the jar, 64 hexadecimal digits. */
    public String digest() {
        return digest;
    }

    /** The profiles, the default one first. */
    public List<Profile> profiles() {
        return profiles;
    }

    /** The profile of that name, if the plugin has it; also one with options that it does not list. */
    public @Nullable Profile profile(String name) {
        return plugin.profile(name);
    }

    /**
     * An empty model.
     *
     * @throws IllegalArgumentException when there is no such profile
     */
    public PageTableModel newModel(String profile, Coarsening coarsening) {
        return plugin.newModel(profile, coarsening);
    }

    /**
     * Reads a captured machine.
     *
     * @throws IllegalArgumentException when something that is needed is missing; the sentence says what
     */
    public CapturedMachine capture(Capture capture) {
        return plugin.capture(capture);
    }
}
