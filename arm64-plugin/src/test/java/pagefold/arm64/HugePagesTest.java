package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Hex;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.AgeRange;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.MoveRange;
import pagefold.model.MemoryCommand.ProtectRange;
import pagefold.model.MemoryCommand.SplitRange;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.MemoryCommand.WriteProtectRange;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Rejection;
import pagefold.model.Sharing;
import pagefold.model.SpaceKind;
import pagefold.table.PageTableModel;
import pagefold.table.TranslationRegime;
import pagefold.testkit.Seed;

/** Huge pages of processes against Linux's rules, entry by entry, in every size that a granule has. */
class HugePagesTest {
    private static final String SPACE = "u";
    private static final long BASE = 0x40_0000_0000L;
    private static final long FRAMES = 0x80_0000_0000L;
    private static final int PAGES = 6;

    private static TranslationRegime regime(String profile) {
        return Objects.requireNonNull(
                Arm64Plugin.setup(profile, Coarsening.REJECT).regimes().get(SpaceKind.USER));
    }

    private static Attributes attributes(boolean mayWrite, long size) {
        return Attributes.user(Permissions.parse(mayWrite ? "rw-/rw-" : "r--/r--"))
                .ofPages(size);
    }

    /** Every size of three granules: profile, size, entries of a page, level of the entries. */
    static Stream<Arguments> sizes() {
        return Stream.of(
                Arguments.of("4k-48", 64L << 10, 16, 3),
                Arguments.of("4k-48", 2L << 20, 1, 2),
                Arguments.of("4k-48", 32L << 20, 16, 2),
                Arguments.of("4k-48", 1L << 30, 1, 1),
                Arguments.of("16k-48", 2L << 20, 128, 3),
                Arguments.of("16k-48", 32L << 20, 1, 2),
                Arguments.of("16k-48", 1L << 30, 32, 2),
                Arguments.of("64k-48", 2L << 20, 32, 3),
                Arguments.of("64k-48", 512L << 20, 1, 2),
                Arguments.of("64k-48", 16L << 30, 32, 2));
    }

