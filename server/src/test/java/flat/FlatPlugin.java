package flat;

import java.util.List;
import java.util.Set;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Capability;
import pagefold.spi.Profile;
import pagefold.table.PageTableModel;

/** Profiles: {@code wide} holds everything, {@code narrow} nothing at or above 4 GiB, {@code crowded} has
 * no room for more than a few steps of one check, {@code faulty} fails on demand, {@code stuck} does not
 * return on demand, {@code unsteady} makes something else of an event every time. */
public final class FlatPlugin implements ArchitecturePlugin {

    /** For the service loader. */
    public FlatPlugin() {}

    @Override
    public String id() {
        return "flat";
    }

    @Override
    public String version() {
        return "1.0";
    }

    @Override
    public List<Profile> profiles() {
        return List.of(flat("wide"), flat("narrow"), flat("crowded"), flat("faulty"), flat("stuck"), flat("unsteady"));
    }

    private static Profile flat(String name) {
        return new Profile(name, "A flat list of leaves", 12, 64, 64, Set.of(Capability.USER_SPACE));
    }

    @Override
    public PageTableModel newModel(String profile, Coarsening coarsening) {
        return new FlatModel(profile);
    }
}
