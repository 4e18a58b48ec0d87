package pagefold.host;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pagefold.model.Names;
import pagefold.model.Rejection;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.OperationReplay;
import pagefold.spi.Profile;

/**
 * The plugins of one server.
 *
 * <p><b>Guarantees.</b>
 *
 * <ol>
 *   <li>A jar is read once, from bytes; what was digested is what runs.
 *   <li>A plugin sees the platform, the SPI packages and its own jar.
 *   <li>Nothing here or in the platform holds on to a plugin that was unloaded.
 *   <li>Safe for use by several threads.
 * </ol>
 */
public final class PluginHost implements AutoCloseable {
    /** The plugins that come with the server, as resources of the class path. */
    public static final List<String> BUILT_IN = List.of("plugins/pagefold-arm64.jar", "plugins/pagefold-arm32.jar");
    /** Largest jar, in bytes. */
    public static final int MAX_JAR_BYTES = JarEntries.MAX_JAR_BYTES;
    /** Most jars loaded at one time. */
    public static final int MAX_JARS = 64;

    private static final Logger LOG = LoggerFactory.getLogger(PluginHost.class);
    private static final Comparator<LoadedPlugin> BY_ID_NEWEST_FIRST = Comparator.comparing(LoadedPlugin::id)
            .thenComparing((left, right) -> Versions.compare(right.version(), left.version()));

    private static final String SERVICE_FILE = "META-INF/services/" + ArchitecturePlugin.class.getName();

    private final Trust trust;
    private final List<Jar> jars = new ArrayList<>();

    private record Jar(
            String digest, JarClassLoader loader, List<LoadedPlugin> plugins, List<OperationReplay> replays) {}

    /** The answer to a question for a plugin. */
    public sealed interface Lookup {
        /**
         * The plugin is there.
         *
         * @param plugin in the version asked for, or the newest
         * @param profile of that plugin
         */
        record Found(LoadedPlugin plugin, Profile profile) implements Lookup {}

        /** No plugin, version or profile of that name is there. */
        record Missing(Rejection.NoSuchPlugin rejection) implements Lookup {}
    }

    /** A selection that is under way: the plugin is not retired before it is closed. */
    public interface Lease extends AutoCloseable {
        @Override
        void close();
    }

    /** A host without any plugin, which trusts nobody. */
    public PluginHost() {
        this(Trust.NOBODY);
    }

    /** A host without any plugin. */
    public PluginHost(Trust trust) {
        this.trust = trust;
    }

    /**
     * A host with the plugins that come with the server; one whose resource is not on the class path is passed over.
     *
     * @throws IOException when a resource cannot be read
     */
    public static PluginHost withBuiltIn(ClassLoader resources) throws IOException {
        return withBuiltIn(resources, Trust.NOBODY);
    }

    /** The same, for a server to which others can be added. */
    public static PluginHost withBuiltIn(ClassLoader resources, Trust trust) throws IOException {
        PluginHost host = new PluginHost(trust);
        for (String name : BUILT_IN) {
            try (InputStream in = resources.getResourceAsStream(name)) {
                if (in == null) {
                    LOG.warn("the plugin {} is not on the class path", name);
                    continue;
                }
                host.loadUnlessEmpty(name, in.readNBytes(JarEntries.MAX_JAR_BYTES + 1));
            }
        }
        return host;
    }

    private void loadUnlessEmpty(String name, byte[] jar) {
        if (JarEntries.read(jar).containsKey(SERVICE_FILE)) {
            load(jar);
        } else {
            LOG.warn("the jar {} declares no plugin", name);
        }
    }

    /**
     * Plugins that are ready and that nobody can find yet.
     *
     * <p>To read a jar runs code of its plugins, which may take its time; the host goes on meanwhile.
     */
    public static final class ReadJar {
        private final byte[] bytes;
        private final byte @Nullable [] signature;
        private final Jar jar;

        private ReadJar(byte[] bytes, byte @Nullable [] signature, Jar jar) {
            this.bytes = bytes;
            this.signature = signature;
            this.jar = jar;
        }

