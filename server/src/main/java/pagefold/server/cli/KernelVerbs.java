package pagefold.server.cli;

import org.jspecify.annotations.Nullable;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.AttachKernel;
import pagefold.model.MemoryCommand.ChangeRange;
import pagefold.model.MemoryCommand.CopyKernel;
import pagefold.model.MemoryCommand.CopyKernelEntries;
import pagefold.model.MemoryCommand.ProtectKernelEntries;
import pagefold.model.MemoryCommand.SetMemory;
import pagefold.model.Permissions;
import pagefold.server.wire.WireText;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verbs for what Linux does to its own tables. */
final class KernelVerbs {
    private KernelVerbs() {}

    @Command(
            name = "change",
            header = {
                "Gives a range of a kernel other attributes in place, without a break.",
                "",
                "Example:",
                "  pagefold change demo 0xffff800000000000 --size 2M --permissions r--/--- --global --blocks \\",
                "           --space kernel",
                ""
            },
            description =
                    "What Linux calls unsafe is an error: another memory type, the Contiguous bit, global after not"
                            + " global.")
    static final class Change extends RangeVerb {
        @Mixin
        private final AttributeOptions attributes = new AttributeOptions();

        @Override
        MemoryCommand command(String space) {
            return new ChangeRange(space, range(), attributes.attributes());
        }
    }

    @Command(
            name = "set-memory",
            header = {
                "Changes kernel memory page by page, as Linux's set_memory_* functions do.",
                "",
                "Examples:",
                "  pagefold set-memory demo 0xffff800080000000 --size 64K --change nx --space kernel",
                "  pagefold set-memory demo 0xffff800080000000 --size 64K --change ro \\",
                "           --aliases 0xffff000000000000 --aliases-size 2G --space kernel",
                ""
            })
    static final class SetMemoryVerb extends RangeVerb {
        @Option(
                names = "--change",
                paramLabel = "CHANGE",
                required = true,
                description = "ro, rw, x, x-guarded, nx, valid, invalid or direct-map-default.")
        private String change = "";

        @ArgGroup(exclusive = false)
        private @Nullable LinearMap linearMap;

        @Override
        MemoryCommand command(String space) {
            LinearMap map = linearMap;
            return new SetMemory(
                    space,
                    range(),
                    MapVerb.word(WireText.MEMORY_CHANGES, "--change", change),
                    map == null ? null : Texts.range(map.aliases, map.size));
        }
    }

    @Command(
            name = "copy-kernel",
            header = {
                "Makes a kernel space with a copy of the tables of a range, to resume from after hibernation.",
                "",
                "Example:",
                "  pagefold copy-kernel demo 0xffff000000000000 --size 2G --child resume --space kernel",
                ""
            })
    static final class Copy extends RangeVerb {
        @Option(names = "--child", paramLabel = "NAME", required = true, description = "The name of the new space.")
        private String child = "";

        @Override
        MemoryCommand command(String space) {
            return new CopyKernel(space, Texts.name("space", child), range());
        }
    }

    @Command(
            name = "attach-kernel",
            header = {
                "Makes a process carry a kernel: copies the kernel's entries to the process's start table.",
                "",
                "Example:",
                "  pagefold attach-kernel demo kernel --space init",
                ""
            },
            description = "For profiles with KERNEL_ENTRIES. Children of the process carry the kernel, too.")
    static final class Attach extends CommandVerb {
        @Parameters(index = "1", paramLabel = "KERNEL", description = "The kernel's space.")
        private String kernel = "";

        @Override
        MemoryCommand command(String space) {
            return new AttachKernel(space, Texts.name("space", kernel));
        }
    }

    @Command(
            name = "copy-entries",
            header = {
                "Copies the entries of a range again from the kernel that a process carries.",
                "",
                "Example:",
                "  pagefold copy-entries demo 0xd0800000 --size 752M --space init",
                ""
            },
            description = "As Linux does for the range of vmalloc when it switches to a process with older copies.")
    static final class CopyEntries extends RangeVerb {
        @Override
        MemoryCommand command(String space) {
            return new CopyKernelEntries(space, range());
        }
    }

    @Command(
            name = "protect-entries",
            header = {
                "Sets the permissions of sections of the kernel in the tables of one process and nowhere else.",
                "",
                "Example:",
                "  pagefold protect-entries demo 0xc0100000 --size 1M --permissions r-x/--- --space init",
                ""
            })
    static final class ProtectEntries extends RangeVerb {
        @Option(
                names = {"-p", "--permissions"},
                paramLabel = "RWX/RWX",
                required = true,
                converter = Texts.PermissionText.class,
                description = "Privileged and unprivileged, as in r-x/---.")
        private Permissions permissions = Permissions.NONE;

        @Override
        MemoryCommand command(String space) {
            return new ProtectKernelEntries(space, range(), permissions);
        }
    }

    /** Where the same pages are mapped again. */
    static final class LinearMap {
        @Option(
                names = "--aliases",
                paramLabel = "VA",
                required = true,
                converter = Texts.Address.class,
                description = "First address of the linear map, whose pages change, too.")
        private long aliases;

        @Option(
                names = "--aliases-size",
                paramLabel = "SIZE",
                required = true,
                converter = Texts.Size.class,
                description = "Bytes of the linear map.")
        private long size;
    }
}
