package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.GraphLayout;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.table.ModelStatistics;
import pagefold.table.PageTableModel;

/** What a simulated space costs in Java memory: every object that the model reaches, measured one by one. */
class SpaceMemoryTest {
    private static final Attributes PAGES = new Attributes(
            Permissions.parse("rw-/rw-"),
            Attributes.user(Permissions.NONE).memoryType(),
            Attributes.user(Permissions.NONE).shareability(),
            false,
            false,
            0,
            false,
            false);
    private static final long FIXED = 64 << 10;

    private PageTableModel model = new Arm64Plugin().newModel("4k-48", Coarsening.REJECT);
    private Simulation simulation = Simulation.EMPTY;

    /** Fields of records have no offset that may be asked for. */
    @BeforeAll
    static void letRecordsBeMeasured() {
        System.setProperty("jol.magicFieldOffset", "true");
    }

    private long create(String profile) {
        model = new Arm64Plugin().newModel(profile, Coarsening.REJECT);
        simulation = Simulation.EMPTY;
        apply(new MemoryCommand.CreateSpace("s", SpaceKind.USER));
        return Long.parseLong(profile.substring(0, profile.indexOf('k'))) << 10;
    }

    private void apply(MemoryCommand command) {
        if (simulation.decide(command) instanceof Decision.Accepted(MemoryEvent event)) {
            Step step = Step.of(simulation, event);
            assertThat(model.check(List.of(step))).isNull();
            model.apply(step, null);
            simulation = step.after();
        }
    }

    private void map(long start, long size) {
        apply(new MemoryCommand.MapRange(
                "s", AddressRange.ofSize(start, size), new Output.Physical(0x10_0000_0000L), PAGES, true));
    }

    /** 128 MB of words of the last level. */
    private static long halfOfAllTables(long page) {
        return (128L << 20 >> 3) * page;
    }

    private void costsWhatItsTablesDo() {
        ModelStatistics.Space space = model.statistics().spaces().getFirst();
        long bytes = GraphLayout.parseInstance(model).totalSize();

        assertThat(bytes)
                .as("%s tables of %s bytes", space.tables(), space.tableBytes())
                .isLessThanOrEqualTo(space.tableBytes() * 11 / 10 + FIXED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4k-48", "16k-48", "64k-48"})
    void an_empty_space(String profile) {
        create(profile);

        costsWhatItsTablesDo();
    }

    @ParameterizedTest
    @ValueSource(strings = {"4k-48", "16k-48", "64k-48"})
    void a_sparse_space_of_single_pages_far_apart(String profile) {
        long page = create(profile);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 200; i++) {
            map(random.nextLong(1L << 47) & -page, page);
            if (i % 40 == 0) {
                costsWhatItsTablesDo();
            }
        }

        costsWhatItsTablesDo();
    }

    @ParameterizedTest
    @ValueSource(strings = {"4k-48", "16k-48", "64k-48"})
    void a_dense_space_of_ten_thousand_regions(String profile) {
        long page = create(profile);
        for (int i = 0; i < 10_000; i++) {
            map(0x40_0000_0000L + 2 * i * page, page);
        }

        costsWhatItsTablesDo();
    }

    @ParameterizedTest
    @ValueSource(strings = {"4k-48", "16k-48", "64k-48"})
    void a_huge_space_of_half_of_all_tables_that_there_may_be(String profile) {
        long page = create(profile);
        map(0x40_0000_0000L, halfOfAllTables(page));

        assertThat(model.statistics().spaces().getFirst().tableBytes()).isGreaterThan(100L << 20);
        costsWhatItsTablesDo();
    }

    @ParameterizedTest
    @ValueSource(strings = {"4k-48", "16k-48", "64k-48"})
    void a_space_that_was_larger(String profile) {
        long page = create(profile);
        map(0x40_0000_0000L, halfOfAllTables(page));
        apply(new MemoryCommand.UnmapRange(
                "s", AddressRange.ofSize(0x40_0000_0000L + page, halfOfAllTables(page) - page), true));

        assertThat(model.statistics().spaces().getFirst().tables()).isLessThan(5);
        costsWhatItsTablesDo();
    }
}
