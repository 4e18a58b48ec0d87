package pagefold.testkit;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.Hex;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Privilege;
import pagefold.model.Region;
import pagefold.model.Simulation;
import pagefold.model.Step;
import pagefold.table.PageTableModel;
import pagefold.table.Translation;
import pagefold.table.Walk;
import pagefold.testkit.PageOracle.Answer;

/** Asks a model for the translations of sampled addresses and judges each by {@link PageOracle}. */
final class SpaceExaminer {
    /** Regions that are looked at after every event: many in the event's space, fewer in the others. */
    private static final int NEAR = 12;

    private static final int FAR = 3;
    /** Every so many addresses are walked as well. */
    private static final int WALK_EVERY = 4;

    private static final List<Access> ACCESSES = List.of(Access.values());
    private static final List<Privilege> PRIVILEGES = List.of(Privilege.values());

    private final PageTableModel model;
    private final PageOracle oracle;
    private final FoldLaw folds;
    private final FrameWitness frames = new FrameWitness();
    private final long granule;
    private final Terrain terrain;
    private final SplittableRandom random;
    private Simulation simulation = Simulation.EMPTY;
    private int examined;

    SpaceExaminer(PageTableModel model, PageOracle oracle, FoldLaw folds, Terrain terrain, SplittableRandom random) {
        this.model = model;
        this.oracle = oracle;
        this.folds = folds;
        this.granule = terrain.granule();
        this.terrain = terrain;
        this.random = random;
    }

    /** Examines all spaces after a step that the model and the oracle have both made. */
    void examine(Step step) {
        simulation = step.after();
        frames.forget(step);
        String name = step.event() instanceof MemoryEvent.InSpace event ? event.space() : "";
        for (AddressSpace space : simulation.spaces()) {
            boolean isNear = space.name().equals(name);
            for (long address : samples(space, isNear ? range(step.event()) : null, isNear ? NEAR : FAR)) {
                examine(space, address);
            }
        }
    }

    /** The ends of what the event was about, of regions and of the space, and a few addresses by chance. */
    private Set<Long> samples(AddressSpace space, @Nullable AddressRange touched, int count) {
        Set<Long> addresses = new TreeSet<>(Long::compareUnsigned);
        AddressRange input = model.inputRange(space.name());
        around(addresses, input);
        if (touched != null) {
            around(addresses, touched);
        }
        List<Region> regions = space.regions();
        for (int i = 0; i < count && !regions.isEmpty(); i++) {
            AddressRange range = regions.get(random.nextInt(regions.size())).range();
            if (i % 3 == 0) {
                around(addresses, range);
            } else {
                addresses.add(range.start() + random.nextLong(range.size()));
            }
        }
        addresses.add(input.start() + (random.nextLong() & input.last() - input.start()));
        if (space.kernel() != null) {
            // What there is of the kernel's half depends on when its entries were copied.
            addresses.removeIf(address -> !input.contains(address));
        }
        return addresses;
    }

    private static void around(Set<Long> addresses, AddressRange range) {
        addresses.addAll(List.of(range.start() - 1, range.start(), range.last(), range.last() + 1));
        addresses.add(range.start() + (range.last() - range.start() >>> 1));
    }

    private static @Nullable AddressRange range(MemoryEvent event) {
        return switch (event) {
            case MemoryEvent.RangeMapped e -> e.range();
            case MemoryEvent.RangeUnmapped e -> e.range();
            case MemoryEvent.RangeProtected e -> e.range();
            case MemoryEvent.RangeMoved e -> e.to();
            case MemoryEvent.RangeTouched e -> e.range();
            case MemoryEvent.RangeAged e -> e.range();
            case MemoryEvent.RangeWriteProtected e -> e.range();
            case MemoryEvent.RangeRelaxed e -> e.range();
            case MemoryEvent.RangeSplit e -> e.range();
            case MemoryEvent.RangeChanged e -> e.range();
            case MemoryEvent.MemorySet e -> e.range();
            case MemoryEvent.RangeVacated e -> e.range();
            case MemoryEvent.RangeHotRemoved e -> e.range();
            case MemoryEvent.SpaceCreated e -> null;
            case MemoryEvent.SpaceDestroyed e -> null;
            case MemoryEvent.SpaceForked e -> null;
            case MemoryEvent.KernelCopied e -> e.range();
            case MemoryEvent.WithKernel e -> null;
            case MemoryEvent.PluginSelected e -> null;
            case MemoryEvent.Annotated e -> null;
        };
    }

