package pagefold.arm32.shortdesc;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm32.CarryingBench.MB;
import static pagefold.arm32.CarryingBench.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import pagefold.arm32.Arm32Plugin;
import pagefold.arm32.CarryingBench;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.Hex;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.AttachKernel;
import pagefold.model.MemoryCommand.CopyKernelEntries;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.DestroySpace;
import pagefold.model.MemoryCommand.ForkSpace;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.MoveRange;
import pagefold.model.MemoryCommand.ProtectKernelEntries;
import pagefold.model.MemoryCommand.ProtectRange;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryCommand.UnmapPolicy;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.MemoryEvent;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.table.PageTableModel;
import pagefold.table.RestorableModel;
import pagefold.table.TableView;
import pagefold.table.Translation;
import pagefold.testkit.ImageHash;
import pagefold.testkit.Seed;
import pagefold.testkit.StateTape;

/** Random histories of kernels and processes against what Linux's functions would leave of each level 1 word. */
class KernelHalfHistoryTest {
    private static final int HISTORIES = 40;
    private static final int COMMANDS = 250;
    private static final int MOST_SPACES = 7;
    /** The megabytes where most happens: six pairs. */
    private static final long AREA = 0xd080_0000L;

    private static final int AREA_SECTIONS = 12;
    private static final int FIRST = 0xbf0;
    private static final int ENTRIES = 0x1000;
    private static final long PAGE = 0x1000;
    private static final List<String> PERMISSIONS = List.of("rw-/---", "rwx/---", "r--/---", "r-x/---");

    @TestFactory
    Stream<DynamicTest> every_word_is_what_linux_leaves() {
        long seed = Seed.of("KernelHalfHistoryTest");
        return IntStream.range(0, HISTORIES)
                .mapToObj(i -> DynamicTest.dynamicTest(
                        "history " + i, () -> new History(Seed.part(seed, "history " + i)).run()));
    }

    /** The words of each process from TASK_SIZE on, as Linux's functions make them of those of its kernel. */
    private static final class LinuxPgds {
        private final Map<String, long[]> pgds = new HashMap<>();

        void apply(MemoryEvent event, Simulation after, Map<String, long[]> roots) {
            switch (event) {
                case MemoryEvent.SpaceCreated e -> pgds.put(e.space(), new long[ENTRIES]);
                case MemoryEvent.SpaceDestroyed e -> pgds.remove(e.space());
                case MemoryEvent.KernelAttached e -> allocate(e.space(), roots.get(e.kernel()));
                case MemoryEvent.SpaceForked e -> {
                    String kernel = after.space(e.child()).kernel();
                    allocate(e.child(), kernel == null ? new long[ENTRIES] : roots.get(kernel));
                }
                case MemoryEvent.KernelEntriesCopied e -> {
                    // __check_vmalloc_seq: memcpy from pgd_index(start) to pgd_index(end).
                    long[] init = roots.get(after.space(e.space()).kernel());
                    for (int i = index(e.range().start()); i <= index(e.range().last()); i++) {
                        pgds.get(e.space())[i] = init[i];
                    }
                }
                case MemoryEvent.KernelTouched e -> {
                    long[] init = roots.get(after.space(e.space()).kernel());
                    for (int i = index(e.range().start()); i <= index(e.range().last()); i++) {
                        faulted(pgds.get(e.space()), init, i);
                    }
                }
                case MemoryEvent.KernelEntriesProtected e -> {
                    for (int i = index(e.range().start()); i <= index(e.range().last()); i++) {
                        pgds.get(e.space())[i] = updated(pgds.get(e.space())[i], e.permissions());
                    }
                }
                default -> {}
            }
        }

        private static int index(long address) {
            return (int) (address >>> 20);
        }

        /** pgd_alloc: memcpy of the kernel's part of init_mm. */
        private void allocate(String space, long[] init) {
            long[] pgd = new long[ENTRIES];
            System.arraycopy(init, FIRST, pgd, FIRST, ENTRIES - FIRST);
            pgds.put(space, pgd);
        }

        /** do_translation_fault, which an access meets where the addressed word has type 0: copy_pmd. */
        private static void faulted(long[] pgd, long[] init, int index) {
            if ((pgd[index] & 3) == 0 && init[index] != 0) {
                pgd[index & ~1] = init[index & ~1];
                pgd[index | 1] = init[index | 1];
            }
        }

        /** section_update with the masks of nx_perms and ro_perms, set or cleared: XN 4, AP_WRITE 10, APX 15. */
        private static long updated(long word, Permissions permissions) {
            boolean write = permissions.allows(Access.WRITE, Privilege.PRIVILEGED);
            boolean execute = permissions.allows(Access.EXECUTE, Privilege.PRIVILEGED);
            long access = write ? 1 << 10 : 1 << 15 | 1 << 10;
            return word & ~(1L << 15 | 1 << 10 | 1 << 4) | access | (execute ? 0 : 1 << 4);
        }
    }

