package pagefold.host;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine;
import pagefold.spi.Profile;
import pagefold.spi.ProfileOption;
import pagefold.table.PageTableModel;

/** One plugin of one jar, ready to make models. */
public final class LoadedPlugin {
    /** How long a plugin may take to say whether it has a profile. */
    static final int ANSWER_MILLIS = 2000;

    private static final Logger LOG = LoggerFactory.getLogger(LoadedPlugin.class);

    private final ArchitecturePlugin plugin;
    private final String id;
    private final String version;
    private final String digest;
    private final @Nullable String signer;
    private final List<Profile> profiles;
    private final List<ProfileOption> options;
    /** Selections of it that are under way. Guarded by this object's monitor. */
    private int leases;
    /** Whether no selection of it may begin. Guarded by this object's monitor. */
    private boolean retiring;

    private volatile boolean isMute;

    LoadedPlugin(ArchitecturePlugin plugin, String digest, @Nullable String signer) {
        this.plugin = plugin;
        this.signer = signer;
        this.id = plugin.id();
        this.version = plugin.version();
        this.digest = digest;
        this.profiles = List.copyOf(plugin.profiles());
        this.options = List.copyOf(plugin.options());
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

    /** Name of the key that has signed the jar; {@code null} when none has. */
    public @Nullable String signer() {
        return signer;
    }

    /** Begins a selection; false when the plugin is being retired. */
    synchronized boolean lease() {
        leases += retiring ? 0 : 1;
        return !retiring;
    }

    synchronized void release() {
        leases--;
        notifyAll();
    }

    synchronized void setRetiring(boolean now) {
        retiring = now;
    }

    /** Waits until no selection is under way; false when one still is. */
    synchronized boolean drain(long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        for (long left = millis; leases > 0 && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
        return leases == 0;
    }

    /** The profiles, the default one first. */
    public List<Profile> profiles() {
        return profiles;
    }

    /** What may stand behind the name of a profile. */
    public List<ProfileOption> options() {
        return options;
    }

    /**
     * The profile of that name, if the plugin has it; also one with options that it does not list. A plugin that does not
     * say within {@value #ANSWER_MILLIS} ms has only those that it lists from then on.
     */
    public @Nullable Profile profile(String name) {
        for (Profile each : profiles) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        return isMute ? null : asked(name);
    }

    /** This is asked on all kinds of threads, event loops too. */
    private @Nullable Profile asked(String name) {
        CompletableFuture<@Nullable Profile> answer = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("pagefold-profile").start(() -> {
            try {
                answer.complete(plugin.profile(name));
            } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.get(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException e) {
            LOG.error("the plugin {} failed to say whether it has the profile '{}'", id, name, e);
            return null;
        } catch (TimeoutException e) {
            LOG.error("the plugin {} does not say whether it has the profile '{}' and is not asked again", id, name);
            isMute = true;
            return null;
        }
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