    private void examine(AddressSpace space, long address) {
        for (Privilege privilege : PRIVILEGES) {
            for (Access access : ACCESSES) {
                long result = model.translate(space.name(), address, access, privilege);
                Set<Answer> allowed = oracle.answers(simulation, space.name(), address, access, privilege);
                Answer answer = answer(result);
                Expect.that(
                        allowed.contains(answer),
                        () -> privilege + " " + access + " of " + at(space, address)
                                + " gives " + answer + " instead of " + allowed + ", by "
                                + words(model.walk(space.name(), address, access, privilege)));
                if (answer == Answer.TRANSLATED) {
                    leads(space, address, result);
                }
            }
        }
        if (examined++ % WALK_EVERY == 0) {
            walk(space, address);
        }
    }

    private static String at(AddressSpace space, long address) {
        return Hex.address(address) + " of " + space.name() + " (" + space.at(address) + ")";
    }

    private static String words(Walk walk) {
        List<String> words =
                walk.steps().stream().map(step -> Hex.address(step.word())).toList();
        return words + " " + walk.outcome();
    }

    private static Answer answer(long result) {
        if (!Translation.isFault(result)) {
            return Answer.TRANSLATED;
        }
        return switch (Translation.kind(result)) {
            case TRANSLATION -> Answer.TRANSLATION_FAULT;
            case ACCESS_FLAG -> Answer.ACCESS_FLAG_FAULT;
            case PERMISSION -> Answer.PERMISSION_FAULT;
            case ADDRESS_SIZE, DOMAIN ->
                throw new AssertionError("expected no fault of the kind " + Translation.kind(result));
        };
    }

    /** An output must be the one that the region says, or the frame that shows the right content. */
    private void leads(AddressSpace space, long address, long output) {
        Region region = space.at(address);
        if (region != null && region.output() instanceof Output.Physical(long start)) {
            long expected = start + (address - region.range().start());
            Expect.that(
                    output == expected,
                    () -> at(space, address) + " leads to " + Hex.address(output) + ", not " + Hex.address(expected));
        }
        Object content = oracle.content(simulation, space.name(), address);
        if (content != null) {
            long inPage = address & granule - 1;
            Expect.that(
                    (output & granule - 1) == inPage,
                    () -> at(space, address) + " leads to another place in a page: " + Hex.address(output));
            String complaint = frames.seen(content, output - inPage);
            Expect.that(complaint == null, () -> at(space, address) + ": " + complaint);
        }
    }

    /** A walk must say the same as a translation, with the region's memory type and at least the access. */
    private void walk(AddressSpace space, long address) {
        Access access = ACCESSES.get(random.nextInt(ACCESSES.size()));
        Privilege privilege = PRIVILEGES.get(random.nextInt(PRIVILEGES.size()));
        long result = model.translate(space.name(), address, access, privilege);
        Walk walk = model.walk(space.name(), address, access, privilege);
        Region region = space.at(address);
        boolean agrees = switch (walk.outcome()) {
            case Walk.Translated found ->
                found.output() == result
                        && Long.bitCount(found.leafSize()) == 1
                        && Long.compareUnsigned(found.leafSize(), granule) >= 0
                        && region != null
                        && isOf(terrain.memoryOf(region, found.attributes().memoryType()), found.attributes())
                        && found.attributes().permissions().allows(access, privilege);
            case Walk.Faulted fault -> result == Translation.fault(fault.kind(), fault.level(), fault.stage());
        };
        Expect.that(
                agrees,
                () -> "the walk of " + at(space, address) + " is " + words(walk) + ", the translation "
                        + Hex.address(result));
        String folded = folds.compare(space.name(), walk);
        Expect.that(folded.isEmpty(), () -> at(space, address) + ": " + folded);
    }

    /** Whether a leaf is of the memory that a region asks for; hints, and what it grants just now, are its own. */
    private static boolean isOf(Attributes asked, Attributes found) {
        return found.memoryType() == asked.memoryType()
                && (found.shareability() == asked.shareability() || asked.memoryType() != MemoryType.NORMAL_WB)
                && found.global() == asked.global()
                && found.guarded() == asked.guarded()
                && found.software() == asked.software()
                && asked.permissions().includes(found.permissions());
    }
}
