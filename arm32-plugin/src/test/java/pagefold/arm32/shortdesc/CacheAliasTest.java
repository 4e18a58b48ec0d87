package pagefold.arm32.shortdesc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import pagefold.arm32.Arm32Plugin;
import pagefold.arm32.CarryingBench;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.AgeRange;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.ForkSpace;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.MoveRange;
import pagefold.model.MemoryCommand.ProtectRange;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Region;
import pagefold.model.Sharing;
import pagefold.model.SpaceKind;
import pagefold.spi.Capability;
import pagefold.table.Translation;
import pagefold.table.Walk;
import pagefold.testkit.Seed;

/** What {@code make_coherent} of arch/arm/mm/fault-armv.c leaves of pages that one process maps more than once. */
class CacheAliasTest {
    private static final long PAGE = 0x1000;
    private static final long A = 0x10_0000;
    private static final long B = 0x20_0000;
    private static final long C = 0x30_0000;

    private CarryingBench bench = new CarryingBench("classic-vivt");

    private static MapRange map(String space, long start, int pages, String object, long page, Sharing sharing) {
        return new MapRange(
                space,
                AddressRange.ofSize(start, pages * PAGE),
                new Output.Backed(object, page * PAGE, sharing),
                Attributes.user(Permissions.parse("rw-/rw-")),
                false);
    }

    private static MapRange shared(long start, int pages, long page) {
        return map("u", start, pages, "file", page, Sharing.SHARED);
    }

