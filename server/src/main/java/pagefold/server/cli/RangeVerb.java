package pagefold.server.cli;

import pagefold.model.AddressRange;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A verb for an address and a size. */
abstract class RangeVerb extends CommandVerb {
    @Parameters(index = "1", paramLabel = "VA", converter = Texts.Address.class, description = "First address, 0x….")
    private long address;

    @Option(
            names = {"--size", "--len"},
            paramLabel = "SIZE",
            required = true,
            converter = Texts.Size.class,
            description = "Bytes: 4096, 0x1000, 4K, 2M, 1G.")
    private long size;

    final AddressRange range() {
        return Texts.range(address, size);
    }
}
