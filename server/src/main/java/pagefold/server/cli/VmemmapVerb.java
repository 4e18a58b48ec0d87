package pagefold.server.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Hex;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Sharing;
import pagefold.server.wire.CommandCodec;
import pagefold.server.wire.WireJson;
import pagefold.spi.KernelLayout;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Maps what a kernel keeps of every page of memory: {@code vmemmap_populate} of arch/arm64/mm/mmu.c, section by section.
 *
 * <p>Where elements are follows from the profile's layout; the events are ordinary mappings of a backing object, in one
 * batch.
 */
@Command(
        name = "vmemmap",
        header = {
            "Maps a kernel's array of struct page for memory that it gets to know.",
            "",
            "Examples:",
            "  pagefold vmemmap demo 0x40000000 --size 2G --space kernel",
            "  pagefold vmemmap demo 0xc0000000 --size 2M --memory-start 0x40000000 --space kernel",
            "",
            "Whole sections have blocks where the kernel's pages have 4K, all else pages. What is mapped already stays.",
            ""
        })
final class VmemmapVerb extends SimulationVerb {
    /** What the elements lie in. */
    private static final String OBJECT = "vmemmap";
    /** The smallest part of a section that a kernel gets to know (SUBSECTION_SIZE). */
    private static final long SUBSECTION = 2L << 20;

    private static final int MAX_SECTIONS = 4096;

    @Parameters(index = "1", paramLabel = "PA", converter = Texts.Address.class, description = "First address, 0x….")
    private long address;

    @Option(
            names = {"--size", "--len"},
            paramLabel = "SIZE",
            required = true,
            converter = Texts.Size.class,
            description = "Bytes of memory: 128M, 2G.")
    private long size;

    @Option(
            names = "--memory-start",
            paramLabel = "PA",
            converter = Texts.Address.class,
            description = "Where memory begins (the first address, rounded down as the kernel does).")
    private @Nullable Long memoryStart;

    @Mixin
    private SpaceOption space = new SpaceOption();

    private static KernelLayout layout(JsonTree json) {
        return new KernelLayout(
                Hex.parse(json.get("vmemmapStart").text()),
                Hex.parse(json.get("vmemmapLast").text()),
                (int) json.get("elementBytes").number(),
                (int) json.get("sectionBits").number(),
                (int) json.get("memoryAlignmentBits").number(),
                Hex.parse(json.get("blockBytes").text()));
    }

    @Override
    int run(ApiClient api) {
        String named = space.of(this, api, null);
        JsonTree profile = profile(api);
        JsonTree layout = profile.get("kernelLayout");
        if (layout.isMissing()) {
            throw CliFailure.usage("the profile " + profile.get("name").text() + " does not say where its vmemmap is");
        }
        int granuleBits = (int) profile.get("granuleBits").number();
        List<MapRange> commands = commands(api, named, layout(layout), granuleBits);
        if (commands.isEmpty()) {
            out().println("all of it is mapped already");
            return ExitCodes.OK;
        }
        return CommandVerb.send(this, api, simulation(), WireJson.encode(generator -> {
            generator.writeStartArray();
            for (MapRange command : commands) {
                CommandCodec.write(generator, command);
            }
            generator.writeEndArray();
        }));
    }

    /** The profile that is selected: of those listed the one whose name, with options or without, it has. */
    private JsonTree profile(ApiClient api) {
        JsonTree binding = api.get(simulationPath(simulation()), Map.of()).json();
        String wanted = binding.get("profile").text();
        JsonTree found = JsonTree.missing();
        for (JsonTree plugin :
                api.get("/v1/plugins", Map.of()).json().get("plugins").items()) {
            boolean isIt = plugin.get("id").text().equals(binding.get("plugin").text())
                    && plugin.get("version")
                            .text()
                            .equals(binding.get("version").text());
            for (JsonTree each : isIt ? plugin.get("profiles").items() : List.<JsonTree>of()) {
                String name = each.get("name").text();
                boolean fits = wanted.equals(name) || wanted.startsWith(name + "-");
                if (fits
                        && (found.isMissing()
                                || name.length() > found.get("name").text().length())) {
                    found = each;
                }
            }
        }
        return found;
    }

