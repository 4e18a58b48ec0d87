package pagefold.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryEvent.RangeMapped;
import pagefold.model.MemoryEvent.RangeTouched;
import pagefold.model.MemoryEvent.RangeUnmapped;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Rejection;
import pagefold.model.Sharing;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.spi.ArchitecturePlugin;
import pagefold.spi.Capability;
import pagefold.spi.Profile;
import pagefold.table.PageTableModel;
import pagefold.table.Translation;

/**
 * What every plugin must do: a plugin's author extends this class, names the plugin, and runs it.
 *
 * <p>Capabilities that a profile declares switch tests on; those that it does not declare must be refused by their
 * names. Random histories print {@code -Dseed=…}; give that number to repeat them. If a fault of a plugin passes this
 * test, the test is to be made better.
 */
public abstract class PluginConformanceTest {
    /** Histories of one plugin, shared out to its profiles and kinds of space. */
    private static final int HISTORIES = 60;

    private static final int LEAST_HISTORIES = 3;
    private static final int COMMANDS = 110;

    /** For the subclass. */
    protected PluginConformanceTest() {}

    /** The plugin under test. */
    protected abstract ArchitecturePlugin plugin();

    /** The names of the profiles under test: those that the plugin lists, unless others are of interest, as with options. */
    protected List<String> profiles() {
        return plugin().profiles().stream().map(Profile::name).toList();
    }

    private List<Profile> tested() {
        ArchitecturePlugin plugin = plugin();
        return profiles().stream()
                .map(name -> Objects.requireNonNull(plugin.profile(name), name))
                .toList();
    }

    /** What must be known of the words of a profile; 64-bit descriptors unless a plugin says otherwise. */
    protected WordRules rules(Profile profile) {
        return new WordRules.LongDescriptors(
                profile.granuleBits(), profile.capabilities().contains(Capability.MEMORY_TAGGING));
    }

    /**
     * How many random histories there are for one profile and kind of space; each takes about a tenth of a second.
     *
     * @param cases how many profiles and kinds there are
     */
    protected int histories(int cases) {
        return Math.max(LEAST_HISTORIES, HISTORIES / cases);
    }

    @Test
    void the_plugin_is_found_by_its_service_and_declares_itself() {
        ArchitecturePlugin plugin = plugin();
        List<String> found = new ArrayList<>();
        ServiceLoader.load(ArchitecturePlugin.class, plugin.getClass().getClassLoader())
                .forEach(service -> found.add(service.id() + " " + service.version()));

        assertThat(found).contains(plugin.id() + " " + plugin.version());
        assertThat(plugin.profiles()).isNotEmpty();
        Set<String> names = new HashSet<>();
        for (Profile profile : plugin.profiles()) {
            assertThat(names.add(profile.name())).as(profile.name()).isTrue();
            assertThat(Terrain.kinds(profile)).isNotEmpty();
            assertThat(profile.title()).isNotBlank();
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plugin.newModel("no such profile", Coarsening.REJECT))
                .withMessageContaining("no such profile");
    }