    private static final class History {
        private final CarryingBench bench = new CarryingBench("classic");
        private final LinuxPgds linux = new LinuxPgds();
        private final SplittableRandom random;
        private int created;
        private int carried;

        History(long seed) {
            this.random = new SplittableRandom(seed);
        }

        void run() {
            bench.done(new CreateSpace("k", SpaceKind.KERNEL));
            observe();
            bench.map("k", 0xc000_0000L, 4 * MB, 0x5000_0000L, kernel("rwx/---"));
            observe();
            bench.done(new CreateSpace("p", SpaceKind.USER));
            observe();
            bench.done(new AttachKernel("p", "k"));
            observe();
            for (int i = 0; i < COMMANDS; i++) {
                MemoryCommand command = next();
                if (command != null && bench.run(command) == null) {
                    observe();
                }
                if (i % 50 == 49) {
                    restored();
                }
            }
            assertThat(carried).as("events that copy or change entries").isGreaterThan(10);
            repeated();
            destroyed();
        }

        /** Compares all processes with Linux's after the last event. */
        private void observe() {
            Step step = bench.steps.getLast();
            carried += step.event() instanceof MemoryEvent.WithKernel ? 1 : 0;
            Map<String, long[]> roots = new HashMap<>();
            List<Long> used = new ArrayList<>();
            Map<Long, String> owners = new HashMap<>();
            bench.model.image((address, words, offset, length) -> used.add(address));
            for (AddressSpace space : step.after().spaces()) {
                List<TableView> tables = bench.model.tablesWithWords(space.name());
                roots.put(space.name(), tables.getFirst().words());
                tables.forEach(table -> owners.put(table.address(), space.name()));
            }
            linux.apply(step.event(), step.after(), roots);
            if (step.event() instanceof MemoryEvent.KernelTouched touched) {
                reaches(touched, step.after());
            }
            for (AddressSpace space : step.after().spaces()) {
                for (int i = FIRST; space.kind() == SpaceKind.USER && i < ENTRIES; i++) {
                    long word = roots.get(space.name())[i];
                    String where = Hex.address((long) i << 20) + " of " + space.name() + " after " + step.event();
                    assertThat(word).as(where).isEqualTo(linux.pgds.get(space.name())[i]);
                    if ((word & 3) == 1) {
                        leadsToTheKernelOrNowhere(word & ~0x3ffL, space, owners, used, where);
                    }
                }
            }
        }

        /** An access that was accepted goes where the kernel's own does. */
        private void reaches(MemoryEvent.KernelTouched e, Simulation after) {
            String kernel = after.space(e.space()).kernel();
            for (long at = e.range().start(); at <= e.range().last(); at += PAGE) {
                long wanted = bench.model.translate(kernel, at, e.access(), e.privilege());
                assertThat(Translation.isFault(wanted)).isFalse();
                assertThat(bench.model.translate(e.space(), at, e.access(), e.privilege()))
                        .as(e.toString())
                        .isEqualTo(wanted);
            }
        }

        private void leadsToTheKernelOrNowhere(
                long table, AddressSpace space, Map<Long, String> owners, List<Long> used, String where) {
            assertThat(used).as(where).contains(table & -PAGE);
            String owner = owners.get(table);
            if (owner != null) {
                assertThat(owner).as(where).isEqualTo(space.kernel());
                return;
            }
            Image image = new Image(bench.model);
            for (long at = table & -PAGE; at < (table & -PAGE) + PAGE; at += 8) {
                assertThat(image.load64(at)).as(where).isZero();
            }
        }

        private MemoryCommand next() {
            List<AddressSpace> spaces = bench.simulation.spaces();
            AddressSpace one = spaces.get(random.nextInt(spaces.size()));
            if (spaces.size() < MOST_SPACES && random.nextInt(10) == 0) {
                String name = "s" + created++;
                SpaceKind kind = random.nextInt(6) == 0 ? SpaceKind.KERNEL : SpaceKind.USER;
                return one.kind() == SpaceKind.USER && random.nextBoolean()
                        ? new ForkSpace(one.name(), name)
                        : new CreateSpace(name, kind);
            }
            if (random.nextInt(40) == 0 && one.name().startsWith("s")) {
                return new DestroySpace(one.name());
            }
            return one.kind() == SpaceKind.KERNEL ? inKernel(one.name()) : inProcess(one);
        }

        private AddressRange pages() {
            long start = AREA + random.nextLong(AREA_SECTIONS * MB / PAGE) * PAGE;
            return AddressRange.ofSize(start, random.nextLong(1, 600) * PAGE);
        }

        private AddressRange sections() {
            return AddressRange.ofSize(AREA + random.nextLong(AREA_SECTIONS) * MB, random.nextLong(1, 5) * MB);
        }

