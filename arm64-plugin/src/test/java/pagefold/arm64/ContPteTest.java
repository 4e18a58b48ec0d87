package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm64.descriptor.Descriptor.CONTIGUOUS;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.AgeRange;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.MoveRange;
import pagefold.model.MemoryCommand.ProtectRange;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.MemoryCommand.WriteProtectRange;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Sharing;
import pagefold.model.SpaceKind;
import pagefold.table.TranslationRegime;
import pagefold.testkit.Seed;

/**
 * Contiguous pages of processes against Linux's rules, entry by entry, and those of kernels, which are never folded.
 *
 * <p>Not compared are forks: Linux copies entries in batches whose size depends on the folios, we copy words as they are.
 */
class ContPteTest {
    private static final String SPACE = "u";
    private static final long BASE = 0x40_0000_0000L;
    private static final long FRAMES = 0x8_0000_0000L;
    private static final int BLOCKS = 5;

    /** One space and its other way. */
    private static final class Pages {
        final KernelBench bench;
        final ContPte linux;
        final int granuleBits;
        final int entries;
        private final TranslationRegime regime;

        Pages(String profile, int granuleBits, int n) {
            this.bench = new KernelBench(profile);
            this.granuleBits = granuleBits;
            this.entries = BLOCKS * n;
            this.linux = new ContPte(entries, n, granuleBits);
            this.regime = Objects.requireNonNull(
                    Arm64Plugin.setup(profile, Coarsening.REJECT).regimes().get(SpaceKind.USER));
            bench.run(new MemoryCommand.CreateSpace(SPACE, SpaceKind.USER));
        }

        AddressRange range(int first, int last) {
            return new AddressRange(
                    BASE + ((long) first << granuleBits), BASE + ((long) (last + 1) << granuleBits) - 1);
        }

        static Attributes attributes(boolean mayWrite) {
            Attributes plain = Attributes.user(Permissions.parse(mayWrite ? "rw-/rw-" : "r--/r--"));
            return new Attributes(
                    plain.permissions(),
                    plain.memoryType(),
                    plain.shareability(),
                    plain.global(),
                    plain.guarded(),
                    plain.software(),
                    false,
                    true);
        }

        void map(int first, int last, long frame, boolean mayWrite) {
            long output = FRAMES + (frame << granuleBits);
            linux.map(
                    first, last, mayWrite, regime.format().leafWord(output, 3, regime.leafBits(attributes(mayWrite))));
            bench.run(
                    new MapRange(SPACE, range(first, last), new Output.Physical(output), attributes(mayWrite), false));
        }

        void protect(int first, int last, boolean mayWrite) {
            linux.protect(first, last, mayWrite, regime.leafBits(attributes(mayWrite)));
            bench.run(new ProtectRange(
                    SPACE, range(first, last), attributes(mayWrite).permissions()));
        }

        void check(String what) {
            NavigableMap<Long, KernelBench.Leaf> leaves = bench.leaves(SPACE);
            List<String> wrong = new ArrayList<>();
            for (int i = 0; i < entries; i++) {
                KernelBench.Leaf leaf = leaves.get(BASE + ((long) i << granuleBits));
                long word = leaf == null ? 0 : leaf.word();
                if (word != linux.words[i]) {
                    wrong.add(i + ": " + Long.toHexString(word) + ", Linux " + Long.toHexString(linux.words[i]));
                }
            }
            assertThat(wrong).as(what).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"4k-48,12,16", "16k-48,14,128", "64k-48,16,32", "4k-52,12,16"})
    void every_word_is_the_one_that_linux_writes_page_by_page(String profile, int granuleBits, int n) {
        SplittableRandom random = new SplittableRandom(Seed.of("ContPteTest " + profile));
        for (int trial = 0; trial < 40; trial++) {
            Pages pages = new Pages(profile, granuleBits, n);
            List<String> history = new ArrayList<>();
            // Some trials have frames that never fit the addresses.
            long shift = random.nextInt(4) == 0 ? random.nextInt(n) : 0;
            for (int step = 0; step < 60; step++) {
                int first = edge(random, pages.entries, n);
                int last = Math.min(pages.entries - 1, Math.max(first, first + edge(random, 3 * n, n) - 1));
                step(random, pages, first, last, shift, history);
                pages.check(profile + " " + history);
            }
        }
    }

    /** A place, often at a border of a run. */
    private static int edge(SplittableRandom random, int entries, int n) {
        return random.nextInt(3) == 0
                ? random.nextInt(entries)
                : Math.min(entries - 1, random.nextInt(entries) / n * n);
    }

    private static void step(
            SplittableRandom random, Pages pages, int first, int last, long shift, List<String> history) {
        String where = " " + first + "-" + last;
        if (pages.linux.isEmpty(first, last)) {
            boolean mayWrite = random.nextBoolean();
            history.add("map " + mayWrite + where);
            pages.map(first, last, first + shift, mayWrite);
        } else if (pages.linux.isMapped(first, last)) {
            change(random, pages, first, last, history);
        } else if (random.nextInt(3) == 0) {
            history.add("unmap" + where);
            pages.linux.unmap(first, last);
            pages.bench.run(new UnmapRange(SPACE, pages.range(first, last), true));
        } else if (pages.linux.words[first] == 0) {
            history.add("map one " + first);
            pages.map(first, first, first + shift, true);
        }
    }

