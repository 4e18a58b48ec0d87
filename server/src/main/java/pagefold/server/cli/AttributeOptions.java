package pagefold.server.cli;

import pagefold.model.Attributes;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.Shareability;
import pagefold.server.wire.WireText;
import picocli.CommandLine.Option;

/** The options that say all attributes of a range. */
final class AttributeOptions {
    @Option(
            names = {"-p", "--permissions"},
            paramLabel = "RWX/RWX",
            required = true,
            converter = Texts.PermissionText.class,
            description = "Privileged and unprivileged, as in rw-/r--.")
    private Permissions permissions = Permissions.NONE;

    @Option(
            names = "--memory-type",
            paramLabel = "TYPE",
            defaultValue = "normal-wb",
            description = "normal-wb, normal-wt, normal-nc, normal-tagged, device-nGnRnE, device-nGnRE, device-nGRE,"
                    + " device-GRE (${DEFAULT-VALUE}).")
    private String memoryType = "normal-wb";

    @Option(
            names = "--shareability",
            paramLabel = "DOMAIN",
            defaultValue = "inner",
            description = "non, outer or inner (${DEFAULT-VALUE}).")
    private String shareability = "inner";

    @Option(names = "--global", description = "Holds for every address space identifier.")
    private boolean global;

    @Option(names = "--guarded", description = "Branches must land on branch targets (BTI).")
    private boolean guarded;

    @Option(names = "--software", paramLabel = "BITS", defaultValue = "0", description = "Software bits, 0 to 15.")
    private int software;

    @Option(names = "--blocks", description = "Blocks may be used where they fit.")
    private boolean blocks;

    @Option(names = "--contiguous", description = "Contiguous runs may be marked where they fit.")
    private boolean contiguous;

    @Option(
            names = "--page-size",
            paramLabel = "SIZE",
            converter = Texts.Size.class,
            description = "Huge pages of that size, as 2M, that change as one; without --blocks and --contiguous.")
    private long pageSize;

    Attributes attributes() {
        if (pageSize != 0 && (blocks || contiguous)) {
            throw CliFailure.usage("expected --page-size without --blocks and --contiguous");
        }
        if (pageSize < 0 || Long.bitCount(pageSize) > 1) {
            throw CliFailure.usage(
                    "expected --page-size to be a power of two, but it is 0x" + Long.toHexString(pageSize));
        }
        if (software < 0 || software > 15) {
            throw CliFailure.usage("expected --software from 0 to 15, but it is " + software);
        }
        MemoryType type = MapVerb.word(WireText.MEMORY_TYPES, "--memory-type", memoryType);
        Shareability domain = MapVerb.word(WireText.SHAREABILITIES, "--shareability", shareability);
        return new Attributes(permissions, type, domain, global, guarded, software, blocks, contiguous, pageSize);
    }
}
