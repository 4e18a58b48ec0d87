package pagefold.server.cli;

import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.Output;
import pagefold.server.wire.WireText;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Maps a range. */
@Command(
        name = "map",
        header = {
            "Maps a range to a physical address or to a backing object.",
            "",
            "Examples:",
            "  pagefold map demo 0x400000 --size 2M --pa 0x40000000 --permissions r--/r-x --blocks",
            "  pagefold map demo 0x600000 --size 64K --object heap --permissions rw-/rw- --space 17406",
            "  pagefold map demo 0xffff000009000000 --size 4K --pa 0x9000000 --permissions rw-/--- \\",
            "           --memory-type device-nGnRE --global --space kernel",
            ""
        })
final class MapVerb extends RangeVerb {

    @ArgGroup(multiplicity = "1")
    private Target target = new Target();

    /** Where the range leads. */
    static final class Target {
        @Option(
                names = "--pa",
                required = true,
                paramLabel = "PA",
                converter = Texts.Address.class,
                description = "The physical address of the first byte.")
        private @Nullable Long physical;

        @Option(
                names = "--object",
                required = true,
                paramLabel = "NAME",
                description = "A backing object; the model places its frames.")
        private @Nullable String object;

        @Option(
                names = "--repeat",
                required = true,
                paramLabel = "NAME",
                description = "A backing object of which every page shows the first page; for kernels.")
        private @Nullable String repeated;
    }

    @Option(
            names = "--offset",
            paramLabel = "BYTES",
            defaultValue = "0x0",
            converter = Texts.Address.class,
            description = "Where in the object the range begins, 0x… (${DEFAULT-VALUE}).")
    private long offset;

    @Option(
            names = "--sharing",
            paramLabel = "HOW",
            defaultValue = "private",
            description = "private, shared or copy-on-write (${DEFAULT-VALUE}).")
    private String sharing = "private";

    @Mixin
    private final AttributeOptions attributes = new AttributeOptions();

    @Option(names = "--replace", description = "What is mapped there goes first; otherwise it is an error.")
    private boolean replace;

    @Override
    MemoryCommand command(String space) {
        return new MapRange(space, range(), output(), attributes.attributes(), replace);
    }

    private Output output() {
        Long physical = target.physical;
        String object = target.object;
        String repeated = target.repeated;
        if (physical != null) {
            return new Output.Physical(physical);
        }
        try {
            if (repeated != null || object == null) {
                return new Output.Repeated(String.valueOf(repeated));
            }
            return new Output.Backed(object, offset, word(WireText.SHARINGS, "--sharing", sharing));
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(String.valueOf(e.getMessage()));
        }
    }

    static <E> E word(WireText.Words<E> words, String option, String text) {
        E value = words.of(text);
        if (value == null) {
            throw CliFailure.usage(
                    "expected " + words.choices().replace("\"", "") + " for " + option + ", but found '" + text + "'");
        }
        return value;
    }
}
