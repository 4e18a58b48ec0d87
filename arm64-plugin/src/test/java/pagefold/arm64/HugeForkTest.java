package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.AgeRange;
import pagefold.model.MemoryCommand.ForkSpace;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.MoveRange;
import pagefold.model.MemoryCommand.ProtectRange;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.MemoryCommand.WriteProtectRange;
import pagefold.model.MemoryEvent;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding;
import pagefold.model.Privilege;
import pagefold.model.Sharing;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.table.PageTableModel;
import pagefold.table.RestorableModel;
import pagefold.testkit.ImageHash;
import pagefold.testkit.Seed;
import pagefold.testkit.StateTape;

/**
 * Private huge pages of processes that fork, against Linux's rules, slot by slot.
 *
 * <p>Where we differ, on purpose. <em>Made writable at once:</em> after {@code mprotect} to write, Linux leaves a private
 * page read-only until the next fault; here a page that nobody shares may be written, as ordinary pages may.
 * <em>Objects stay whole:</em> pages of an object are copied by the first write after a fork even if the other process has
 * gone. <em>Aged entry by entry:</em> {@code damon_hugetlb_mkold} gathers dirty state, too; here only the Access flags go.
 */
class HugeForkTest {
    private static final long BASE = 1L << 38;
    private static final int PAGES = 6;

    private enum Grant {
        NONE("---/---", HugeTlb.NONE),
        READ("r--/r--", HugeTlb.READONLY),
        WRITE("rw-/rw-", HugeTlb.SHARED);

        final Permissions permissions;
        final long protection;

        Grant(String permissions, long protection) {
            this.permissions = Permissions.parse(permissions);
            this.protection = protection;
        }
    }

    private enum Sort {
        PRIVATE,
        COPY_ON_WRITE
    }

    /** One page of a process beside its words. */
    private record Page(Sort sort, Grant grant) {}

    private static final class Process {
        final String name;
        final HugeTlb linux;
        final Page[] pages = new Page[PAGES];

        Process(String name, HugeTlb linux) {
            this.name = name;
            this.linux = linux;
        }

        boolean are(int first, int last, Grant least) {
            for (int i = first; i <= last; i++) {
                if (pages[i] == null || pages[i].grant.compareTo(least) < 0) {
                    return false;
                }
            }
            return true;
        }

        boolean areFree(int first, int last) {
            return Arrays.stream(pages, first, last + 1).allMatch(page -> page == null);
        }
    }

    /** The processes of one history, and how many words point to each copied page. */
    private static final class Machine {
        final KernelBench bench;
        final HugeTlb.Size size;
        final List<Process> processes = new ArrayList<>();
        final Map<Long, Integer> copies = new HashMap<>();
        private int names;

        Machine(String profile, HugeTlb.Size size) {
            this.bench = new KernelBench(profile);
            this.size = size;
            bench.run(new MemoryCommand.CreateSpace("p0", SpaceKind.USER));
            processes.add(new Process("p0", new HugeTlb(size, PAGES)));
        }

        AddressRange range(int first, int last) {
            return new AddressRange(BASE + first * size.bytes(), BASE + (last + 1) * size.bytes() - 1);
        }

        long word(Process in, int page) {
            KernelBench.Leaf leaf = bench.leaves(in.name).get(BASE + page * size.bytes());
            assertThat(leaf).isNotNull();
            return leaf.word();
        }

        /** Where the allocator has put a page: its choice, but on a multiple of the size. */
        long frame(Process in, int page) {
            long frame = HugeTlb.address(word(in, page));
            assertThat(frame % size.bytes()).isZero();
            return frame;
        }

        void map(Process in, int first, int last, Grant grant) {
            Output output = new Output.Backed("o" + names++, 0, Sharing.PRIVATE);
            bench.run(new MapRange(in.name, range(first, last), output, attributes(size.bytes(), grant), false));
            for (int i = first; i <= last; i++) {
                in.pages[i] = new Page(Sort.PRIVATE, grant);
                if (grant != Grant.NONE) {
                    in.linux.fault(i, frame(in, i), grant == Grant.WRITE);
                }
            }
        }

