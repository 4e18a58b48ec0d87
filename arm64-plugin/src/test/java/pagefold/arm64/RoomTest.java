package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
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
import pagefold.model.Rejection;
import pagefold.model.Shareability;
import pagefold.model.Sharing;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.spi.Profile;
import pagefold.table.ModelSetup;
import pagefold.table.PageTableModel.Refusal;
import pagefold.table.TableModel;
import pagefold.testkit.HistoryGenerator;
import pagefold.testkit.Seed;
import pagefold.testkit.Terrain;

/** Room for tables and frames: what is accepted fits, and what fits is accepted. */
class RoomTest {
    private static final int HISTORIES = 40;
    private static final int BATCHES = 120;
    private static final Permissions READ_WRITE = Permissions.parse("rw-/rw-");

    private TableModel model = new TableModel(Arm64Plugin.setup("4k-48", Coarsening.REJECT));
    private Simulation state = Simulation.EMPTY;
    private final List<Step> history = new ArrayList<>();

    private static ModelSetup small(long tableBytes, long frameBytes, Coarsening coarsening) {
        ModelSetup whole = Arm64Plugin.setup("4k-48", coarsening);
        return new ModelSetup(
                whole.plugin(),
                whole.profile(),
                whole.granuleBits(),
                whole.regimes(),
                whole.tableBase(),
                tableBytes,
                whole.frameBase(),
                frameBytes,
                coarsening);
    }

