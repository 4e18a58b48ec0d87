package sample;

import java.util.List;
import java.util.Map;
import java.util.Set;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.SpaceKind;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Capability;
import pagefold.spi.Profile;
import pagefold.table.ModelSetup;
import pagefold.table.PageTableModel;
import pagefold.table.TableModel;

/** The plugin: one profile, whose model is the engine's own for what {@link SampleRegime} says. */
public final class SamplePlugin implements ArchitecturePlugin {
    private static final Profile TWO_LEVELS = new Profile(
            "two-levels",
            "4K pages and 2M blocks, 30-bit virtual and 36-bit physical addresses",
            SampleRegime.GRANULE_BITS,
            SampleRegime.INPUT_BITS,
            SampleRegime.OUTPUT_BITS,
            Set.of(Capability.USER_SPACE));

    /** Tables lie from 4G on, at most 64M of them, and the frames of objects from 8G on. */
    private static final long TABLE_BASE = 1L << 32;

    private static final long TABLE_LIMIT = 64L << 20;
    private static final long FRAME_BASE = 1L << 33;

    /** For the service loader. */
    public SamplePlugin() {}

    @Override
    public String id() {
        return "sample";
    }

    @Override
    public String version() {
        return "1.0";
    }

    @Override
    public List<Profile> profiles() {
        return List.of(TWO_LEVELS);
    }

    @Override
    public PageTableModel newModel(String profile, Coarsening coarsening) {
        Profile found = profile(profile);
        if (found == null) {
            throw new IllegalArgumentException("expected the profile two-levels, but it is '" + profile + "'");
        }
        return new TableModel(new ModelSetup(
                id(),
                found.name(),
                found.granuleBits(),
                Map.of(SpaceKind.USER, new SampleRegime(found.capabilities())),
                TABLE_BASE,
                TABLE_LIMIT,
                FRAME_BASE,
                (1L << found.outputBits()) - FRAME_BASE,
                coarsening));
    }
}