        private MemoryCommand inKernel(String kernel) {
            AddressRange range = random.nextBoolean() ? sections() : pages();
            return switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    long output = 0x6000_0000L + range.start() - AREA;
                    yield new MapRange(
                            kernel, range, new Output.Physical(output), attributes(), random.nextInt(3) == 0);
                }
                case 3 -> new UnmapRange(kernel, range, true);
                case 4 -> new UnmapRange(kernel, range, true, UnmapPolicy.values()[random.nextInt(3)]);
                case 5 ->
                    new MoveRange(kernel, range, AddressRange.ofSize(sections().start(), range.size()), true);
                default -> new ProtectRange(kernel, range, permissions());
            };
        }

        private Attributes attributes() {
            return kernel(PERMISSIONS.get(random.nextInt(PERMISSIONS.size())));
        }

        private Permissions permissions() {
            return Permissions.parse(PERMISSIONS.get(random.nextInt(PERMISSIONS.size())));
        }

        private MemoryCommand inProcess(AddressSpace process) {
            String name = process.name();
            if (process.kernel() == null) {
                List<String> kernels = bench.simulation.spaces().stream()
                        .filter(space -> space.kind() == SpaceKind.KERNEL)
                        .map(AddressSpace::name)
                        .toList();
                return kernels.isEmpty()
                        ? new CreateSpace("s" + created++, SpaceKind.KERNEL)
                        : new AttachKernel(name, kernels.get(random.nextInt(kernels.size())));
            }
            AddressRange one = AddressRange.ofSize(pages().start(), 1);
            return switch (random.nextInt(8)) {
                case 0 -> new CopyKernelEntries(name, sections().widened(2 * MB));
                case 1 -> new ProtectKernelEntries(name, sections(), permissions());
                case 2 -> new ProtectKernelEntries(name, AddressRange.ofSize(0xc010_0000L, MB), permissions());
                case 3 ->
                    new MapRange(
                            name,
                            AddressRange.ofSize(random.nextLong(64) * MB, PAGE),
                            new Output.Physical(0x7000_0000L),
                            Attributes.user(Permissions.parse("rw-/rw-")),
                            true);
                case 4 -> new UnmapRange(name, new AddressRange(0, 64 * MB - 1), true);
                default ->
                    new TouchRange(
                            name,
                            random.nextBoolean() ? one : sections(),
                            random.nextInt(4) == 0 ? Access.WRITE : Access.READ,
                            Privilege.PRIVILEGED);
            };
        }

        /** What is saved and restored is the same, and stays it. */
        private void restored() {
            StateTape saved = new StateTape();
            ((RestorableModel) bench.model).save(saved);
            StateTape state = new StateTape();
            bench.simulation.save(state);
            RestorableModel model = (RestorableModel) new Arm32Plugin().newModel("classic", Coarsening.REJECT);
            model.restore(saved);
            Simulation simulation = Simulation.restored(state);
            StateTape again = new StateTape();
            model.save(again);
            StateTape first = new StateTape();
            ((RestorableModel) bench.model).save(first);
            assertThat(again).isEqualTo(first);
            for (AddressSpace space : bench.simulation.spaces()) {
                assertThat(simulation.space(space.name()).kernel()).isEqualTo(space.kernel());
            }
            // The restored one still knows who carries what: it ends as empty as the other one.
            for (AddressSpace space : simulation.spaces()) {
                if (space.kind() == SpaceKind.USER) {
                    Step step = Step.of(simulation, new MemoryEvent.SpaceDestroyed(space.name()));
                    model.apply(step, null);
                    simulation = step.after();
                }
            }
            for (AddressSpace space : simulation.spaces()) {
                Step step = Step.of(simulation, new MemoryEvent.SpaceDestroyed(space.name()));
                assertThat(model.check(List.of(step))).isNull();
                model.apply(step, null);
                simulation = step.after();
            }
            nothingIsLeft(model);
        }

        /** The same events, checked in batches and unheard, give the same bytes. */
        private void repeated() {
            PageTableModel model = new Arm32Plugin().newModel("classic", Coarsening.REJECT);
            for (int at = 0; at < bench.steps.size(); at += 16) {
                List<Step> batch = bench.steps.subList(at, Math.min(bench.steps.size(), at + 16));
                assertThat(model.check(batch)).isNull();
                batch.forEach(step -> model.apply(step, null));
            }
            assertThat(ImageHash.of(model)).isEqualTo(ImageHash.of(bench.model));
        }

        private void destroyed() {
            for (SpaceKind kind : List.of(SpaceKind.USER, SpaceKind.KERNEL)) {
                for (AddressSpace space : bench.simulation.spaces()) {
                    if (space.kind() == kind) {
                        bench.done(new DestroySpace(space.name()));
                        observe();
                    }
                }
            }
            nothingIsLeft(bench.model);
        }

        private static void nothingIsLeft(PageTableModel model) {
            model.image((address, words, offset, length) -> {
                throw new AssertionError("the table " + Hex.address(address) + " is left");
            });
        }
    }
}