    private List<MapRange> commands(ApiClient api, String named, KernelLayout layout, int granuleBits) {
        AddressRange memory = Texts.range(address, size);
        long section = 1L << layout.sectionBits();
        Long given = memoryStart;
        long start = given == null ? address & -1L << layout.memoryAlignmentBits() : given;
        if ((start & (1L << layout.memoryAlignmentBits()) - 1) != 0 || Long.compareUnsigned(start, address) > 0) {
            throw CliFailure.usage("expected --memory-start at or below the first address, on a multiple of "
                    + Hex.size(1L << layout.memoryAlignmentBits()) + ", but it is " + Hex.address(start));
        }
        if (!memory.isAligned(SUBSECTION)) {
            throw CliFailure.usage("expected both ends of the memory on a multiple of " + Hex.size(SUBSECTION));
        }
        if (size >>> layout.sectionBits() >= MAX_SECTIONS) {
            throw CliFailure.usage("expected less than " + Hex.size(section * MAX_SECTIONS) + " at a time");
        }
        List<AddressRange> mapped = mapped(api, named, new AddressRange(layout.vmemmapStart(), layout.vmemmapLast()));
        List<MapRange> commands = new ArrayList<>();
        for (long at = address; ; ) {
            long end = Math.min(at | section - 1, memory.last());
            AddressRange elements = new AddressRange(
                    element(layout, granuleBits, at - start), element(layout, granuleBits, end + 1 - start) - 1);
            if (Long.compareUnsigned(elements.last(), layout.vmemmapLast()) > 0
                    || Long.compareUnsigned(elements.start(), layout.vmemmapStart()) < 0) {
                throw CliFailure.usage("the elements of " + Hex.address(at) + " would be at "
                        + Hex.address(elements.start()) + ", behind the last address of vmemmap, "
                        + Hex.address(layout.vmemmapLast()));
            }
            for (AddressRange hole : holes(mapped, elements)) {
                boolean isWhole = end - at == section - 1 && hole.equals(elements);
                add(commands, map(named, layout, hole, isWhole ? layout.blockBytes() : 0));
            }
            if (end == memory.last()) {
                return commands;
            }
            at = end + 1;
        }
    }

    private static long element(KernelLayout layout, int granuleBits, long offset) {
        return layout.vmemmapStart() + (offset >>> granuleBits) * layout.elementBytes();
    }

    /** Blocks of PROT_SECT_NORMAL, or pages of PAGE_KERNEL. */
    private static MapRange map(String space, KernelLayout layout, AddressRange range, long block) {
        Attributes all = Attributes.kernel(Permissions.parse("rw-/---"), MemoryType.NORMAL_WB);
        long offset = range.start() - layout.vmemmapStart();
        return new MapRange(space, range, new Output.Backed(OBJECT, offset, Sharing.SHARED), all.ofPages(block), false);
    }

    /** Adds a command, which joins the last one where it goes on with the same. */
    private static void add(List<MapRange> commands, MapRange next) {
        MapRange last = commands.isEmpty() ? null : commands.getLast();
        boolean goesOn = last != null
                && last.range().last() + 1 == next.range().start()
                && last.attributes().equals(next.attributes());
        if (last == null || !goesOn) {
            commands.add(next);
            return;
        }
        AddressRange both = new AddressRange(last.range().start(), next.range().last());
        commands.set(commands.size() - 1, new MapRange(last.space(), both, last.output(), last.attributes(), false));
    }

    /** What is mapped from an address on up to another one, in order. */
    private List<AddressRange> mapped(ApiClient api, String named, AddressRange within) {
        Map<String, String> query = new HashMap<>();
        query.put("from", Hex.address(within.start()));
        List<AddressRange> mapped = new ArrayList<>();
        while (true) {
            JsonTree page =
                    api.get(spacePath(simulation(), named) + "/regions", query).json();
            for (JsonTree region : page.get("regions").items()) {
                long start = Hex.parse(region.get("range").get("start").text());
                AddressRange range = AddressRange.ofSize(
                        start, Hex.parse(region.get("range").get("size").text()));
                if (Long.compareUnsigned(start, within.last()) > 0) {
                    return mapped;
                }
                mapped.add(range);
            }
            if (page.get("next").isMissing()) {
                return mapped;
            }
            query.put("from", page.get("next").text());
        }
    }

    /** The parts of a range that are not mapped yet. */
    private static List<AddressRange> holes(List<AddressRange> mapped, AddressRange range) {
        List<AddressRange> holes = new ArrayList<>();
        long next = range.start();
        for (AddressRange each : mapped) {
            if (!each.overlaps(range)) {
                continue;
            }
            if (Long.compareUnsigned(next, each.start()) < 0) {
                holes.add(new AddressRange(next, each.start() - 1));
            }
            if (Long.compareUnsigned(each.last(), range.last()) >= 0) {
                return holes;
            }
            next = each.last() + 1;
        }
        holes.add(new AddressRange(next, range.last()));
        return holes;
    }
}
