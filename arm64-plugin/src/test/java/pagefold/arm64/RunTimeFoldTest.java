package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.spi.Profile;
import pagefold.table.ModelStatistics;
import pagefold.table.PageTableModel;
import pagefold.table.TableView;
import pagefold.table.Walk;
import pagefold.testkit.HistoryGenerator;
import pagefold.testkit.ImageHash;
import pagefold.testkit.Seed;
import pagefold.testkit.Terrain;

/** A kernel that was built for 52 bits on a processor without them. */
class RunTimeFoldTest {
    private static final int COMMANDS = 200;
    private static final int ROOT_OFFSET = 7680;

    private final Arm64Plugin plugin = new Arm64Plugin();

    @ParameterizedTest
    @CsvSource({"4k-52-nolpa2, 4k-48", "16k-52-nolpa2, 16k-47"})
    void the_root_page_is_the_table_of_the_first_level_that_is_left(String folded, String plain) {
        long seed = Seed.part(Seed.of("RunTimeFoldTest"), folded);
        PageTableModel[] models = run(seed, Terrain.of(plugin, profile(folded)), folded, plain);

        assertThat(ImageHash.of(models[0])).isEqualTo(ImageHash.of(models[1]));
    }

    @Test
    void a_root_of_1024_entries_holds_the_kernel_in_its_last_64() {
        long seed = Seed.of("RunTimeFoldTest");
        Terrain terrain = Terrain.of(plugin, profile("64k-52-nolva"));
        PageTableModel[] kernels = run(seed, terrain.only(SpaceKind.KERNEL), "64k-52-nolva", "64k-48");
        PageTableModel[] users = run(seed, terrain.only(SpaceKind.USER), "64k-52-nolva", "64k-48");

        Map<Long, Long> expected = new TreeMap<>();
        Set<Long> roots = roots(kernels[1]);
        ImageWords.of(kernels[1])
                .forEach((address, word) ->
                        expected.put(roots.contains(address & -0x1_0000L) ? address + ROOT_OFFSET : address, word));
        assertThat(ImageWords.of(kernels[0])).isEqualTo(expected);
        assertThat(ImageHash.of(users[0])).isEqualTo(ImageHash.of(users[1]));
    }

    @Test
    void a_walk_shows_the_levels_that_are_folded_at_run_time_before_the_root() {
        assertThat(shape("4k-52-nolpa2")).containsExactly("PGD folded", "P4D L0", "PUD L1", "PMD L2", "PTE L3");
        assertThat(shape("16k-52-nolpa2")).containsExactly("PGD folded", "P4D folded", "PUD L1", "PMD L2", "PTE L3");
        assertThat(shape("64k-52-nolva")).containsExactly("PGD L1", "P4D folded", "PUD folded", "PMD L2", "PTE L3");
        assertThat(shape("4k-52")).containsExactly("PGD L-1", "P4D L0", "PUD L1", "PMD L2", "PTE L3");
    }

    @Test
    void a_walk_of_the_kernel_starts_where_its_ttbr_points() {
        Walk walk = walk("64k-52-nolva");

        assertThat(walk.steps().getFirst().table() & 0xffff).isEqualTo(ROOT_OFFSET);
        assertThat(walk.steps().getFirst().index()).isEqualTo(63);
        assertThat(walk.outcome()).isInstanceOf(Walk.Translated.class);
    }

    @Test
    void a_dump_names_the_root_pgd_and_has_the_markers_of_the_smaller_range() throws Exception {
        StringBuilder folded = new StringBuilder();
        StringBuilder plain = new StringBuilder();

        withOnePage("4k-52-nolpa2").dump("k", folded);
        withOnePage("4k-48").dump("k", plain);

        assertThat(folded.toString()).isEqualTo(plain.toString());
        assertThat(folded.toString())
                .startsWith("---[ Linear Mapping start ]---\n0xffff000000000000-")
                .contains("T PGD\n");
    }

    @Test
    void the_table_views_name_the_root_by_its_level() {
        TableView root = withOnePage("16k-52-nolpa2").tables("k").getFirst();

        assertThat(root.generic()).isEqualTo("PUD");
        assertThat(root.level()).isEqualTo(1);
    }

    private Profile profile(String name) {
        return plugin.profiles().stream()
                .filter(profile -> profile.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Both profiles after the same random history. */
    private PageTableModel[] run(long seed, Terrain terrain, String first, String second) {
        PageTableModel[] models = {plugin.newModel(first, Coarsening.REJECT), plugin.newModel(second, Coarsening.REJECT)
        };
        HistoryGenerator generator = new HistoryGenerator(seed, terrain);
        Simulation simulation = Simulation.EMPTY;
        for (int i = 0; i < COMMANDS; i++) {
            if (simulation.decide(generator.next(simulation)) instanceof Decision.Accepted(MemoryEvent event)) {
                Step step = Step.of(simulation, event);
                boolean fits = models[0].check(List.of(step)) == null;
                assertThat(models[1].check(List.of(step)) == null).isEqualTo(fits);
                if (fits) {
                    for (PageTableModel model : models) {
                        model.apply(step, null);
                    }
                    simulation = step.after();
                }
            }
        }
        assertThat(ImageWords.of(models[0])).hasSizeGreaterThan(50);
        return models;
    }

    private static Set<Long> roots(PageTableModel model) {
        return model.statistics().spaces().stream()
                .map(ModelStatistics.Space::root)
                .collect(Collectors.toSet());
    }

    private PageTableModel withOnePage(String profile) {
        PageTableModel model = plugin.newModel(profile, Coarsening.REJECT);
        Simulation simulation = Simulation.EMPTY;
        Attributes attributes = Attributes.kernel(Permissions.parse("rw-/---"), MemoryType.NORMAL_WB);
        for (MemoryCommand command : List.of(
                new MemoryCommand.CreateSpace("k", SpaceKind.KERNEL),
                new MemoryCommand.MapRange(
                        "k",
                        AddressRange.ofSize(-0x1_0000, 0x1_0000),
                        new Output.Physical(0x1_0000_0000L),
                        attributes,
                        false))) {
            if (simulation.decide(command) instanceof Decision.Accepted(MemoryEvent event)) {
                Step step = Step.of(simulation, event);
                model.apply(step, null);
                simulation = step.after();
            }
        }
        return model;
    }

    private Walk walk(String profile) {
        return withOnePage(profile).walk("k", -0x1_0000, Access.READ, Privilege.PRIVILEGED);
    }

    private List<String> shape(String profile) {
        return walk(profile).steps().stream()
                .map(step -> step.generic() + (step.folded() ? " folded" : " L" + step.level()))
                .toList();
    }
}
