package pagefold.server.cli;

import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.AgeRange;
import pagefold.model.MemoryCommand.MoveRange;
import pagefold.model.MemoryCommand.ProtectRange;
import pagefold.model.MemoryCommand.RelaxRange;
import pagefold.model.MemoryCommand.SplitRange;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.MemoryCommand.WriteProtectRange;
import pagefold.model.Permissions;
import pagefold.server.wire.WireText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The verbs for a range that is mapped. */
final class RangeVerbs {
    private RangeVerbs() {}

    @Command(
            name = "unmap",
            header = {
                "Unmaps a range; regions that cross its ends are cut.",
                "",
                "Example:",
                "  pagefold unmap demo 0x400000 --size 8K",
                ""
            })
    static final class Unmap extends RangeVerb {
        @Option(names = "--holes", description = "Parts that are not mapped are passed over, as munmap(2) does.")
        private boolean holes;

        @Option(
                names = "--policy",
                paramLabel = "POLICY",
                defaultValue = "free-tables",
                description = "What becomes of tables: free-tables; for kernels also keep-tables (as vunmap) or"
                        + " hot-remove (${DEFAULT-VALUE}).")
        private String policy = "free-tables";

        @Override
        MemoryCommand command(String space) {
            return new UnmapRange(space, range(), holes, MapVerb.word(WireText.UNMAP_POLICIES, "--policy", policy));
        }
    }

    @Command(
            name = "protect",
            header = {
                "Sets the permissions of a range.",
                "",
                "Example:",
                "  pagefold protect demo 0x400000 --size 2M --permissions r--/r-x",
                ""
            })
    static final class Protect extends RangeVerb {
        @Option(
                names = {"-p", "--permissions"},
                paramLabel = "RWX/RWX",
                required = true,
                converter = Texts.PermissionText.class,
                description = "Privileged and unprivileged, as in rw-/r--.")
        private Permissions permissions = Permissions.NONE;

        @Override
        MemoryCommand command(String space) {
            return new ProtectRange(space, range(), permissions);
        }
    }

    @Command(
            name = "relax",
            header = {
                "Adds permissions to a range and takes none away, as a guest's permission fault is resolved.",
                "",
                "Example:",
                "  pagefold relax demo 0x80000000 --size 4K --permissions -w-/-w- --space vm",
                ""
            })
    static final class Relax extends RangeVerb {
        @Option(
                names = {"-p", "--permissions"},
                paramLabel = "RWX/RWX",
                required = true,
                converter = Texts.PermissionText.class,
                description = "What is added, privileged and unprivileged, as in -w-/-w-.")
        private Permissions permissions = Permissions.NONE;

        @Override
        MemoryCommand command(String space) {
            return new RelaxRange(space, range(), permissions);
        }
    }

    @Command(
            name = "split",
            header = {
                "Splits the leaves of a range that are larger than wanted, as before dirty logging.",
                "",
                "Example:",
                "  pagefold split demo 0x80000000 --size 1G --leaf-size 4K --space vm",
                ""
            })
    static final class Split extends RangeVerb {
        @Option(
                names = "--leaf-size",
                paramLabel = "SIZE",
                required = true,
                converter = Texts.Size.class,
                description = "The largest leaf or contiguous run that may stay.")
        private long leafSize;

        @Override
        MemoryCommand command(String space) {
            return new SplitRange(space, range(), leafSize);
        }
    }

    @Command(
            name = "move",
            header = {
                "Moves a range, and makes it longer, as mremap(2) does.",
                "",
                "Examples:",
                "  pagefold move demo 0x400000 --size 8K --to 0x800000",
                "  pagefold move demo 0x400000 --size 8K --to 0x400000 --new-size 16K",
                ""
            })
    static final class Move extends RangeVerb {
        @Option(
                names = "--to",
                paramLabel = "VA",
                required = true,
                converter = Texts.Address.class,
                description = "Where to, 0x….")
        private long to;

        @Option(
                names = "--new-size",
                paramLabel = "SIZE",
                converter = Texts.Size.class,
                description = "Bytes at the new place (as before).")
        private @Nullable Long newSize;

        @Option(names = "--replace", description = "What is mapped there goes first; otherwise it is an error.")
        private boolean replace;

        @Override
        MemoryCommand command(String space) {
            AddressRange from = range();
            Long size = newSize;
            return new MoveRange(space, from, Texts.range(to, size == null ? from.size() : size), replace);
        }
    }

    @Command(
            name = "touch",
            header = {
                "Simulates an access to every byte of a range.",
                "",
                "Example:",
                "  pagefold touch demo 0x400000 --size 4K --access write",
                ""
            })
    static final class Touch extends RangeVerb {
        @Mixin
        private AccessOption access = new AccessOption();

        @Option(
                names = "--privilege",
                paramLabel = "WHO",
                defaultValue = "unprivileged",
                description = "privileged or unprivileged (${DEFAULT-VALUE}).")
        private String privilege = "unprivileged";

        @Override
        MemoryCommand command(String space) {
            return new TouchRange(
                    space, range(), access.access(), MapVerb.word(WireText.PRIVILEGES, "--privilege", privilege));
        }
    }

    @Command(
            name = "age",
            header = {
                "Clears the accessed state of a range.",
                "",
                "Example:",
                "  pagefold age demo 0x400000 --size 2M",
                ""
            })
    static final class Age extends RangeVerb {
        @Override
        MemoryCommand command(String space) {
            return new AgeRange(space, range());
        }
    }

    @Command(
            name = "write-protect",
            header = {
                "Makes the writable pages of a range fault on the next write, as dirty logging does.",
                "",
                "Example:",
                "  pagefold write-protect demo 0x400000 --size 2M",
                ""
            })
    static final class WriteProtect extends RangeVerb {
        @Override
        MemoryCommand command(String space) {
            return new WriteProtectRange(space, range());
        }
    }
}
