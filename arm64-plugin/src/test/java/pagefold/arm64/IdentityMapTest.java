package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm64.descriptor.Descriptor.CONTIGUOUS;
import static pagefold.arm64.descriptor.Descriptor.UXN_TABLE;
import static pagefold.arm64.descriptor.Descriptor.bits;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Rejection;
import pagefold.model.Sharing;
import pagefold.model.SpaceKind;
import pagefold.spi.Capability;
import pagefold.spi.Profile;
import pagefold.table.TableView;
import pagefold.table.TranslationRegime;
import pagefold.testkit.Seed;

/**
 * Identity maps, word for word against Linux 6.12's two functions written down once more: {@code map_range}, which goes
 * down from the root, and {@code trans_pgd_idmap_page}, which comes up from the page.
 */
class IdentityMapTest {
    private static final String SPACE = "id";
    private static final int TRIALS = 60;

    static Stream<Profile> profiles() {
        return new Arm64Plugin().profiles().stream();
    }

    /** One space of a kind. */
    private static KernelBench bench(Profile profile, SpaceKind kind) {
        KernelBench bench = new KernelBench(profile.name());
        bench.run(new MemoryCommand.CreateSpace(SPACE, kind));
        return bench;
    }

    private static Attributes attributes(String permissions) {
        return Attributes.kernel(Permissions.parse(permissions), MemoryType.NORMAL_WB);
    }

    private static MemoryCommand map(long address, long size, String permissions) {
        return new MemoryCommand.MapRange(
                SPACE,
                AddressRange.ofSize(address, size),
                new Output.Physical(address),
                attributes(permissions),
                false);
    }

    /** All words that are not zero, as path from the root: indexes between dots. Tables are their attributes alone. */
    private static Map<String, Long> words(KernelBench bench) {
        Map<String, Long> words = new TreeMap<>();
        List<TableView> tables = bench.model.tables(SPACE);
        collect(bench, tables.getFirst().address(), "", words);
        return words;
    }

    private static void collect(KernelBench bench, long table, String path, Map<String, Long> words) {
        TableView view = Objects.requireNonNull(bench.model.table(table));
        var rules = Objects.requireNonNull(bench.model.breakRules(SPACE));
        for (int i = 0; i < view.words().length; i++) {
            long word = view.words()[i];
            if (word != 0 && rules.isTable(word, view.level())) {
                words.put(path + "." + i, word & (bits(63, 52) | 3));
                collect(bench, rules.tableAddress(word), path + "." + i, words);
            } else if (word != 0) {
                words.put(path + "." + i, word);
            }
        }
    }

    /** The leaf bits of a profile, known from LinuxWordsTest. */
    private record Leaves(TranslationRegime regime, long leafBits) {
        static Leaves of(Profile profile, String permissions) {
            TranslationRegime kernel = Objects.requireNonNull(Arm64Plugin.setup(profile.name(), Coarsening.REJECT)
                    .regimes()
                    .get(SpaceKind.KERNEL));
            return new Leaves(kernel, kernel.leafBits(IdentityMapTest.attributes(permissions)));
        }

        long word(long output, int level) {
            return regime.format().leafWord(output, level, leafBits);
        }
    }

    /** {@code map_range} of arch/arm64/kernel/pi/map_range.c. */
    private static void mapRange(
            Map<String, Long> words, String path, long start, long end, int level, int shift, Leaves leaves) {
        int lshift = (3 - level) * (shift - 3);
        long lmask = (1L << shift + lshift) - 1;
        long cmask = level == 3 ? (leaves.regime.format().contiguousEntries(3) * (1L << shift)) - 1 : -1L;
        boolean mayBlock = level == 3 || leaves.regime.format().leafAllowed(level);
        boolean contiguous = false;
        long at = start;
        while (at < end) {
            long next = Math.min((at | lmask) + 1, end);
            String entry = path + "." + (at >>> shift + lshift & (1L << shift - 3) - 1);
            if (level < 3 && (((at | next) & lmask) != 0 || !mayBlock)) {
                words.put(entry, UXN_TABLE | 3);
                mapRange(words, entry, at, next, level + 1, shift, leaves);
            } else {
                contiguous |= (at & cmask) == 0;
                contiguous &= (end & ~cmask) > at;
                words.put(entry, leaves.word(at, level) | (contiguous ? CONTIGUOUS : 0));
            }
            at = next;
        }
    }