        /** What is in it. */
        public List<LoadedPlugin> plugins() {
            return jar.plugins();
        }

        /** The bytes that were read; not to be changed. */
        public byte[] bytes() {
            return bytes;
        }

        /** The signature over those bytes that was given. */
        public byte @Nullable [] signature() {
            return signature;
        }
    }

    /**
     * Reads the plugins of a jar, when it is trusted.
     *
     * @param jar the bytes of the archive
     * @param signature over those bytes, or {@code null}
     * @throws Trust.UntrustedJar when nobody who is trusted has signed it
     * @throws IllegalArgumentException when it is no plugin jar, or is beyond a limit
     */
    public ReadJar read(byte[] jar, byte @Nullable [] signature) {
        if (jar.length > MAX_JAR_BYTES) {
            throw new IllegalArgumentException(
                    "expected a plugin jar of at most " + MAX_JAR_BYTES + " bytes, but it has more");
        }
        return new ReadJar(jar, signature, read(jar, trust.signer(jar, signature)));
    }

    /**
     * Makes the plugins of a jar known.
     *
     * @return what it declares, at least one plugin
     * @throws IllegalArgumentException when there are too many jars, or one has a plugin in that version already; nothing
     *     has changed then
     */
    public List<LoadedPlugin> load(ReadJar read) {
        return load(read.jar);
    }

    /**
     * Loads the plugins of a jar that comes with the server.
     *
     * @param jar the bytes of the archive
     * @return what it declares, at least one plugin
     * @throws IllegalArgumentException as when a jar is read and made known
     */
    public List<LoadedPlugin> load(byte[] jar) {
        return load(read(jar, (String) null));
    }

    private static Jar read(byte[] jar, @Nullable String signer) {
        String digest = digest(jar);
        Map<String, byte[]> entries = JarEntries.read(jar);
        ClassLoader parent = new SpiClassLoader(ArchitecturePlugin.class.getClassLoader());
        JarClassLoader loader = new JarClassLoader(digest.substring(0, 12), entries, parent);
        return new Jar(digest, loader, discover(loader, digest, signer), replays(loader));
    }

    private synchronized List<LoadedPlugin> load(Jar jar) {
        if (jars.size() == MAX_JARS) {
            throw new IllegalArgumentException("expected at most " + MAX_JARS + " plugin jars, but this is one more");
        }
        for (LoadedPlugin plugin : jar.plugins()) {
            if (named(plugin.id(), plugin.version()) != null) {
                throw new IllegalArgumentException("expected a new version of the plugin " + plugin.id() + ", but "
                        + plugin.version() + " is loaded already");
            }
        }
        jars.add(jar);
        for (LoadedPlugin plugin : jar.plugins()) {
            LOG.info("loaded the plugin {} {} (SHA-256 {})", plugin.id(), plugin.version(), jar.digest());
        }
        return jar.plugins();
    }

    private static List<LoadedPlugin> discover(JarClassLoader loader, String digest, @Nullable String signer) {
        List<LoadedPlugin> plugins = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        try {
            for (ArchitecturePlugin found : ServiceLoader.load(ArchitecturePlugin.class, loader)) {
                if (found.getClass().getClassLoader() != loader) {
                    continue;
                }
                LoadedPlugin plugin = new LoadedPlugin(found, digest, signer);
                if (!Names.isValid(plugin.id())
                        || !Names.isValid(plugin.version())
                        || plugin.profiles().isEmpty()
                        || !seen.add(plugin.id() + " " + plugin.version())) {
                    throw new IllegalArgumentException("expected plugins with a name, a version and a profile, each"
                            + " once, but found '" + plugin.id() + "' '" + plugin.version() + "' with "
                            + plugin.profiles().size() + " profiles");
                }
                plugins.add(plugin);
            }
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new IllegalArgumentException("expected a plugin jar whose classes link, but: " + e.getMessage(), e);
        }
        if (plugins.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected a jar that declares a plugin in " + SERVICE_FILE + ", but it declares none of its own");
        }
        return List.copyOf(plugins);
    }