    /** MT of Linux's word; -1 where there is none. */
    private long type(String space, long address) {
        StringBuilder out = new StringBuilder();
        try {
            bench.model.showPte(space, address, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int at = out.indexOf("*pte=");
        long word = at < 0 ? 0 : Long.parseLong(out.substring(at + 5, at + 13), 16);
        return word == 0 ? -1 : (word & LinuxPte.MT) >>> LinuxPte.MT_SHIFT;
    }

    private List<Long> types(long... addresses) {
        return Arrays.stream(addresses).mapToObj(address -> type("u", address)).toList();
    }

    private static TouchRange touch(long address, Access access) {
        return new TouchRange("u", AddressRange.ofSize(address, PAGE), access, Privilege.UNPRIVILEGED);
    }

    private void start(String profile) {
        bench = new CarryingBench(profile);
        bench.done(new CreateSpace("u", SpaceKind.USER));
    }

    private static final long BUFFERABLE = 1;
    private static final long WRITEALLOC = 7;
    private static final long UNCACHED = 0;

    @Test
    void a_page_of_a_file_that_is_mapped_twice_becomes_bufferable_in_both_places_and_its_neighbours_do_not() {
        start("classic-vivt");
        bench.done(shared(A, 3, 0));
        assertThat(types(A, A + PAGE, A + 2 * PAGE)).containsOnly(WRITEALLOC);

        bench.done(shared(B, 2, 2));

        assertThat(types(A, A + PAGE, A + 2 * PAGE, B, B + PAGE))
                .containsExactly(WRITEALLOC, WRITEALLOC, BUFFERABLE, BUFFERABLE, WRITEALLOC);
        assertThat(bench.model.walk("u", B, Access.READ, Privilege.UNPRIVILEGED).outcome())
                .isInstanceOfSatisfying(
                        Walk.Translated.class,
                        found -> assertThat(found.attributes().memoryType()).isEqualTo(MemoryType.NORMAL_NC));
        // Nothing makes the last one left cacheable again.
        bench.done(new UnmapRange("u", AddressRange.ofSize(B, 2 * PAGE), false));
        assertThat(types(A + 2 * PAGE, B)).containsExactly(BUFFERABLE, -1L);
    }

    @Test
    void where_the_write_buffer_is_not_coherent_it_becomes_uncached() {
        start("classic-vivt-unbuffered");
        bench.done(shared(A, 1, 0));
        bench.done(shared(B, 1, 0));

        assertThat(types(A, B)).containsExactly(UNCACHED, UNCACHED);
    }

    @Test
    void aliases_in_other_processes_and_of_anonymous_memory_do_not_count() {
        start("classic-vivt");
        bench.done(shared(A, 1, 0));
        bench.done(new ForkSpace("u", "v"));
        bench.done(map("v", B, 1, "other", 0, Sharing.SHARED));
        bench.done(map("u", B, 1, "memory", 0, Sharing.PRIVATE));
        bench.done(map("u", C, 1, "memory", 0, Sharing.PRIVATE));

        assertThat(types(A, B, C)).containsOnly(WRITEALLOC);
        assertThat(type("v", A)).isEqualTo(WRITEALLOC);
    }

    /** Only regions with VM_MAYSHARE are looked for, but any page of a file looks. */
    @Test
    void a_private_page_of_a_file_finds_shared_ones_and_is_not_found() {
        start("classic-vivt");
        bench.done(map("u", A, 1, "file", 0, Sharing.COPY_ON_WRITE));
        bench.done(shared(B, 1, 0));
        assertThat(types(A, B)).containsExactly(WRITEALLOC, WRITEALLOC);

        // No fault, nothing new.
        bench.done(touch(A, Access.READ));
        assertThat(types(A, B)).containsExactly(WRITEALLOC, WRITEALLOC);
        bench.done(new AgeRange("u", AddressRange.ofSize(A, PAGE)));
        bench.done(touch(A, Access.READ));
        assertThat(types(A, B)).containsExactly(BUFFERABLE, BUFFERABLE);

        // A copy is anonymous memory, with the type of its region.
        bench.done(touch(A, Access.WRITE));
        assertThat(types(A, B)).containsExactly(WRITEALLOC, BUFFERABLE);
        bench.done(shared(C, 1, 0));
        assertThat(types(A, B, C)).containsExactly(WRITEALLOC, BUFFERABLE, BUFFERABLE);
        bench.done(new AgeRange("u", AddressRange.ofSize(A, PAGE)));
        bench.done(touch(A, Access.READ));
        assertThat(types(A)).as("a copy after a fault").containsExactly(WRITEALLOC);
    }

    @Test
    void what_grants_nothing_is_populated_later_and_looks_then() {
        start("classic-vivt");
        bench.done(shared(A, 1, 0));
        bench.done(new MapRange(
                "u",
                AddressRange.ofSize(B, PAGE),
                new Output.Backed("file", 0, Sharing.SHARED),
                Attributes.user(Permissions.NONE),
                false));
        assertThat(types(A, B)).containsExactly(WRITEALLOC, -1L);

        bench.done(new ProtectRange("u", AddressRange.ofSize(B, PAGE), Permissions.parse("r--/r--")));

        assertThat(types(A, B)).containsExactly(BUFFERABLE, BUFFERABLE);
    }

    @Test
    void profiles_without_the_option_leave_the_types_of_memory_as_they_are() {
        start("classic");
        bench.done(shared(A, 1, 0));
        bench.done(shared(B, 1, 0));

        assertThat(types(A, B)).containsOnly(WRITEALLOC);
        Arm32Plugin plugin = new Arm32Plugin();
        assertThat(plugin.profiles())
                .allSatisfy(profile -> assertThat(profile.capabilities()).doesNotContain(Capability.ALIAS_COHERENCE));
        assertThat(plugin.profile("classic-unbuffered")).isNull();
        assertThat(plugin.profile("lpae-vivt")).isNull();
        assertThat(plugin.profile("classic-lowvectors-vivt-unbuffered").capabilities())
                .contains(Capability.ALIAS_COHERENCE, Capability.LOW_VECTORS);
    }

    /** Page by page, fault by fault, as the kernel's functions go. */
    private final class Kernel {
        /** The pages that are present, with their types. */
        final Map<Long, Long> types = new TreeMap<>();

        private final Map<Long, Boolean> copies = new TreeMap<>();

        void gone(AddressRange range) {
            types.keySet().removeIf(range::contains);
            copies.keySet().removeIf(range::contains);
        }

        void fault(AddressSpace space, long page) {
            Region region = space.at(page);
            types.putIfAbsent(page, WRITEALLOC);
            if (!(region.output() instanceof Output.Backed(String object, long offset, Sharing sharing))
                    || sharing == Sharing.PRIVATE
                    || copies.containsKey(page)) {
                return;
            }
            long shown = offset + (page - region.range().start());
            boolean isAliased = false;
            for (Region other : space.regions()) {
                if (other != region
                        && other.output() instanceof Output.Backed(String same, long from, Sharing how)
                        && how == Sharing.SHARED
                        && same.equals(object)
                        && shown >= from
                        && shown - from < other.range().size()) {
                    isAliased |= types.replace(other.range().start() + (shown - from), BUFFERABLE) != null;
                }
            }
            if (isAliased) {
                types.put(page, BUFFERABLE);
            }
        }

        void copied(long page) {
            copies.put(page, true);
            types.put(page, WRITEALLOC);
        }

        boolean isCopy(long page) {
            return copies.containsKey(page);
        }

        void moved(AddressRange from, long distance) {
            Map<Long, Long> pages = new TreeMap<>(types);
            pages.keySet().removeIf(page -> !from.contains(page));
            Map<Long, Boolean> owned = new TreeMap<>(copies);
            owned.keySet().removeIf(page -> !from.contains(page));
            gone(from);
            pages.forEach((page, type) -> types.put(page + distance, type));
            owned.forEach((page, copy) -> copies.put(page + distance, copy));
        }
    }

    @TestFactory
    Stream<DynamicTest> random_histories_come_out_as_fault_by_fault() {
        long seed = Seed.of("CacheAliasTest");
        return IntStream.range(0, 20)
                .mapToObj(i -> DynamicTest.dynamicTest(
                        "history " + i, () -> history(new SplittableRandom(Seed.part(seed, "history " + i)))));
    }

    private void history(SplittableRandom random) {
        start("classic-vivt");
        Kernel kernel = new Kernel();
        for (int i = 0; i < 150; i++) {
            AddressSpace before = bench.simulation.space("u");
            long start = 0x10_0000 * random.nextLong(1, 4) + random.nextLong(12) * PAGE;
            AddressRange range = AddressRange.ofSize(start, random.nextLong(1, 6) * PAGE);
            int choice = random.nextInt(10);
            MemoryCommand command = choice < 4
                    ? map(
                            "u",
                            start,
                            (int) (range.size() / PAGE),
                            "file" + random.nextInt(2),
                            random.nextLong(8),
                            Sharing.values()[random.nextInt(3)])
                    : choice < 5
                            ? new UnmapRange("u", range, true)
                            : choice < 6
                                    ? new AgeRange("u", range)
                                    : choice < 7
                                            ? new MoveRange(
                                                    "u",
                                                    range,
                                                    AddressRange.ofSize(
                                                            0x50_0000 + random.nextLong(12) * PAGE, range.size()),
                                                    true)
                                            : touch(start, random.nextBoolean() ? Access.READ : Access.WRITE);
            boolean wasOld = isOld(start);
            boolean wasClean = isOld(start) || !isWritable(start);
            if (bench.run(command) != null) {
                continue;
            }
            AddressSpace after = bench.simulation.space("u");
            switch (command) {
                case MapRange c -> pages(c.range()).forEach(page -> kernel.fault(after, page));
                case UnmapRange c -> kernel.gone(c.range());
                case MoveRange c -> {
                    kernel.gone(c.to());
                    kernel.moved(c.from(), c.to().start() - c.from().start());
                }
                case TouchRange c -> {
                    boolean isCopied = before.at(start).output() instanceof Output.Backed(String o, long f, Sharing s)
                            && s == Sharing.COPY_ON_WRITE;
                    if (c.access() == Access.WRITE && isCopied && !kernel.isCopy(start)) {
                        kernel.copied(start);
                    } else if (c.access() == Access.WRITE ? wasClean : wasOld) {
                        kernel.fault(after, start);
                    }
                }
                default -> {}
            }
            Map<Long, Long> found = new TreeMap<>();
            after.regions().forEach(region -> pages(region.range()).forEach(page -> found.put(page, type("u", page))));
            assertThat(found).as("%s, event %s", command, i).isEqualTo(kernel.types);
        }
    }

    private static List<Long> pages(AddressRange range) {
        return Stream.iterate(range.start(), page -> page + PAGE)
                .limit(range.size() / PAGE)
                .toList();
    }

    private boolean isOld(long address) {
        return Translation.isFault(bench.model.translate("u", address, Access.READ, Privilege.UNPRIVILEGED));
    }

    private boolean isWritable(long address) {
        return !Translation.isFault(bench.model.translate("u", address, Access.WRITE, Privilege.UNPRIVILEGED));
    }
}
