package pagefold.table;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.StateSink;
import pagefold.model.StateSource;

/** Everything that a {@link TableModel} knows, in the order in which it is written down and read back. */
record TableModelImage(
        TableMemory memory,
        FramePool pool,
        Backings backings,
        NavigableMap<String, ModelSpace> spaces,
        @Nullable Widening widening) {
    /** Raised whenever what is saved, or what words events leave, changes: an image of another version is not restored. */
    private static final int VERSION = 4;

    void save(StateSink sink) {
        sink.number(VERSION);
        memory.save(sink);
        pool.save(sink);
        backings.save(sink);
        sink.number(spaces.size());
        spaces.forEach((name, space) -> {
            sink.text(name);
            sink.text(space.regime().kind().name());
            sink.number(space.table().root());
            sink.number(space.isCopy() ? 1 : 0);
            space.table().editor().shared().save(sink);
            space.table().entries().save(sink);
            PageTable kernel = space.table().entries().kernel();
            sink.number(kernel == null ? 0 : 1);
            if (kernel != null) {
                sink.text(kernel.editor().space());
            }
        });
        if (widening != null) {
            widening.save(sink);
        }
    }

    /** Reads into parts that are new. */
    void restore(StateSource source, ModelSetup setup) {
        long version = source.number();
        if (version != VERSION) {
            throw new IllegalStateException(
                    "expected an image of version " + VERSION + ", but it is of version " + version);
        }
        memory.restore(source);
        pool.restore(source);
        backings.restore(source);
        Map<String, String> carried = new TreeMap<>();
        for (int left = source.count(Simulation.MAX_SPACES); left > 0; left--) {
            String name = source.text();
            TranslationRegime regime = setup.regime(source.value(SpaceKind.class));
            ModelSpace space = new ModelSpace(name, source.number(), regime, memory, backings);
            if (source.count(1) == 1) {
                space.becomeCopy();
            }
            space.table().editor().shared().restore(source);
            space.table().entries().restore(source);
            if (source.count(1) == 1) {
                carried.put(name, source.text());
            }
            spaces.put(name, space);
        }
        carried.forEach((process, kernel) -> CarriedKernel.link(spaces, process, kernel));
        if (widening != null) {
            widening.restore(source);
        }
    }
}
