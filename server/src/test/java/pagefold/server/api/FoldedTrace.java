package pagefold.server.api;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import pagefold.model.AddressRange;
import pagefold.model.MemoryCommand;
import pagefold.server.importer.ImportOutcome;
import pagefold.server.importer.StraceImporter;
import pagefold.server.importer.StraceOptions;
import pagefold.server.wire.CommandCodec;

/**
 * The trace of a Python program that comes with the server, brought below 3 GiB, so that 32-bit tables hold it: in every
 * process each 256 MB that the trace touches become the next free 256 MB. What lies side by side stays side by side.
 */
final class FoldedTrace {
    private static final int SLOT_BITS = 28;
    private static final int SLOTS = 11;

    private final Map<String, Map<Long, Long>> spaces = new HashMap<>();

    private FoldedTrace() {}

    /** The commands of the trace, one JSON object a line. */
    static String lines() throws IOException {
        List<String> lines;
        try (var stream = Objects.requireNonNull(FoldedTrace.class.getResourceAsStream("/demo/python.strace"));
                var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            lines = reader.lines().toList();
        }
        if (!(StraceImporter.read(lines, StraceOptions.DEFAULT) instanceof ImportOutcome.Completed completed)) {
            throw new IllegalStateException("expected the trace to be read");
        }
        FoldedTrace trace = new FoldedTrace();
        return completed.commands().stream()
                .map(each -> new String(CommandCodec.encode(trace.folded(each.command())), StandardCharsets.UTF_8))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private MemoryCommand folded(MemoryCommand command) {
        return switch (command) {
            case MemoryCommand.CreateSpace c -> {
                spaces.put(c.space(), new HashMap<>());
                yield c;
            }
            case MemoryCommand.ForkSpace c -> {
                spaces.put(c.child(), new HashMap<>(slots(c.parent())));
                yield c;
            }
            case MemoryCommand.MapRange c ->
                new MemoryCommand.MapRange(
                        c.space(), folded(c.space(), c.range()), c.output(), c.attributes(), c.replace());
            case MemoryCommand.UnmapRange c ->
                new MemoryCommand.UnmapRange(c.space(), folded(c.space(), c.range()), c.holes());
            case MemoryCommand.ProtectRange c ->
                new MemoryCommand.ProtectRange(c.space(), folded(c.space(), c.range()), c.permissions());
            case MemoryCommand.MoveRange c ->
                new MemoryCommand.MoveRange(
                        c.space(), folded(c.space(), c.from()), folded(c.space(), c.to()), c.replace());
            case MemoryCommand.DestroySpace c -> c;
            case MemoryCommand.Annotate c -> c;
            default -> throw new IllegalStateException("expected what the importer makes, but it is " + command);
        };
    }

    private Map<Long, Long> slots(String space) {
        return Objects.requireNonNull(spaces.get(space), space);
    }

    private AddressRange folded(String space, AddressRange range) {
        Map<Long, Long> slots = slots(space);
        long prefix = range.start() >>> SLOT_BITS;
        if (prefix != range.last() >>> SLOT_BITS) {
            throw new IllegalStateException("expected ranges within 256 MB, but it is " + range);
        }
        long slot = slots.computeIfAbsent(prefix, absent -> slots.size() + 1L);
        if (slot > SLOTS) {
            throw new IllegalStateException("expected at most " + SLOTS + " times 256 MB in " + space);
        }
        long shift = (slot - prefix) << SLOT_BITS;
        return new AddressRange(range.start() + shift, range.last() + shift);
    }
}
