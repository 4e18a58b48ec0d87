package pagefold.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryEvent.RangeMapped;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Privilege;
import pagefold.model.Rejection;
import pagefold.model.SpaceKind;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Capability;
import pagefold.spi.Capture;
import pagefold.spi.Profile;
import pagefold.table.Geometry;
import pagefold.table.ModelStatistics;
import pagefold.table.PageTableModel;

/** What a plugin declares and what it does: neither without the other. */
final class Declarations {
    /** As many pages as the longest contiguous run of any granule, twice. */
    private static final int RUN_PAGES = 256;

    private static final int LARGEST_PAGE_BITS = 40;

    private Declarations() {}

    /** Five levels, contiguous runs and huge pages of a profile. */
    static void check(ArchitecturePlugin plugin, Profile profile) {
        boolean fiveLevels = false;
        boolean contiguous = false;
        for (SpaceKind kind : Terrain.kinds(profile)) {
            OneSpace bench = new OneSpace(plugin, profile, kind);
            List<Geometry.Level> levels = bench.model.levels(OneSpace.SPACE);
            fiveLevels |= !levels.isEmpty() && levels.stream().noneMatch(Geometry.Level::folded);
            contiguous |= hasRuns(bench);
        }
        assertThat(profile.capabilities().contains(Capability.FIVE_LEVELS))
                .as("FIVE_LEVELS of " + profile.name())
                .isEqualTo(fiveLevels);
        assertThat(profile.capabilities().contains(Capability.CONTIGUOUS))
                .as("CONTIGUOUS of " + profile.name())
                .isEqualTo(contiguous);
        if (Terrain.kinds(profile).contains(SpaceKind.USER)) {
            hugePages(plugin, profile);
        }
    }

    private static boolean hasRuns(OneSpace bench) {
        AddressRange range = AddressRange.ofSize(bench.input.start(), RUN_PAGES * bench.granule);
        Attributes pages = bench.pages();
        Attributes hinted = new Attributes(
                pages.permissions(), MemoryType.NORMAL_WB, pages.shareability(), pages.global(), false, 0, false, true);
        bench.apply(new RangeMapped(OneSpace.SPACE, range, new Output.Physical(0), hinted));
        return bench.model.statistics().spaces().stream()
                .mapToLong(ModelStatistics.Space::contiguousEntries)
                .anyMatch(entries -> entries > 0);
    }

    private static void hugePages(ArchitecturePlugin plugin, Profile profile) {
        OneSpace bench = new OneSpace(plugin, profile, SpaceKind.USER);
        Rejection missing = new Rejection.MissingCapability(Capability.HUGE_PAGES.name(), plugin.id(), profile.name());
        List<Long> sizes = new ArrayList<>();
        for (int bits = profile.granuleBits() + 1; bits < LARGEST_PAGE_BITS; bits++) {
            AddressRange range = AddressRange.ofSize(bench.input.start(), 1L << bits);
            if (bench.input.contains(range) && bits < profile.outputBits()) {
                Attributes huge = bench.pages().ofPages(1L << bits);
                Rejection rejection =
                        bench.rejection(new RangeMapped(OneSpace.SPACE, range, new Output.Physical(0), huge));
                assertThat(missing.equals(rejection))
                        .as("huge pages of %s bytes under %s give %s", 1L << bits, profile.name(), rejection)
                        .isNotEqualTo(profile.capabilities().contains(Capability.HUGE_PAGES));
                if (rejection == null) {
                    sizes.add(1L << bits);
                }
            }
        }
        assertThat(sizes.isEmpty())
                .as("sizes of huge pages under " + profile.name())
                .isNotEqualTo(profile.capabilities().contains(Capability.HUGE_PAGES));
    }

    /** A plugin that declares no captures says so; one that does looks at the registers. */
    static void captures(ArchitecturePlugin plugin) {
        Capture nothing = new Capture("", Map.of(), Map.of(), address -> 0);
        boolean declared = plugin.profiles().stream()
                .anyMatch(profile -> profile.capabilities().contains(Capability.CAPTURES));
        String says = "";
        try {
            assertThat(plugin.capture(nothing)).isNotNull();
        } catch (IllegalArgumentException e) {
            says = String.valueOf(e.getMessage());
            assertThat(says).isNotBlank();
        }
        assertThat(says.contains("reads captured machines"))
                .as("what a capture without registers leads to: '%s'", says)
                .isNotEqualTo(declared);
    }

    /** Spaces that are not there, or are there no more, are told from empty ones. */
    static void unknownSpaces(ArchitecturePlugin plugin, Profile profile, SpaceKind kind) {
        OneSpace bench = new OneSpace(plugin, profile, kind);
        unknown(bench.model, "other");
        bench.apply(new MemoryEvent.SpaceDestroyed(OneSpace.SPACE));
        unknown(bench.model, OneSpace.SPACE);
    }

    private static void unknown(PageTableModel model, String name) {
        Map<String, ThrowingCallable> questions = Map.of(
                "translate", () -> model.translate(name, 0, Access.READ, Privilege.PRIVILEGED),
                "walk", () -> model.walk(name, 0, Access.READ, Privilege.PRIVILEGED),
                "dump", () -> model.dump(name, new StringBuilder()),
                "tables", () -> model.tables(name),
                "mappings", () -> model.mappings(name, (range, leafSize, entrySize, attributes) -> {}),
                "inputRange", () -> model.inputRange(name));
        questions.forEach((question, call) -> assertThatIllegalArgumentException()
                .as(question)
                .isThrownBy(call)
                .withMessageContaining(name));
    }
}