        private void forget(Process in, int page) {
            if (!in.linux.isNone(page)) {
                long frame = HugeTlb.address(in.linux.page(page)[0]);
                copies.computeIfPresent(frame, (at, n) -> n == 1 ? null : n - 1);
            }
        }

        void unmap(Process in, int first, int last) {
            bench.run(new UnmapRange(in.name, range(first, last), true));
            for (int i = first; i <= last; i++) {
                forget(in, i);
                in.linux.unmap(i);
                in.pages[i] = null;
            }
        }

        private boolean isOwn(Process in, int page) {
            return in.pages[page].sort != Sort.COPY_ON_WRITE
                    || copies.getOrDefault(HugeTlb.address(in.linux.page(page)[0]), 0) == 1;
        }

        void protect(Process in, int first, int last, Grant grant) {
            bench.run(new ProtectRange(in.name, range(first, last), grant.permissions));
            for (int i = first; i <= last; i++) {
                Page old = in.pages[i];
                in.pages[i] = new Page(old.sort, grant);
                if (old.grant == grant) {
                    continue;
                }
                if (!in.linux.isNone(i)) {
                    boolean stays = grant == Grant.WRITE && !isOwn(in, i);
                    in.linux.protect(i, stays ? HugeTlb.READONLY : grant.protection);
                } else if (grant != Grant.NONE) {
                    in.linux.fault(i, frame(in, i), grant == Grant.WRITE && old.sort != Sort.COPY_ON_WRITE);
                }
            }
        }

        void write(Process in, int first, int last) {
            bench.run(new TouchRange(in.name, range(first, last), Access.WRITE, Privilege.UNPRIVILEGED));
            for (int i = first; i <= last; i++) {
                if (isOwn(in, i)) {
                    in.linux.write(i);
                    continue;
                }
                long old = HugeTlb.address(in.linux.page(i)[0]);
                forget(in, i);
                long copy = frame(in, i);
                assertThat(copy).isNotEqualTo(old);
                assertThat(copies).doesNotContainKey(copy);
                copies.put(copy, 1);
                in.linux.unmap(i);
                in.linux.fault(i, copy, true);
            }
        }

        void fork(Process parent) {
            Process child = new Process("p" + processes.size(), new HugeTlb(size, PAGES));
            bench.run(new ForkSpace(parent.name, child.name));
            processes.add(child);
            for (int i = 0; i < PAGES; i++) {
                Page page = parent.pages[i];
                if (page != null) {
                    page = new Page(Sort.COPY_ON_WRITE, page.grant);
                    parent.pages[i] = page;
                    if (!parent.linux.isNone(i)) {
                        copies.computeIfPresent(HugeTlb.address(parent.linux.page(i)[0]), (at, n) -> n + 1);
                        parent.linux.fork(i, child.linux);
                    }
                }
                child.pages[i] = page;
            }
        }

        void check(String what) {
            for (Process process : processes) {
                NavigableMap<Long, KernelBench.Leaf> leaves = bench.leaves(process.name);
                Map<Long, String> expected = new HashMap<>();
                for (int i = 0; i < process.linux.words.length; i++) {
                    if (process.linux.words[i] != 0) {
                        expected.put(BASE + i * size.step(), Long.toHexString(process.linux.words[i]));
                    }
                }
                Map<Long, String> actual = new HashMap<>();
                leaves.forEach((at, leaf) -> actual.put(at, Long.toHexString(leaf.word())));
                assertThat(actual).as(process.name + " after " + what).isEqualTo(expected);
            }
        }
    }

    private static Attributes attributes(long pageSize, Grant grant) {
        return Attributes.user(grant.permissions).ofPages(pageSize);
    }

