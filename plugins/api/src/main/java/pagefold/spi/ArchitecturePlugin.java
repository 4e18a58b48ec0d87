package pagefold.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.table.PageTableModel;

/**
 * One architecture, found by {@link java.util.ServiceLoader} in a class loader of its own.
 *
 * <p><b>Guarantees.</b>
 *
 * <ol>
 *   <li>No clock, no chance, no thread, no input or output, no static mutable state.
 *   <li>Everything it hands out is of types of the host's packages or of java.base.
 *   <li>A new version has a new version number, whatever changed.
 * </ol>
 */
public interface ArchitecturePlugin {

    /** Short name, as {@code arm64}. */
    String id();

    /** Version, as {@code 1.0}. */
    String version();

    /** The profiles, the default one first. */
    List<Profile> profiles();

    /** The options that a name of a profile may be followed by, in the order in which they must stand. */
    default List<ProfileOption> options() {
        return List.of();
    }

    /**
     * The profile of a name, or {@code null} when there is none. A plugin may know names beyond {@link #profiles}, which
     * add {@link #options} to one of them.
     */
    default @Nullable Profile profile(String name) {
        return profiles().stream()
                .filter(profile -> profile.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /**
     * An empty model.
     *
     * @param profile a name that {@link #profile} knows
     * @throws IllegalArgumentException when there is no such profile
     */
    PageTableModel newModel(String profile, Coarsening coarsening);

    /**
     * Reads a captured machine of this architecture. Only plugins with {@link Capability#CAPTURES} in a profile say how.
     *
     * @throws IllegalArgumentException when a register that is needed is missing or has no meaning, or the plugin reads
     *     no captured machines; the sentence says which
     */
    default CapturedMachine capture(Capture capture) {
        throw new IllegalArgumentException(
                "expected a plugin that reads captured machines, but " + id() + " " + version() + " does not");
    }
}
