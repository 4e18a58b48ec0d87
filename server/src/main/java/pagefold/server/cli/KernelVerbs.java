package pagefold.server.cli;

import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.ChangeRange;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The verbs for what Linux does to its own tables. */
final class KernelVerbs {
    private KernelVerbs() {}

    @Command(
            name = "change",
            header = {
                "Gives a range of a kernel other attributes in place, without a break.",
                "What Linux calls unsafe is an error: another memory type, the Contiguous bit, global after not global.",
                "",
                "Example:",
                "  pagefold change demo 0xffff800000000000 --size 2M --permissions r--/--- --global --blocks \\",
                "           --space kernel",
                ""
            })
    static final class Change extends RangeVerb {
        @Mixin
        private final AttributeOptions attributes = new AttributeOptions();

        @Override
        MemoryCommand command(String space) {
            return new ChangeRange(space, range(), attributes.attributes());
        }
    }
}