    @Test
    void the_classes_of_the_plugin_need_nothing_but_the_interfaces_and_hold_nothing() throws Exception {
        ArchitecturePlugin plugin = plugin();
        Class<?> type = ServiceLoader.load(
                        ArchitecturePlugin.class, plugin.getClass().getClassLoader())
                .stream()
                .map(ServiceLoader.Provider::get)
                .filter(service -> service.id().equals(plugin.id()))
                .findFirst()
                .orElseThrow()
                .getClass();

        assertThat(PluginClasses.complaints(type)).isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> what_is_declared_is_there_and_nothing_else() {
        return Stream.concat(
                Stream.of(DynamicTest.dynamicTest("captures", () -> Declarations.captures(plugin()))),
                tested().stream()
                        .map(profile ->
                                DynamicTest.dynamicTest(profile.name(), () -> Declarations.check(plugin(), profile))));
    }

    @TestFactory
    Stream<DynamicTest> a_space_that_is_not_there_is_refused_by_its_name() {
        return eachKind((profile, kind) -> Declarations.unknownSpaces(plugin(), profile, kind));
    }

    @TestFactory
    Stream<DynamicTest> random_histories_agree_with_the_neutral_model() {
        long seed = Seed.of(getClass().getSimpleName());
        List<Case> cases = new ArrayList<>();
        for (Profile profile : tested()) {
            Terrain terrain = Terrain.of(plugin(), profile);
            Terrain.kinds(profile)
                    .forEach(kind -> cases.add(
                            new Case(profile, terrain.only(kind), profile.name() + ", " + kind + ", history ")));
            cases.add(new Case(profile, terrain, profile.name() + ", all kinds, history "));
        }
        int each = histories(cases.size());
        Map<String, Answers> answers = new TreeMap<>();
        Stream<DynamicTest> histories = cases.stream()
                .flatMap(one -> IntStream.range(0, each).mapToObj(i -> history(seed, one, one.name + i, answers)));
        return Stream.concat(
                histories,
                Stream.of(DynamicTest.dynamicTest(
                        "no kind of event is always refused",
                        () -> assertThat(answers)
                                .allSatisfy((name, all) ->
                                        assertThat(all.neverPassed()).isEmpty()))));
    }

    /** A profile with the kinds of space that a history has. */
    private record Case(Profile profile, Terrain terrain, String name) {}

    private DynamicTest history(long seed, Case one, String name, Map<String, Answers> answers) {
        long part = Seed.part(seed, name);
        return DynamicTest.dynamicTest(name, () -> {
            HistoryRun run = run(one, new HistoryGenerator(part, one.terrain)::next, part);
            run.run(COMMANDS);
            answers.computeIfAbsent(one.profile.name(), profile -> new Answers())
                    .add(run.answers());
        });
    }

    private HistoryRun run(Case one, Function<Simulation, MemoryCommand> commands, long seed) {
        return new HistoryRun(plugin(), one.profile, one.terrain, rules(one.profile), commands, seed);
    }

    @TestFactory
    Stream<DynamicTest> scenarios_agree_with_the_neutral_model() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Profile profile : tested()) {
            Case one = new Case(profile, Terrain.of(plugin(), profile), profile.name() + ", ");
            Scenarios.of(one.terrain)
                    .forEach((name, commands) ->
                            tests.add(DynamicTest.dynamicTest(one.name + name, () -> scenario(one, commands))));
        }
        return tests.stream();
    }

    private void scenario(Case one, List<MemoryCommand> commands) {
        Iterator<MemoryCommand> next = commands.iterator();
        MemoryCommand end = new MemoryCommand.Annotate(null, "the end");
        run(one, state -> next.hasNext() ? next.next() : end, 0).run(commands.size());
    }

    @TestFactory
    Stream<DynamicTest> every_permission_is_granted_exactly_or_refused_with_a_reason() {
        return eachKind(this::grantsExactly);
    }

    private void grantsExactly(Profile profile, SpaceKind kind) {
        OneSpace bench = new OneSpace(plugin(), profile, kind);
        AddressRange page = AddressRange.ofSize(bench.input.start(), bench.granule);
        int accepted = 0;
        for (int bits = 1; bits < 64; bits++) {
            for (MemoryType type : MemoryType.values()) {
                Permissions permissions = new Permissions(bits);
                Attributes attributes = kind == SpaceKind.USER
                        ? Attributes.user(permissions).withMemoryType(type)
                        : Attributes.kernel(permissions, type);
                RangeMapped mapped = new RangeMapped(OneSpace.SPACE, page, new Output.Physical(0), attributes);
                Rejection rejection = bench.rejection(mapped);
                if (rejection instanceof Rejection.MissingCapability missing) {
                    assertThat(missing.capability()).isIn("EXECUTE_ONLY", "MEMORY_TAGGING");
                    assertThat(profile.capabilities()).doesNotContain(Capability.valueOf(missing.capability()));
                } else if (rejection != null) {
                    assertThat(rejection).isInstanceOf(Rejection.NotRepresentable.class);
                } else {
                    accepted++;
                    bench.apply(mapped);
                    if (permissions.isWritable()) {
                        bench.apply(new RangeTouched(OneSpace.SPACE, page, Access.WRITE, Privilege.PRIVILEGED));
                    }
                    assertThat(bench.granted(page.start()))
                            .as(type + " " + permissions)
                            .isEqualTo(permissions);
                    bench.apply(new RangeUnmapped(OneSpace.SPACE, page));
                }
            }
        }
        assertThat(accepted).isPositive();
    }

    @TestFactory
    Stream<DynamicTest> both_ends_of_the_input_range_can_be_mapped_and_nothing_beyond_them() {
        return eachKind(this::mapsToTheEnds);
    }

    private void mapsToTheEnds(Profile profile, SpaceKind kind) {
        OneSpace bench = new OneSpace(plugin(), profile, kind);
        AddressRange input = bench.input;
        // Blocks of all of a larger space would need more tables than a simulation may have.
        long size = Math.min(Math.min(input.size() - 1, 1L << profile.outputBits()) / 2 + 1, 1L << 47);
        long part = size & -bench.granule;
        List<AddressRange> ends = List.of(
                AddressRange.ofSize(input.start(), part), new AddressRange(input.last() - part + 1, input.last()));
        Attributes attributes = new Attributes(
                bench.permissions(),
                MemoryType.NORMAL_WB,
                Attributes.user(Permissions.NONE).shareability(),
                kind != SpaceKind.USER,
                false,
                0,
                true,
                true);

        for (AddressRange end : ends) {
            long output = (1L << profile.outputBits()) - part;
            bench.apply(new RangeMapped(OneSpace.SPACE, end, new Output.Physical(output), attributes));

            assertThat(bench.read(end.start())).isEqualTo(output);
            assertThat(bench.read(end.last())).isEqualTo((1L << profile.outputBits()) - 1);
        }
        for (long beyond : new long[] {input.start() - 1, input.last() + 1}) {
            if (!input.contains(beyond)) {
                assertThat(Translation.isFault(bench.read(beyond))).isTrue();
            }
        }
        bench.apply(new RangeUnmapped(OneSpace.SPACE, input));
        assertThat(bench.model.statistics().tables()).isEqualTo(1);
    }

    @TestFactory
    Stream<DynamicTest> unmapping_beyond_the_input_range_leaves_what_is_mapped() {
        return eachKind((profile, kind) -> {
            OneSpace bench = new OneSpace(plugin(), profile, kind);
            AddressRange page = AddressRange.ofSize(bench.input.start(), bench.granule);
            bench.apply(new RangeMapped(OneSpace.SPACE, page, new Output.Physical(0), bench.pages()));

            for (int bit = profile.granuleBits(); bit < 64; bit++) {
                AddressRange beyond = AddressRange.ofSize(page.start() ^ 1L << bit, bench.granule);
                bench.apply(new RangeUnmapped(OneSpace.SPACE, beyond));

                assertThat(bench.read(page.start())).as(beyond.toString()).isZero();
            }
            bench.apply(new RangeUnmapped(OneSpace.SPACE, new AddressRange(0, -1)));
            assertThat(Translation.isFault(bench.read(page.start()))).isTrue();
            assertThat(bench.model.statistics().tables()).isEqualTo(1);
        });
    }

    @TestFactory
    Stream<DynamicTest> what_does_not_fit_is_refused_with_numbers_and_changes_nothing() {
        return eachKind(this::refuses);
    }

    private void refuses(Profile profile, SpaceKind kind) {
        OneSpace bench = new OneSpace(plugin(), profile, kind);
        long page = bench.granule;
        AddressRange first = AddressRange.ofSize(bench.input.start(), page);
        String image = ImageHash.of(bench.model);

        bench.refused(AddressRange.ofSize(first.start() + 8, page), new Output.Physical(0), "misaligned");
        bench.refused(AddressRange.ofSize(first.start(), page + 8), new Output.Physical(0), "misaligned");
        bench.refused(first, new Output.Physical(8), "misaligned");
        bench.refused(first, new Output.Backed("o", 8, Sharing.SHARED), "misaligned");
        bench.refused(first, new Output.Physical(1L << profile.outputBits()), "output-out-of-range");
        if (bench.input.start() != 0) {
            AddressRange below = AddressRange.ofSize(first.start() - page, 2 * page);
            bench.refused(below, new Output.Physical(0), "input-out-of-range");
        }
        if (bench.input.last() != -1L) {
            AddressRange above = AddressRange.ofSize(bench.input.last() + 1 - page, 2 * page);
            bench.refused(above, new Output.Physical(0), "input-out-of-range");
        }

        bench.refusedForItsTables();
        assertThat(ImageHash.of(bench.model)).isEqualTo(image);
    }

    @TestFactory
    Stream<DynamicTest> kinds_of_space_that_are_not_declared_are_refused_by_name() {
        return tested().stream()
                .map(profile -> DynamicTest.dynamicTest(profile.name(), () -> {
                    PageTableModel model = plugin().newModel(profile.name(), Coarsening.REJECT);
                    for (SpaceKind kind : SpaceKind.values()) {
                        Step step = Step.of(Simulation.EMPTY, new MemoryEvent.SpaceCreated(OneSpace.SPACE, kind));
                        PageTableModel.Refusal refusal = model.check(List.of(step));
                        if (profile.capabilities().contains(Capability.of(kind))) {
                            assertThat(refusal).isNull();
                        } else {
                            Rejection expected = new Rejection.MissingCapability(
                                    Capability.of(kind).name(), plugin().id(), profile.name());
                            assertThat(refusal).isEqualTo(new PageTableModel.Refusal(0, expected));
                        }
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> attributes_that_need_what_is_not_declared_are_refused_by_name() {
        return eachKind((profile, kind) -> {
            OneSpace bench = new OneSpace(plugin(), profile, kind);
            Attributes pages = bench.pages();
            Map<Capability, Attributes> needing = Map.of(
                    Capability.GUARDED_PAGES, pages.withGuarded(true),
                    Capability.MEMORY_TAGGING, pages.withMemoryType(MemoryType.NORMAL_TAGGED),
                    Capability.EXECUTE_ONLY, pages.withPermissions(Permissions.parse("--x/--x")));
            needing.forEach((capability, attributes) -> {
                AddressRange range = AddressRange.ofSize(bench.input.start(), 1L << profile.granuleBits());
                Rejection rejection = bench.rejection(new MemoryEvent.RangeMapped(
                        OneSpace.SPACE, range, new Output.Backed("o", 0, Sharing.SHARED), attributes));
                Rejection missing = new Rejection.MissingCapability(capability.name(), plugin().id(), profile.name());
                if (profile.capabilities().contains(capability)) {
                    assertThat(rejection).isNotEqualTo(missing);
                } else {
                    assertThat(rejection).as(capability.name()).isEqualTo(missing);
                }
            });
        });
    }

    @TestFactory
    Stream<DynamicTest> the_generic_levels_are_five_and_share_out_all_bits_of_an_address() {
        return eachKind((profile, kind) -> {
            OneSpace bench = new OneSpace(plugin(), profile, kind);
            assertThat(bench.model.levels(OneSpace.SPACE).isEmpty())
                    .isEqualTo(bench.model.breakRules(OneSpace.SPACE) == null);
            GenericLevels.check(bench.model.levels(OneSpace.SPACE), profile.granuleBits(), bench.input);
        });
    }

    @TestFactory
    Stream<DynamicTest> operations_on_kernels_that_are_not_declared_are_refused_by_name() {
        return KernelOperations.refusals(plugin(), tested());
    }

    /** A test of one kind of space under one profile. */
    @FunctionalInterface
    private interface KindTest {
        void run(Profile profile, SpaceKind kind);
    }

    private Stream<DynamicTest> eachKind(KindTest test) {
        List<DynamicTest> tests = new ArrayList<>();
        for (Profile profile : tested()) {
            for (SpaceKind kind : Terrain.kinds(profile)) {
                tests.add(DynamicTest.dynamicTest(profile.name() + ", " + kind, () -> test.run(profile, kind)));
            }
        }
        return tests.stream();
    }
}
