package pagefold.testkit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressSpace;
import pagefold.model.Hex;
import pagefold.model.MemoryEvent.RangeMapped;
import pagefold.model.Output;
import pagefold.model.Region;
import pagefold.model.Sharing;
import pagefold.model.Step;

/** Remembers which frame showed what: the same content keeps its frame, and no frame shows two contents. */
final class FrameWitness {
    private final Map<Object, Long> frames = new HashMap<>();
    private final Map<Long, Object> contents = new HashMap<>();

    /**
     * A page has been seen.
     *
     * @return what is wrong with it, or {@code null}
     */
    @Nullable
    String seen(Object content, long frame) {
        Long known = frames.putIfAbsent(content, frame);
        if (known != null && known != frame) {
            return "the frame " + Hex.address(frame) + " shows what was in " + Hex.address(known);
        }
        Object other = contents.putIfAbsent(frame, content);
        return other != null && !other.equals(content)
                ? "the frame " + Hex.address(frame) + " shows " + content + " and " + other
                : null;
    }

    /** Forgets what no page shows any more, or none showed for a moment during a step: its frames are free. */
    void forget(Step step) {
        Set<String> objects = objectsThroughout(step);
        frames.entrySet().removeIf(entry -> {
            boolean isGone = PageOracle.isGone(entry.getKey(), objects);
            if (isGone) {
                contents.remove(entry.getValue());
            }
            return isGone;
        });
    }

    private static Set<String> objectsThroughout(Step step) {
        // What a new mapping replaces goes first, even where the same object comes back.
        RangeMapped mapped = step.event() instanceof RangeMapped event ? event : null;
        Set<String> objects = new HashSet<>();
        for (AddressSpace space : (mapped == null ? step.after() : step.before()).spaces()) {
            for (Region region : space.regions()) {
                boolean isReplaced = mapped != null
                        && mapped.space().equals(space.name())
                        && mapped.range().contains(region.range());
                if (!isReplaced
                        && region.output() instanceof Output.Backed(String object, long offset, Sharing sharing)) {
                    objects.add(object);
                }
                if (!isReplaced && region.output() instanceof Output.Repeated(String object)) {
                    objects.add(object);
                }
            }
        }
        return objects;
    }
}