    @ParameterizedTest
    @CsvSource({
        "4k-48,64K 2M 32M 1G",
        "4k-39,64K 2M 32M 1G",
        "16k-36,2M 32M 1G",
        "16k-48,2M 32M 1G",
        "64k-42,2M 512M 16G",
        "64k-52,2M 512M 16G"
    })
    void a_granule_has_the_sizes_of_linux(String profile, String expected) {
        List<String> sizes = regime(profile).pageSizes().stream().map(Hex::size).toList();

        assertThat(String.join(" ", sizes)).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void every_entry_is_the_one_that_linux_writes(String profile, long size, int n, int level) {
        SplittableRandom random = new SplittableRandom(Seed.part(Seed.of("HugePagesTest"), profile + size));
        for (int trial = 0; trial < 25; trial++) {
            KernelBench bench = new KernelBench(profile);
            bench.run(new MemoryCommand.CreateSpace(SPACE, SpaceKind.USER));
            HugePte linux = new HugePte(PAGES, n, size / n);
            List<String> history = new ArrayList<>();
            for (int step = 0; step < 40; step++) {
                step(random, bench, linux, profile, size, level, history);
                check(bench, linux, size / n, level, profile + " " + size + " " + history);
            }
        }
    }

    private static AddressRange page(int page, long size) {
        return AddressRange.ofSize(BASE + page * size, size);
    }

    private static void step(
            SplittableRandom random,
            KernelBench bench,
            HugePte linux,
            String profile,
            long size,
            int level,
            List<String> history) {
        int page = random.nextInt(PAGES);
        AddressRange range = page(page, size);
        if (!linux.isMapped(page)) {
            boolean mayWrite = random.nextBoolean();
            Attributes attributes = attributes(mayWrite, size);
            long output = FRAMES + page * size;
            linux.writable[page] = mayWrite;
            linux.set(
                    page,
                    regime(profile)
                            .format()
                            .leafWord(output, level, regime(profile).leafBits(attributes)));
            history.add("map " + page + " " + mayWrite);
            bench.run(new MapRange(SPACE, range, new Output.Physical(output), attributes, false));
            return;
        }
        int action = random.nextInt(7);
        history.add(action + " of " + page);
        switch (action) {
            case 0 -> {
                linux.unmap(page);
                bench.run(new UnmapRange(SPACE, range, true));
            }
            case 1 -> {
                boolean mayWrite = random.nextBoolean();
                linux.protect(page, mayWrite, regime(profile).leafBits(attributes(mayWrite, size)));
                bench.run(new ProtectRange(
                        SPACE, range, attributes(mayWrite, size).permissions()));
            }
            case 2, 3 -> touch(random, bench, linux, page, size);
            case 4 -> {
                linux.age(page);
                // A byte is as good as the whole page.
                bench.run(new AgeRange(SPACE, random.nextBoolean() ? range : range.widened(1 << 16)));
            }
            case 5 -> {
                linux.writeProtect(page);
                bench.run(new WriteProtectRange(SPACE, range));
            }
            default -> {
                int to = random.nextInt(PAGES);
                if (!linux.isMapped(to)) {
                    linux.move(page, to);
                    bench.run(new MoveRange(SPACE, range, page(to, size), false));
                }
            }
        }
    }

    private static void touch(SplittableRandom random, KernelBench bench, HugePte linux, int page, long size) {
        int n = linux.words.length / PAGES;
        int first = random.nextInt(n);
        int last = first + random.nextInt(n - first);
        AddressRange range = new AddressRange(
                BASE + page * size + first * (size / n), BASE + page * size + (last + 1) * (size / n) - 1);
        if (linux.writable[page] && random.nextBoolean()) {
            linux.write(page * n + first, page * n + last);
            bench.run(new TouchRange(SPACE, range, Access.WRITE, Privilege.UNPRIVILEGED));
        } else {
            linux.read(page * n + first, page * n + last);
            bench.run(new TouchRange(SPACE, range, Access.READ, Privilege.UNPRIVILEGED));
        }
    }

    private static void check(KernelBench bench, HugePte linux, long step, int level, String what) {
        NavigableMap<Long, KernelBench.Leaf> leaves = bench.leaves(SPACE);
        List<String> wrong = new ArrayList<>();
        int found = 0;
        for (int i = 0; i < linux.words.length; i++) {
            KernelBench.Leaf leaf = leaves.get(BASE + i * step);
            long word = leaf == null ? 0 : leaf.word();
            found += leaf == null ? 0 : 1;
            if (word != linux.words[i] || leaf != null && leaf.level() != level) {
                wrong.add(i + ": " + Long.toHexString(word) + ", Linux " + Long.toHexString(linux.words[i]));
            }
        }
        assertThat(wrong).as(what).isEmpty();
        assertThat(leaves).as(what).hasSize(found);
    }

    private static KernelBench mapped(long size) {
        KernelBench bench = new KernelBench("4k-48");
        bench.run(
                new MemoryCommand.CreateSpace(SPACE, SpaceKind.USER),
                new MapRange(
                        SPACE,
                        AddressRange.ofSize(BASE, 2 * size),
                        new Output.Backed("huge", 0, Sharing.SHARED),
                        attributes(true, size),
                        false));
        return bench;
    }

    @Test
    void nothing_happens_to_a_part_of_a_huge_page() {
        long size = 2L << 20;
        KernelBench bench = mapped(size);
        AddressRange part = AddressRange.ofSize(BASE + 0x1000, 0x1000);
        Rejection cut = new Rejection.WrongMemory(SPACE, part, "it cuts a page of 2M at 0x0000004000001000");

        assertThat(bench.refuse(new UnmapRange(SPACE, part, true))).isEqualTo(cut);
        assertThat(bench.refuse(new ProtectRange(SPACE, part, Permissions.parse("r--/r--"))))
                .isEqualTo(cut);
        assertThat(bench.refuse(new WriteProtectRange(SPACE, part))).isEqualTo(cut);
        assertThat(bench.refuse(new SplitRange(SPACE, AddressRange.ofSize(BASE, size), 0x1000)))
                .isInstanceOf(Rejection.WrongMemory.class);
        assertThat(bench.refuse(new MapRange(
                        SPACE, part, new Output.Physical(0), Attributes.user(Permissions.parse("rw-/rw-")), true)))
                .isEqualTo(cut);
        assertThat(bench.refuse(new MoveRange(
                        SPACE,
                        AddressRange.ofSize(BASE, size),
                        AddressRange.ofSize(BASE + 4 * size + 0x1000, size),
                        false)))
                .isInstanceOf(Rejection.WrongMemory.class);
    }

    @Test
    void sizes_and_places_that_do_not_fit_are_refused_with_the_numbers() {
        KernelBench bench = mapped(2L << 20);
        AddressRange range = AddressRange.ofSize(0, 4L << 20);

        assertThat(bench.refuse(new MapRange(SPACE, range, new Output.Physical(0), attributes(true, 4L << 20), false)))
                .isEqualTo(new Rejection.NotRepresentable(
                        "4k-48", SPACE, range, "page-size", "a page size of 64K, 2M, 32M, 1G, not 4M"));
        assertThat(bench.refuse(
                        new MapRange(SPACE, range, new Output.Physical(0x1000), attributes(true, 2L << 20), false)))
                .isInstanceOf(Rejection.WrongMemory.class);
        assertThat(bench.refuse(new MapRange(
                        KernelBench.SPACE,
                        AddressRange.ofSize(-1L << 47, 32L << 20),
                        new Output.Physical(0),
                        KernelBench.attributes("rw-/---", false, false).ofPages(32L << 20),
                        false)))
                .isEqualTo(new Rejection.NotRepresentable(
                        "4k-48",
                        KernelBench.SPACE,
                        AddressRange.ofSize(-1L << 47, 32L << 20),
                        "page-size",
                        "a page size of 2M, not 32M"));
        bench.run(new MemoryCommand.CreateSpace("hyp", SpaceKind.HYP));
        assertThat(bench.refuse(new MapRange("hyp", range, new Output.Physical(0), attributes(true, 2L << 20), false)))
                .isInstanceOf(Rejection.WrongKind.class);
    }

    @Test
    void sections_of_a_kernel_have_the_word_of_a_running_kernels_vmemmap() {
        KernelBench bench = new KernelBench("4k-48");
        long vmemmap = 0xffff_fdff_c000_0000L;
        Attributes section = KernelBench.attributes("rw-/---", false, false).ofPages(2L << 20);

        bench.run(KernelBench.map(vmemmap, 4L << 20, 0x4ba0_0000L, section));

        // Linux 6.12's own, from the captured kernel linux-6.12-arm64-4k48.
        assertThat(bench.word(vmemmap)).isEqualTo(0x0068_0000_4ba0_0701L);
        assertThat(bench.refuse(new UnmapRange(
                        KernelBench.SPACE,
                        AddressRange.ofSize(vmemmap, 1L << 20),
                        true,
                        MemoryCommand.UnmapPolicy.HOT_REMOVE)))
                .isInstanceOf(Rejection.WrongMemory.class);
    }

    @Test
    void an_object_whose_frames_lie_otherwise_cannot_be_mapped_in_huge_pages_not_even_in_one_batch() {
        KernelBench bench = mapped(2L << 20);
        MemoryCommand ordinary = new MapRange(
                SPACE,
                AddressRange.ofSize(0x1000, 0x3000),
                new Output.Backed("file", 0x1000, Sharing.SHARED),
                Attributes.user(Permissions.parse("rw-/rw-")),
                false);
        MemoryCommand huge = new MapRange(
                SPACE,
                AddressRange.ofSize(2L << 20, 2L << 20),
                new Output.Backed("file", 0, Sharing.SHARED),
                attributes(true, 2L << 20),
                false);
        Rejection expected = new Rejection.NotRepresentable(
                "4k-48",
                SPACE,
                AddressRange.ofSize(2L << 20, 2L << 20),
                "page-size",
                "an object without other frames than 2M");

        PageTableModel.Refusal batch = bench.refusal(List.of(ordinary, huge));
        bench.run(ordinary);

        assertThat(batch).isEqualTo(new PageTableModel.Refusal(1, expected));
        assertThat(bench.refuse(huge)).isEqualTo(expected);
    }

    @Test
    void ordinary_memory_may_share_the_frames_of_huge_pages() {
        KernelBench bench = mapped(2L << 20);

        bench.run(new MapRange(
                SPACE,
                AddressRange.ofSize(0x5000, 0x1000),
                new Output.Backed("huge", 0x3000, Sharing.SHARED),
                Attributes.user(Permissions.parse("rw-/rw-")),
                false));

        assertThat(bench.model.translate(SPACE, 0x5000, Access.READ, Privilege.UNPRIVILEGED))
                .isEqualTo(bench.model.translate(SPACE, BASE + 0x3000, Access.READ, Privilege.UNPRIVILEGED));
    }

    @Test
    void shared_huge_pages_are_forked_whole() {
        KernelBench shared = mapped(64L << 10);

        shared.run(new MemoryCommand.ForkSpace(SPACE, "child"));

        assertThat(shared.leaves("child")).hasSize(32);
    }
}
