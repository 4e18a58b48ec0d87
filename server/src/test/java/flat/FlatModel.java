package flat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.MemoryEvent;
import pagefold.model.Output;
import pagefold.model.Privilege;
import pagefold.model.Region;
import pagefold.model.Rejection;
import pagefold.model.Simulation;
import pagefold.model.Step;
import pagefold.table.FaultKind;
import pagefold.table.ModelStatistics;
import pagefold.table.PageTableModel;
import pagefold.table.TableListener;
import pagefold.table.TableView;
import pagefold.table.Translation;
import pagefold.table.Walk;

/** One "table" for every space, at an address of its own, with three words for every region. */
final class FlatModel implements PageTableModel {
    private static final long FIRST_TABLE = 0x1000;
    private static final long LIMIT = 1L << 32;
    private static final int ROOM = 3;

    private final String profile;
    private Simulation state = Simulation.EMPTY;
    private long salt;

    FlatModel(String profile) {
        this.profile = profile;
    }

    @Override
    public @Nullable Refusal check(List<Step> steps) {
        for (int i = 0; i < steps.size(); i++) {
            fail(steps.get(i), "check");
            if (profile.equals("crowded") && i == ROOM) {
                return new Refusal(i, new Rejection.LimitExceeded("steps of a check", ROOM, i + 1L));
            }
            if (profile.equals("narrow")
                    && steps.get(i).event() instanceof MemoryEvent.RangeMapped mapped
                    && Long.compareUnsigned(mapped.range().last(), LIMIT) >= 0) {
                return new Refusal(
                        i,
                        new Rejection.NotRepresentable(
                                profile, mapped.space(), mapped.range(), "input-out-of-range", "less than 4 GiB"));
            }
        }
        return null;
    }

    private void fail(Step step, String where) {
        if (profile.equals("faulty") && isRemark(step, "fail-" + where)) {
            throw new IllegalStateException("failed on demand");
        }
        if (profile.equals("stuck") && isRemark(step, "loop-" + where)) {
            loop();
        }
    }

    /** Does not heed interrupts, and ends when the test says so. */
    private static void loop() {
        while (!Boolean.getBoolean("flat.go-on")) {
            Thread.onSpinWait();
        }
    }

    private static boolean isRemark(Step step, String text) {
        return step.event() instanceof MemoryEvent.Annotated annotated
                && annotated.text().equals(text);
    }

    @Override
    public void apply(Step step, @Nullable TableListener listener) {
        fail(step, "apply");
        if (step.before() != state && step.before().position() != state.position()) {
            throw new IllegalStateException("expected the step behind " + state.position());
        }
        state = step.after();
        if (profile.equals("unsteady") && isRemark(step, "unsteady")) {
            salt = System.nanoTime();
        }
        if (listener != null) {
            listener.wrote(FIRST_TABLE, 0, 0, salt + state.position());
        }
    }

    private AddressSpace space(String name) {
        AddressSpace space = state.space(name);
        if (space == null) {
            throw new IllegalArgumentException("no space " + name);
        }
        return space;
    }

    @Override
    public long translate(String space, long address, Access access, Privilege privilege) {
        Region region = space(space).at(address);
        return region == null || !region.attributes().permissions().allows(access, privilege)
                ? Translation.fault(FaultKind.TRANSLATION, 0, 1)
                : output(region) + (address - region.range().start());
    }

    private static long output(Region region) {
        return switch (region.output()) {
            case Output.Physical(long address) -> address;
            case Output.Backed backed -> backed.offset();
            case Output.Repeated repeated -> 0;
        };
    }

    @Override
    public Walk walk(String space, long address, Access access, Privilege privilege) {
        long result = translate(space, address, access, privilege);
        Region region = space(space).at(address);
        return new Walk(
                address,
                List.of(),
                Translation.isFault(result) || region == null
                        ? new Walk.Faulted(FaultKind.TRANSLATION, 0, 1)
                        : new Walk.Translated(result, 0, region.range().size(), region.attributes()));
    }

    @Override
    public void dump(String space, Appendable out) throws IOException {
        if (profile.equals("stuck") && space.equals("loop")) {
            loop();
        }
        for (Region region : space(space).regions()) {
            out.append(region.range().toString()).append('\n');
        }
    }

    @Override
    public List<TableView> tables(String space) {
        List<TableView> found = new ArrayList<>();
        long address = FIRST_TABLE;
        for (AddressSpace each : state.spaces()) {
            if (each.name().equals(space)) {
                long[] words = words(each);
                found.add(new TableView(space, address, "PGD", 0, 0, -1L, words.length, words));
            }
            address += FIRST_TABLE;
        }
        return found;
    }

    private static long[] words(AddressSpace space) {
        return space.regions().stream()
                .flatMapToLong(region -> java.util.stream.LongStream.of(
                        region.range().start(),
                        region.range().last(),
                        output(region) ^ region.attributes().hashCode()))
                .toArray();
    }

    @Override
    public void mappings(String space, MappingSink sink) {
        for (Region region : space(space).regions()) {
            sink.mapping(region.range(), region.range().size(), region.range().size(), region.attributes());
        }
    }

    @Override
    public @Nullable TableView table(long address) {
        return state.spaces().stream()
                .flatMap(space -> tables(space.name()).stream())
                .filter(table -> table.address() == address)
                .findFirst()
                .orElse(null);
    }

    @Override
    public ModelStatistics statistics() {
        List<ModelStatistics.Space> spaces = new ArrayList<>();
        for (AddressSpace space : state.spaces()) {
            TableView table = tables(space.name()).getFirst();
            spaces.add(new ModelStatistics.Space(
                    space.name(),
                    space.kind().name(),
                    table.address(),
                    1,
                    8L * table.used(),
                    List.of(new ModelStatistics.Leaves(0, 4096, space.regionCount())),
                    0,
                    space.regions().stream()
                            .mapToLong(region -> region.range().size())
                            .sum()));
        }
        return new ModelStatistics(spaces, 0, 0);
    }

    @Override
    public AddressRange inputRange(String space) {
        return new AddressRange(0, -1L);
    }

    @Override
    public void image(ImageSink sink) {
        for (AddressSpace space : state.spaces()) {
            TableView table = tables(space.name()).getFirst();
            sink.table(table.address() + salt, table.words(), 0, table.words().length);
        }
    }
}