    /** The steps of those commands that are accepted, one after the other. */
    private List<Step> decided(int count, IntFunction<MemoryCommand> commands) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Simulation before = steps.isEmpty() ? state : steps.getLast().after();
            if (before.decide(commands.apply(i)) instanceof Decision.Accepted(MemoryEvent event)) {
                steps.add(Step.of(before, event));
            }
        }
        return steps;
    }

    private void apply(List<Step> steps) {
        steps.forEach(step -> model.apply(step, null));
        history.addAll(steps);
        state = steps.isEmpty() ? state : steps.getLast().after();
    }

    private void accept(int count, IntFunction<MemoryCommand> commands) {
        List<Step> steps = decided(count, commands);
        assertThat(steps).hasSize(count);
        assertThat(model.check(steps)).isNull();
        apply(steps);
    }

    private void accept(MemoryCommand command) {
        accept(1, i -> command);
    }

    private void refuse(MemoryCommand command) {
        List<Step> steps = decided(1, i -> command);
        assertThat(steps).hasSize(1);
        Refusal refusal = model.check(steps);
        assertThat(refusal).isNotNull();
        assertThat(refusal.rejection()).isInstanceOf(Rejection.LimitExceeded.class);
    }

    private static MemoryCommand map(String space, AddressRange range, Output output, Permissions permissions) {
        Attributes blocks = new Attributes(
                permissions, MemoryType.NORMAL_WB, Shareability.INNER_SHAREABLE, false, false, 0, true, false);
        return new MemoryCommand.MapRange(space, range, output, blocks, false);
    }

    private static MemoryCommand mapPage(long address, Output output) {
        return new MemoryCommand.MapRange(
                "u", AddressRange.ofSize(address, 0x1000), output, Attributes.user(READ_WRITE), false);
    }

    private static Output shared(String object) {
        return new Output.Backed(object, 0, Sharing.SHARED);
    }

    @Test
    void a_write_copies_as_many_pages_as_it_may_and_not_one_more() {
        AddressRange most = AddressRange.ofSize(0, 1L << 34);
        accept(new MemoryCommand.CreateSpace("u", SpaceKind.USER));
        accept(mapped(AddressRange.ofSize(0, (1L << 34) + 0x1000)));

        refuse(write(AddressRange.ofSize(0, (1L << 34) + 0x1000)));
        accept(write(most));

        assertThat(frame(0)).isEqualTo(frame(0x1000) - 0x1000).isEqualTo(frame(most.last()) - most.last());
        accept(new MemoryCommand.UnmapRange("u", AddressRange.ofSize(0, (1L << 34) + 0x1000), false));
        accept(mapped(AddressRange.ofSize(0, 1L << 39)));
    }

    private static MemoryCommand mapped(AddressRange range) {
        Attributes attributes = new Attributes(
                READ_WRITE, MemoryType.NORMAL_WB, Shareability.INNER_SHAREABLE, false, false, 0, true, false);
        return new MemoryCommand.MapRange(
                "u", range, new Output.Backed("o", 0, Sharing.COPY_ON_WRITE), attributes, false);
    }

    private static MemoryCommand write(AddressRange range) {
        return new MemoryCommand.TouchRange("u", range, Access.WRITE, Privilege.UNPRIVILEGED);
    }

    private long frame(long address) {
        return model.translate("u", address, Access.WRITE, Privilege.UNPRIVILEGED);
    }

    @Test
    void a_long_batch_of_small_changes_fits() {
        accept(new MemoryCommand.CreateSpace("u", SpaceKind.USER));
        accept(20_000, i -> mapPage(i * 0x2000L, shared("o")));
        accept(20_000, i -> new MemoryCommand.AgeRange("u", AddressRange.ofSize(i * 0x2000L, 0x1000)));
        accept(20_000, i -> new MemoryCommand.UnmapRange("u", AddressRange.ofSize(i * 0x2000L, 0x1000), false));
    }

    @Test
    void a_space_of_many_regions_is_protected_forked_and_written() {
        accept(new MemoryCommand.CreateSpace("u", SpaceKind.USER));
        accept(30_000, i -> mapPage(i * 0x1000L, new Output.Backed("o" + i, 0, Sharing.PRIVATE)));
        AddressRange all = AddressRange.ofSize(0, 30_000 * 0x1000L);

        accept(new MemoryCommand.ProtectRange("u", all, Permissions.parse("r--/r--")));
        accept(new MemoryCommand.ProtectRange("u", all, READ_WRITE));
        accept(new MemoryCommand.ForkSpace("u", "child"));
        accept(new MemoryCommand.TouchRange("child", all, Access.WRITE, Privilege.UNPRIVILEGED));
    }

    @Test
    void frames_that_do_not_fit_blocks_need_tables_for_their_pages() {
        accept(new MemoryCommand.CreateSpace("u", SpaceKind.USER));
        accept(mapPage(0x1000, shared("makes the next frames odd")));
        AddressRange whole = AddressRange.ofSize(1L << 37, 1L << 36);
        accept(new MemoryCommand.MapRange("u", whole, shared("o"), Attributes.user(READ_WRITE), false));
        AddressRange rest = new AddressRange(whole.start() + 0x1000, whole.last());
        accept(new MemoryCommand.UnmapRange("u", rest, false));
        accept(map("u", AddressRange.ofSize(1L << 40, 1L << 36), shared("o"), READ_WRITE));

        refuse(map("u", AddressRange.ofSize(1L << 41, 1L << 36), shared("o"), READ_WRITE));
        accept(map("u", AddressRange.ofSize(1L << 41, 1L << 36), shared("another"), READ_WRITE));
    }

    @Test
    void memory_without_permissions_takes_its_frames_when_it_gets_some() {
        AddressRange low = AddressRange.ofSize(0, 100L << 40);
        AddressRange high = AddressRange.ofSize(low.size(), low.size());
        accept(new MemoryCommand.CreateSpace("u", SpaceKind.USER));
        accept(new MemoryCommand.CreateSpace("v", SpaceKind.USER));
        accept(map("u", low, shared("a"), Permissions.NONE));
        accept(map("u", high, shared("b"), Permissions.NONE));
        accept(map("v", low, shared("c"), Permissions.NONE));
        accept(new MemoryCommand.ProtectRange("u", low, READ_WRITE));
        accept(new MemoryCommand.ProtectRange("u", high, READ_WRITE));

        refuse(new MemoryCommand.ProtectRange("v", low, READ_WRITE));
    }

    @Test
    void a_fork_needs_as_many_tables_as_its_parent_has_and_not_as_its_regions_need() {
        model = new TableModel(small(64 * 0x1000, 1L << 40, Coarsening.REJECT));
        accept(new MemoryCommand.CreateSpace("u", SpaceKind.USER));
        accept(map("u", AddressRange.ofSize(0, 1L << 30), new Output.Physical(0), READ_WRITE));
        accept(
                20,
                i -> new MemoryCommand.WriteProtectRange("u", AddressRange.ofSize(((long) i << 21) + 0x1000, 0x1000)));
        accept(new MemoryCommand.ForkSpace("u", "one"));

        refuse(new MemoryCommand.ForkSpace("u", "two"));
    }

    @TestFactory
    Stream<DynamicTest> what_is_accepted_fits_and_what_is_refused_does_not() {
        long seed = Seed.of("RoomTest");
        return IntStream.range(0, HISTORIES)
                .mapToObj(i -> DynamicTest.dynamicTest(
                        "history " + i, () -> new RoomTest().random(Seed.part(seed, "history " + i))));
    }

    private void random(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Coarsening coarsening = random.nextInt(4) == 0 ? Coarsening.WIDEN : Coarsening.REJECT;
        ModelSetup setup = small(random.nextLong(10, 120) * 0x1000, 0x1000L << random.nextInt(8, 30), coarsening);
        model = new TableModel(setup);
        HistoryGenerator commands = new HistoryGenerator(seed, Terrain.of(new Arm64Plugin(), profile()));
        for (int i = 0; i < BATCHES; i++) {
            List<Step> steps = new ArrayList<>();
            for (int more = random.nextInt(1, 6); more > 0; more--) {
                Simulation before = steps.isEmpty() ? state : steps.getLast().after();
                if (before.decide(commands.next(before)) instanceof Decision.Accepted(MemoryEvent event)) {
                    steps.add(Step.of(before, event));
                }
            }
            Refusal refusal = model.check(steps);
            if (refusal != null) {
                steps = steps.subList(0, refusal.index() + 1);
                if (refusal.rejection() instanceof Rejection.LimitExceeded) {
                    doesNotFit(setup, steps);
                }
                steps = steps.subList(0, refusal.index());
                assertThat(model.check(steps)).isNull();
            }
            apply(steps);
        }
    }

    private void doesNotFit(ModelSetup setup, List<Step> steps) {
        TableModel other = new TableModel(setup);
        history.forEach(step -> other.apply(step, null));
        steps.subList(0, steps.size() - 1).forEach(step -> other.apply(step, null));
        assertThatIllegalStateException()
                .isThrownBy(() -> other.apply(steps.getLast(), null))
                .withMessageContaining("a check before the event should have refused it");
    }

    private static Profile profile() {
        return new Arm64Plugin()
                .profiles().stream()
                        .filter(profile -> profile.name().equals("4k-48"))
                        .findFirst()
                        .orElseThrow();
    }
}
