package pagefold.model;

/**
 * Which plugin projects a simulation, and how.
 *
 * @param plugin id of the plugin, as {@code arm64}
 * @param version version of the plugin
 * @param profile a profile of that plugin, as {@code 4k-48}
 * @param coarsening what happens to what the profile cannot hold exactly
 */
public record PluginBinding(String plugin, String version, String profile, Coarsening coarsening) {

    /** What happens to a region that does not fit the profile's granule or permissions. */
    public enum Coarsening {
        /** The command is rejected with the numbers. */
        REJECT,
        /** The region is rounded outwards and its permissions upwards; both are counted. */
        WIDEN
    }

    public PluginBinding {
        Names.checkIdentifier("plugin", plugin);
        Names.checkIdentifier("plugin version", version);
        Names.checkIdentifier("profile", profile);
    }
}