    private static void change(SplittableRandom random, Pages pages, int first, int last, List<String> history) {
        String where = " " + first + "-" + last;
        AddressRange range = pages.range(first, last);
        switch (random.nextInt(7)) {
            case 0 -> {
                history.add("unmap" + where);
                pages.linux.unmap(first, last);
                pages.bench.run(new UnmapRange(SPACE, range, true));
            }
            case 1 -> {
                boolean mayWrite = random.nextBoolean();
                history.add("protect " + mayWrite + where);
                pages.protect(first, last, mayWrite);
            }
            case 2 -> {
                history.add("read" + where);
                pages.linux.read(first, last);
                pages.bench.run(new TouchRange(SPACE, range, Access.READ, Privilege.UNPRIVILEGED));
            }
            case 3 -> {
                // A write to what its region does not allow is refused, and not made.
                if (allows(pages, first, last)) {
                    history.add("write" + where);
                    pages.linux.write(first, last);
                    pages.bench.run(new TouchRange(SPACE, range, Access.WRITE, Privilege.UNPRIVILEGED));
                }
            }
            case 4 -> {
                history.add("age" + where);
                pages.linux.age(first, last);
                pages.bench.run(new AgeRange(SPACE, range));
            }
            case 5 -> {
                history.add("write-protect" + where);
                pages.linux.writeProtect(first, last);
                pages.bench.run(new WriteProtectRange(SPACE, range));
            }
            default -> move(random, pages, first, last, history);
        }
    }

    private static boolean allows(Pages pages, int first, int last) {
        for (int i = first; i <= last; i++) {
            if (!pages.linux.writable[i]) {
                return false;
            }
        }
        return true;
    }

    private static void move(SplittableRandom random, Pages pages, int first, int last, List<String> history) {
        int to = random.nextInt(pages.entries - (last - first));
        if ((to > last || to + last - first < first) && pages.linux.isEmpty(to, to + last - first)) {
            history.add("move " + first + "-" + last + " to " + to);
            pages.linux.move(first, last, to);
            pages.bench.run(new MoveRange(SPACE, pages.range(first, last), pages.range(to, to + last - first), false));
        }
    }

    @Test
    void a_run_that_is_filled_from_behind_stays_as_it_is() {
        Pages pages = new Pages("4k-48", 12, 16);

        pages.map(15, 15, 15, true);
        pages.map(0, 14, 0, true);
        pages.check("from behind");
        pages.map(16, 30, 16, true);
        pages.map(31, 31, 31, true);

        pages.check("from the front");
        assertThat(pages.linux.words[0] & CONTIGUOUS).isZero();
        assertThat(pages.linux.words[16] & CONTIGUOUS).isNotZero();
    }

    @Test
    void neighbouring_pages_of_a_kernel_are_never_made_a_run() {
        KernelBench bench = new KernelBench("4k-48");
        long base = 0xffff_0000_0000_0000L;
        Attributes attributes = KernelBench.attributes("rw-/---", true, true);

        for (int i = 0; i < 16; i++) {
            bench.run(KernelBench.map(base + i * 0x1000L, 0x1000, 0x4000_0000L + i * 0x1000L, attributes));
        }
        bench.run(KernelBench.map(base + 0x1_0000, 0x1_0000, 0x4001_0000L, attributes));

        NavigableMap<Long, KernelBench.Leaf> leaves = bench.leaves(KernelBench.SPACE);
        assertThat(leaves.headMap(base + 0x1_0000).values()).hasSize(16).noneMatch(ContPteTest::isContiguous);
        assertThat(leaves.tailMap(base + 0x1_0000).values()).hasSize(16).allMatch(ContPteTest::isContiguous);
    }

    @Test
    void a_run_of_a_kernel_is_marked_whole_or_not_at_all_where_some_of_its_pages_were_there_before() {
        KernelBench bench = new KernelBench("4k-48");
        AddressRange run = AddressRange.ofSize(0xffff_8000_0000_0000L, 0x1_0000);
        AddressRange page = AddressRange.ofSize(run.start(), 0x1000);
        Attributes none = KernelBench.attributes("---/---", true, false);
        bench.run(
                new MapRange(KernelBench.SPACE, run, new Output.Backed("o", 0, Sharing.PRIVATE), none, false),
                new ProtectRange(KernelBench.SPACE, page, Permissions.parse("rw-/---")),
                new ProtectRange(KernelBench.SPACE, page, Permissions.NONE));

        bench.run(new MemoryCommand.ChangeRange(KernelBench.SPACE, run, KernelBench.attributes("rw-/---", true, true)));

        assertThat(bench.leaves(KernelBench.SPACE).values()).hasSize(16).noneMatch(ContPteTest::isContiguous);
    }

    private static boolean isContiguous(KernelBench.Leaf leaf) {
        return (leaf.word() & CONTIGUOUS) != 0;
    }
}