    /** {@code trans_pgd_idmap_page} of arch/arm64/mm/trans_pgd.c. */
    private static Map<String, Long> idmapPage(long address, int shift, Leaves leaves) {
        int maxMsb = (address & bits(51, 48)) != 0 ? 51 : 47;
        List<Long> indexes = new ArrayList<>();
        for (int level = 3; ; level--) {
            int lsb = (3 - level) * (shift - 3) + shift;
            int msb = Math.min(lsb + shift - 4, maxMsb);
            indexes.addFirst((address & bits(msb, lsb)) >>> lsb);
            if (msb == maxMsb) {
                break;
            }
        }
        Map<String, Long> words = new TreeMap<>();
        String path = "";
        for (int i = 0; i < indexes.size(); i++) {
            path += "." + indexes.get(i);
            words.put(path, i == indexes.size() - 1 ? leaves.word(address, 3) : 3L);
        }
        return words;
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void the_boot_map_has_the_words_of_map_range(Profile profile) {
        SplittableRandom random = new SplittableRandom(Seed.part(Seed.of("IdentityMapTest"), profile.name()));
        int shift = profile.granuleBits();
        Leaves leaves = Leaves.of(profile, "r-x/---");
        int rootLevel = 3 - (47 - shift) / (shift - 3);
        for (int trial = 0; trial < TRIALS; trial++) {
            // Sizes of kernels, at places of every alignment and at both ends.
            long size = 1 + random.nextLong(1L << random.nextInt(shift, 30)) + (1L << shift) - 1 & -(1L << shift);
            long end = (1L << 48) - size;
            long start = switch (random.nextInt(5)) {
                        case 0 -> 0;
                        case 1 -> end;
                        case 2 -> random.nextLong(end) & -(1L << 21);
                        default -> random.nextLong(end);
                    }
                    & -(1L << shift);
            KernelBench bench = bench(profile, SpaceKind.IDMAP);
            Map<String, Long> expected = new TreeMap<>();

            bench.run(map(start, size, "r-x/---"));

            mapRange(expected, "", start, start + size, rootLevel, shift, leaves);
            assertThat(words(bench)).as("%x + %x", start, size).isEqualTo(expected);
            leadsToItself(bench, start);
            leadsToItself(bench, start + size - 1);
        }
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void a_page_anywhere_has_the_words_of_trans_pgd_idmap_page(Profile profile) {
        SplittableRandom random = new SplittableRandom(Seed.part(Seed.of("IdentityMapTest"), profile.name()));
        long page = 1L << profile.granuleBits();
        Leaves leaves = Leaves.of(profile, "r-x/---");
        List<Long> addresses = new ArrayList<>(List.of(0L, page, (1L << 48) - page));
        for (int trial = 0; trial < TRIALS; trial++) {
            addresses.add(random.nextLong(1L << 48) & -page);
        }
        if (profile.capabilities().contains(Capability.IDENTITY_MAPS_52)) {
            addresses.addAll(List.of(1L << 48, (1L << 52) - page, random.nextLong(1L << 48, 1L << 52) & -page));
        }
        for (long address : addresses) {
            SpaceKind kind = address >>> 48 == 0 ? SpaceKind.IDMAP_PAGE : SpaceKind.IDMAP_PAGE_52;
            KernelBench bench = bench(profile, kind);

            bench.run(map(address, page, "r-x/---"));

            assertThat(words(bench)).as("%x", address).isEqualTo(idmapPage(address, profile.granuleBits(), leaves));
            leadsToItself(bench, address);
            // Never more than a table a level.
            assertThat(bench.model.tables(SPACE)).hasSizeLessThanOrEqualTo(address >>> 48 == 0 ? 4 : 5);
        }
    }

    private static void leadsToItself(KernelBench bench, long address) {
        assertThat(bench.model.translate(SPACE, address, Access.EXECUTE, Privilege.PRIVILEGED))
                .isEqualTo(address);
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void nothing_leads_elsewhere(Profile profile) {
        KernelBench bench = bench(profile, SpaceKind.IDMAP);
        long size = 1L << profile.granuleBits();
        AddressRange range = AddressRange.ofSize(size, size);
        bench.run(map(size, size, "r-x/---"));

        assertThat(bench.refuse(new MemoryCommand.MapRange(
                        SPACE, range, new Output.Physical(2 * size), attributes("r-x/---"), true)))
                .isEqualTo(new Rejection.NotRepresentable(
                        profile.name(),
                        SPACE,
                        range,
                        "output",
                        "the address itself as its output, in an identity map"));
        assertThat(bench.refuse(new MemoryCommand.MapRange(
                        SPACE, range, new Output.Backed("o", 0, Sharing.SHARED), attributes("r-x/---"), true)))
                .isInstanceOf(Rejection.NotRepresentable.class);
        assertThat(bench.refuse(new MemoryCommand.MoveRange(SPACE, range, AddressRange.ofSize(4 * size, size), false)))
                .isInstanceOf(Rejection.NotRepresentable.class);
        assertThat(bench.refuse(map(1L << 48, size, "r-x/---"))).isInstanceOf(Rejection.NotRepresentable.class);
    }

    @Test
    void pages_beyond_48_bits_are_for_profiles_that_have_them() {
        KernelBench bench = new KernelBench("4k-48");
        KernelBench wide = bench(
                profiles()
                        .filter(each -> each.name().equals("4k-52"))
                        .findFirst()
                        .orElseThrow(),
                SpaceKind.IDMAP_PAGE_52);

        assertThat(bench.refuse(new MemoryCommand.CreateSpace(SPACE, SpaceKind.IDMAP_PAGE_52)))
                .isEqualTo(new Rejection.MissingCapability("IDENTITY_MAPS_52", "arm64", "4k-48"));
        assertThat(wide.refuse(map(0, 0x1000, "r-x/---"))).isInstanceOf(Rejection.NotRepresentable.class);
    }
}