    private static List<OperationReplay> replays(JarClassLoader loader) {
        try {
            return ServiceLoader.load(OperationReplay.class, loader).stream()
                    .filter(provider -> provider.type().getClassLoader() == loader)
                    .map(ServiceLoader.Provider::get)
                    .toList();
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new IllegalArgumentException("expected a plugin jar whose replays link, but: " + e.getMessage(), e);
        }
    }

    /**
     * Forgets the jar of a plugin, and with it all plugins of that jar.
     *
     * @return whether it was loaded
     */
    public synchronized boolean unload(String id, String version) {
        for (Jar jar : jars) {
            if (jar.plugins().stream()
                    .anyMatch(
                            plugin -> plugin.id().equals(id) && plugin.version().equals(version))) {
                jars.remove(jar);
                jar.loader().close();
                LOG.info("unloaded the plugin {} {} (SHA-256 {})", id, version, jar.digest());
                return true;
            }
        }
        return false;
    }

    /** The plugins of the jar that has a plugin; none when it is not loaded. */
    public synchronized List<LoadedPlugin> together(String id, String version) {
        LoadedPlugin named = named(id, version);
        return jars.stream()
                .filter(jar -> named != null && jar.plugins().contains(named))
                .map(Jar::plugins)
                .findFirst()
                .orElse(List.of());
    }

    /** Begins a selection of a plugin; {@code null} when it is not there, or is being retired. */
    public @Nullable Lease lease(String id, String version) {
        LoadedPlugin plugin;
        synchronized (this) {
            plugin = named(id, version);
        }
        return plugin != null && plugin.lease() ? plugin::release : null;
    }

    /** Refuses selections of plugins from now on, or allows them again. */
    public void setRetiring(List<LoadedPlugin> plugins, boolean retiring) {
        plugins.forEach(plugin -> plugin.setRetiring(retiring));
    }

    /** Waits until no selection of plugins is under way; false when one still is. */
    public boolean drain(List<LoadedPlugin> plugins, long millis) {
        try {
            boolean drained = true;
            for (LoadedPlugin plugin : plugins) {
                drained &= plugin.drain(millis);
            }
            return drained;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** All plugins, by id, the newest version of each first. */
    public synchronized List<LoadedPlugin> plugins() {
        return jars.stream()
                .flatMap(jar -> jar.plugins().stream())
                .sorted(BY_ID_NEWEST_FIRST)
                .toList();
    }

    /**
     * The plugin with that profile.
     *
     * @param version the version, or {@code null} for the newest one
     */
    public Lookup find(String id, @Nullable String version, String profileName) {
        for (LoadedPlugin plugin : plugins()) {
            if (plugin.id().equals(id) && (version == null || plugin.version().equals(version))) {
                Profile profile = plugin.profile(profileName);
                if (profile != null) {
                    return new Lookup.Found(plugin, profile);
                }
            }
        }
        return new Lookup.Missing(
                new Rejection.NoSuchPlugin(id, version == null ? "(newest)" : version, profileName, available()));
    }

    /** What replays records of a format, of the jar loaded last, if one has it. */
    public synchronized @Nullable OperationReplay replay(String format) {
        for (Jar jar : jars.reversed()) {
            for (OperationReplay replay : jar.replays()) {
                if (replay.format().equals(format)) {
                    return replay;
                }
            }
        }
        return null;
    }

    private @Nullable LoadedPlugin named(String id, String version) {
        return plugins().stream()
                .filter(plugin -> plugin.id().equals(id) && plugin.version().equals(version))
                .findFirst()
                .orElse(null);
    }

    private String available() {
        String all = plugins().stream()
                .map(plugin -> plugin.id() + " " + plugin.version() + " ("
                        + plugin.profiles().stream().map(Profile::name).collect(Collectors.joining(", ")) + ")")
                .collect(Collectors.joining("; "));
        return all.isEmpty() ? "none" : all;
    }

    /** Forgets all plugins. */
    @Override
    public synchronized void close() {
        jars.forEach(jar -> jar.loader().close());
        jars.clear();
    }

    private static String digest(byte[] jar) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(jar));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("expected SHA-256 in every Java platform, but: " + e, e);
        }
    }
}
