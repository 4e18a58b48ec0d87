package pagefold.server.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import pagefold.host.LoadedPlugin;
import pagefold.host.PluginHost;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.Decision;
import pagefold.model.Hex;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Region;
import pagefold.model.Rejection;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.spi.Capability;
import pagefold.spi.Profile;
import pagefold.table.PageTableModel;
import pagefold.table.Translation;
import pagefold.testkit.HistoryGenerator;
import pagefold.testkit.Seed;
import pagefold.testkit.Terrain;

/**
 * One history, two architectures: where arm64 and a profile of arm32 can both hold an event, they translate every
 * address to the same memory and grant the same. What one of them cannot hold is listed by its rejection.
 *
 * <p>The plugins come from their jars; neither knows of the other. Frames of objects are placed by the models, so that
 * outputs are compared through what is there: the frames of two models are the same memory when they correspond one to
 * one at all addresses of all spaces.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TwoArchitecturesTest {
    private static final int HISTORIES = 8;
    private static final int COMMANDS = 90;
    /** Commands after which everything is compared. */
    private static final int INTERVAL = 30;

    private static final long PAGE = 4096;
    /** Longest region of which every page is looked at; of longer ones the ends of every megabyte. */
    private static final long EVERY_PAGE = 16 << 20;

    private static final long MEGABYTE = 1 << 20;

    /** What a format may not have, by the reasons of rejections; histories ask for leaves and cuts of less than a page, too. */
    private static final Set<String> DIFFERENCES = Set.of(
            "permissions",
            "memory-type",
            "attributes",
            "output-out-of-range",
            "input-out-of-range",
            "leaf-size",
            "misaligned");

    private final long seed = Seed.of("TwoArchitecturesTest");
    private final Map<String, Integer> listed = new TreeMap<>();
    private PluginHost host = new PluginHost();

    @BeforeAll
    void load() throws IOException {
        host = PluginHost.withBuiltIn(TwoArchitecturesTest.class.getClassLoader());
    }

    @AfterAll
    void unload() {
        System.out.println("What one could not hold: " + listed);
        host.close();
    }

    private LoadedPlugin plugin(String id) {
        return host.plugins().stream()
                .filter(plugin -> plugin.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** A profile through its plugin. */
    private record Side(LoadedPlugin plugin, Profile profile) {
        PageTableModel newModel() {
            return plugin.newModel(profile.name(), Coarsening.REJECT);
        }

        String name() {
            return plugin.id() + " " + profile.name();
        }
    }

    private Side side(String plugin, String profile) {
        LoadedPlugin loaded = plugin(plugin);
        Profile found = loaded.profiles().stream()
                .filter(each -> each.name().equals(profile))
                .findFirst()
                .orElseThrow();
        return new Side(loaded, found);
    }

    /** arm64 with 4K pages beside each profile of arm32, and beside all of them together. */
    private List<List<Side>> groups() {
        Side arm64 = side("arm64", "4k-48");
        List<List<Side>> groups = new ArrayList<>();
        List<Side> all = new ArrayList<>(List.of(arm64));
        for (Profile profile : plugin("arm32").profiles()) {
            Side arm32 = new Side(plugin("arm32"), profile);
            groups.add(List.of(arm64, arm32));
            all.add(arm32);
        }
        if (all.size() > 2) {
            groups.add(all);
        }
        return groups;
    }

    @TestFactory
    Stream<DynamicTest> histories_that_fit_both_give_the_same_translations_everywhere() {
        List<DynamicTest> tests = new ArrayList<>();
        for (List<Side> group : groups()) {
            Terrain terrain = common(group);
            List<String> names = group.stream().map(Side::name).toList();
            for (SpaceKind kind : new TreeSet<>(terrain.ranges().keySet())) {
                for (int i = 0; i < HISTORIES; i++) {
                    String name = names + ", " + kind + ", history " + i;
                    tests.add(DynamicTest.dynamicTest(name, () -> run(group, terrain.only(kind), name)));
                }
            }
        }
        return tests.stream();
    }

    private void run(List<Side> group, Terrain terrain, String name) {
        HistoryGenerator generator = new HistoryGenerator(Seed.part(seed, name), terrain);
        Run run = new Run(group);
        for (int i = 1; i <= COMMANDS; i++) {
            run.step(generator.next(run.simulation));
            if (i % INTERVAL == 0) {
                run.touchEverything();
                run.compare();
            }
        }
        assertThat(run.compared).isPositive();
    }

    /** Kinds of space and addresses that all have; sizes of the smallest; attributes that any has. */
    private static Terrain common(List<Side> group) {
        Map<SpaceKind, AddressRange> ranges = new EnumMap<>(SpaceKind.class);
        int outputBits = Integer.MAX_VALUE;
        Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
        for (Side side : group) {
            outputBits = Math.min(outputBits, side.profile.outputBits());
            capabilities.addAll(side.profile.capabilities());
        }
        for (SpaceKind kind : SpaceKind.values()) {
            List<AddressRange> each = new ArrayList<>();
            for (Side side : group) {
                if (Terrain.kinds(side.profile).contains(kind)) {
                    PageTableModel model = side.newModel();
                    model.apply(Step.of(Simulation.EMPTY, new MemoryEvent.SpaceCreated("s", kind)), null);
                    each.add(model.inputRange("s"));
                }
            }
            AddressRange smallest = each.stream()
                    .min((a, b) -> Long.compareUnsigned(a.size() - 1, b.size() - 1))
                    .orElse(null);
            if (smallest != null
                    && each.size() == group.size()
                    && each.stream()
                            .allMatch(range -> range.contains(smallest.start()) && range.contains(smallest.last()))) {
                ranges.put(kind, smallest);
            }
        }
        return new Terrain(12, outputBits, ranges, capabilities);
    }

    /** One history on several models. */
    private final class Run {
        private final List<Side> sides;
        private final List<PageTableModel> models;
        private Simulation simulation = Simulation.EMPTY;
        private int compared;

        Run(List<Side> sides) {
            this.sides = sides;
            this.models = sides.stream().map(Side::newModel).toList();
        }

        /** Projects a command if every model can hold it. */
        boolean step(MemoryCommand command) {
            if (!(simulation.decide(command) instanceof Decision.Accepted(MemoryEvent event))) {
                return false;
            }
            Step step = Step.of(simulation, event);
            boolean fits = true;
            for (int i = 0; i < models.size(); i++) {
                PageTableModel.Refusal refusal = models.get(i).check(List.of(step));
                if (refusal != null) {
                    fits = false;
                    list(sides.get(i), refusal.rejection());
                }
            }
            if (fits) {
                models.forEach(model -> model.apply(step, null));
                simulation = step.after();
            }
            return fits;
        }

        private void list(Side side, Rejection rejection) {
            String why = switch (rejection) {
                case Rejection.NotRepresentable unfit -> {
                    assertThat(DIFFERENCES).as(rejection.toString()).contains(unfit.reason());
                    yield unfit.reason();
                }
                case Rejection.MissingCapability missing -> missing.capability();
                default -> {
                    assertThat(rejection).isInstanceOf(Rejection.LimitExceeded.class);
                    yield rejection.code();
                }
            };
            listed.merge(side.name() + ": " + why, 1, Integer::sum);
        }

        /** Makes all pages young, and those that may be written dirty, and private where that takes a copy. */
        void touchEverything() {
            for (AddressSpace space : simulation.spaces()) {
                for (Region region : space.regions()) {
                    for (Privilege privilege : Privilege.values()) {
                        for (Access access : Access.values()) {
                            if (region.attributes().permissions().allows(access, privilege)) {
                                step(new MemoryCommand.TouchRange(space.name(), region.range(), access, privilege));
                            }
                        }
                    }
                }
            }
        }

        void compare() {
            Map<String, Long> there = new HashMap<>();
            Map<String, Long> back = new HashMap<>();
            for (AddressSpace space : simulation.spaces()) {
                AddressRange input = models.getFirst().inputRange(space.name());
                hole(space, input.start());
                for (Region region : space.regions()) {
                    AddressRange range = region.range();
                    hole(space, range.start() - PAGE);
                    hole(space, range.last() + 1);
                    for (long page : pages(range)) {
                        page(space, region, page, there, back);
                    }
                }
            }
        }

        private List<Long> pages(AddressRange range) {
            List<Long> pages = new ArrayList<>();
            if (range.size() <= EVERY_PAGE) {
                for (long offset = 0; offset < range.size(); offset += PAGE) {
                    pages.add(range.start() + offset);
                }
                return pages;
            }
            for (long offset = 0; offset < range.size(); offset += MEGABYTE) {
                pages.add(range.start() + offset);
                pages.add(Math.min(range.start() + offset + MEGABYTE, range.last() + 1) - PAGE);
            }
            return pages;
        }

        private void hole(AddressSpace space, long address) {
            if (space.at(address) != null) {
                return;
            }
            for (int i = 0; i < models.size(); i++) {
                PageTableModel model = models.get(i);
                if (model.inputRange(space.name()).contains(address)) {
                    assertThat(described(model, space, address, Access.READ, Privilege.PRIVILEGED))
                            .as("%s at %s, where nothing is", sides.get(i).name(), Hex.address(address))
                            .isEqualTo("TRANSLATION");
                }
            }
        }

        private String described(
                PageTableModel model, AddressSpace space, long address, Access access, Privilege privilege) {
            long result = model.translate(space.name(), address, access, privilege);
            return Translation.isFault(result) ? Translation.kind(result).name() : "output";
        }

        private void page(
                AddressSpace space, Region region, long page, Map<String, Long> there, Map<String, Long> back) {
            compared++;
            long address = page | (page >>> 12) * 67 & PAGE - 1;
            Permissions stated = region.attributes().permissions();
            for (Privilege privilege : Privilege.values()) {
                for (Access access : Access.values()) {
                    String first = described(models.getFirst(), space, address, access, privilege);
                    boolean isGranted = first.equals("output");
                    for (int i = 0; i < models.size(); i++) {
                        assertThat(described(models.get(i), space, address, access, privilege))
                                .as(
                                        "%s %s %s at %s of %s",
                                        sides.get(i).name(), privilege, access, Hex.address(address), region)
                                .isEqualTo(first);
                    }
                    assertThat(isGranted)
                            .as("%s %s at %s of %s", privilege, access, Hex.address(address), region)
                            .isEqualTo(stated.allows(access, privilege));
                }
            }
            if (!stated.isNone()) {
                output(space, region, address, there, back);
            }
        }

        private void output(
                AddressSpace space, Region region, long address, Map<String, Long> there, Map<String, Long> back) {
            long first = output(models.getFirst(), space, region, address);
            for (int i = 0; i < models.size(); i++) {
                long output = output(models.get(i), space, region, address);
                String where = sides.get(i).name() + " at " + Hex.address(address) + " of " + region;
                assertThat(output & PAGE - 1).as(where).isEqualTo(address & PAGE - 1);
                if (region.output() instanceof Output.Physical(long start)) {
                    assertThat(output)
                            .as(where)
                            .isEqualTo(start + (address - region.range().start()));
                } else {
                    assertThat(there.computeIfAbsent(i + " " + (first >>> 12), key -> output >>> 12))
                            .as("what %s has for a frame of the first, where another one was before", where)
                            .isEqualTo(output >>> 12);
                    assertThat(back.computeIfAbsent(i + " " + (output >>> 12), key -> first >>> 12))
                            .as("what the first has for a frame of %s, where another one was before", where)
                            .isEqualTo(first >>> 12);
                }
            }
        }

        /** Where an access that is granted ends. */
        private long output(PageTableModel model, AddressSpace space, Region region, long address) {
            for (Privilege privilege : Privilege.values()) {
                for (Access access : Access.values()) {
                    if (region.attributes().permissions().allows(access, privilege)) {
                        return model.translate(space.name(), address, access, privilege);
                    }
                }
            }
            throw new AssertionError("expected something that is granted, but there is nothing in " + region);
        }
    }

    @Test
    void kernels_have_no_address_in_common_and_each_names_its_own() {
        Side arm64 = side("arm64", "4k-48");
        Side arm32 = side("arm32", "lpae");

        assertThat(common(List.of(arm64, arm32)).ranges()).doesNotContainKey(SpaceKind.KERNEL);
        for (Side side : List.of(arm64, arm32)) {
            long other = side == arm64 ? 0xc000_0000L : 0xffff_8000_0000_0000L;
            Run run = new Run(List.of(side));
            run.step(new MemoryCommand.CreateSpace("k", SpaceKind.KERNEL));
            boolean fits = run.step(new MemoryCommand.MapRange(
                    "k",
                    AddressRange.ofSize(other, PAGE),
                    new Output.Physical(0),
                    Attributes.kernel(Permissions.parse("rw-/---"), MemoryType.NORMAL_WB),
                    false));

            assertThat(fits).isFalse();
            assertThat(listed).containsKey(side.name() + ": input-out-of-range");
        }
    }
}