    private static void step(Machine machine, SplittableRandom random) {
        Process in = machine.processes.get(random.nextInt(machine.processes.size()));
        int first = random.nextInt(PAGES);
        int last = first + random.nextInt(PAGES - first);
        AddressRange range = machine.range(first, last);
        Grant grant = Grant.values()[random.nextInt(3)];
        switch (random.nextInt(11)) {
            case 0, 1 -> {
                if (in.areFree(first, last)) {
                    machine.map(in, first, last, grant);
                }
            }
            case 2 -> {
                if (random.nextInt(3) == 0) {
                    machine.unmap(in, first, last);
                }
            }
            case 3 -> {
                if (in.are(first, last, Grant.NONE)) {
                    machine.protect(in, first, last, grant);
                }
            }
            case 4 -> {
                if (in.are(first, last, Grant.READ)) {
                    machine.bench.run(new TouchRange(in.name, range, Access.READ, Privilege.UNPRIVILEGED));
                    for (int i = first; i <= last; i++) {
                        in.linux.read(i);
                    }
                }
            }
            case 5, 6 -> {
                if (in.are(first, last, Grant.WRITE)) {
                    machine.write(in, first, last);
                }
            }
            case 7 -> {
                if (in.are(first, last, Grant.READ)) {
                    machine.bench.run(new AgeRange(in.name, range));
                    for (int i = first; i <= last; i++) {
                        in.linux.age(i);
                    }
                }
            }
            case 8 -> {
                if (in.are(first, last, Grant.READ)) {
                    machine.bench.run(new WriteProtectRange(in.name, range));
                    for (int i = first; i <= last; i++) {
                        in.linux.writeProtect(i);
                    }
                }
            }
            case 9 -> move(machine, in, first, random.nextInt(PAGES));
            default -> {
                if (machine.processes.size() < 4 && random.nextInt(4) == 0) {
                    machine.fork(in);
                }
            }
        }
    }

    private static void move(Machine machine, Process in, int page, int to) {
        if (in.pages[page] != null && in.pages[to] == null) {
            machine.bench.run(new MoveRange(in.name, machine.range(page, page), machine.range(to, to), false));
            if (!in.linux.isNone(page)) {
                in.linux.move(page, to);
            }
            in.pages[to] = in.pages[page];
            in.pages[page] = null;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "4k-48, 16, 12, true",
        "4k-48, 1, 21, false",
        "4k-48, 16, 21, false",
        "4k-48, 1, 30, false",
        "4k-39, 1, 30, false",
        "16k-48, 128, 14, true",
        "16k-48, 1, 25, false",
        "16k-48, 32, 25, false",
        "64k-48, 32, 16, true",
        "64k-48, 1, 29, false",
        "64k-48, 32, 29, false"
    })
    void every_word_is_the_one_that_linux_writes(String profile, int slots, int shift, boolean inLastTable) {
        SplittableRandom random = new SplittableRandom(Seed.of("HugeForkTest " + profile + " " + slots + " " + shift));
        HugeTlb.Size size = new HugeTlb.Size(slots, 1L << shift, inLastTable);
        for (int trial = 0; trial < 12; trial++) {
            Machine machine = new Machine(profile, size);
            for (int i = 0; i < 80; i++) {
                step(machine, random);
                machine.check("step " + i + " of trial " + trial);
            }
            for (Process process : List.copyOf(machine.processes)) {
                machine.bench.run(new MemoryCommand.DestroySpace(process.name));
            }
            assertThat(machine.bench.tables()).as("tables left").isEqualTo(1);
        }
    }

    /** What is written down is read back, frames of copies with it. */
    @Test
    void huge_pages_are_the_same_after_a_restart() {
        Machine machine = new Machine("16k-48", new HugeTlb.Size(128, 1 << 14, true));
        Process in = machine.processes.getFirst();
        machine.map(in, 0, 2, Grant.WRITE);
        machine.fork(in);
        machine.write(in, 1, 2);
        machine.fork(in);
        StateTape neutral = new StateTape();
        StateTape tables = new StateTape();
        machine.bench.state().save(neutral);
        ((RestorableModel) machine.bench.model).save(tables);

        Simulation state = Simulation.restored(neutral);
        PageTableModel model = new Arm64Plugin().newModel("16k-48", PluginBinding.Coarsening.REJECT);
        ((RestorableModel) model).restore(tables);
        MemoryCommand write = new TouchRange("p0", machine.range(0, 2), Access.WRITE, Privilege.UNPRIVILEGED);
        if (state.decide(write) instanceof Decision.Accepted(MemoryEvent event)) {
            model.apply(Step.of(state, event), null);
        }
        machine.bench.run(write);

        assertThat(state.spaces()).hasSize(4);
        assertThat(state.space("p0")).isNotNull();
        assertThat(ImageHash.of(model)).isEqualTo(ImageHash.of(machine.bench.model));
    }
}
