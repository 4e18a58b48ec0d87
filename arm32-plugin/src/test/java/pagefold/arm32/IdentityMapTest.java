package pagefold.arm32;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm32.CarryingBench.MB;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.arm32.machine.Arm32Machine;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.AttachKernel;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.DestroySpace;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.MoveRange;
import pagefold.model.MemoryCommand.ProtectRange;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Rejection;
import pagefold.model.Shareability;
import pagefold.model.Sharing;
import pagefold.model.SpaceKind;
import pagefold.spi.Capture;
import pagefold.table.PhysicalMemory;
import pagefold.table.Walk;
import pagefold.testkit.Seed;

/**
 * The tables with which a kernel turns its MMU on and off, against {@code identity_mapping_add} and {@code
 * __create_page_tables} (arch/arm/mm/idmap.c, kernel/head.S), and against the reader of captured machines.
 */
class IdentityMapTest {
    private static final long SEED = Seed.of("IdentityMapTest");
    private static final int ROUNDS = 40;
    private static final long PAGE = 0x1000;
    private static final long PMD = 2 * MB;
    private static final long LOWMEM = 0xc000_0000L;
    /** PMD_TYPE_SECT | PMD_SECT_AP_WRITE | PMD_SECT_AF, of both headers. */
    private static final Attributes STATIC =
            attributes("rwx/---", MemoryType.DEVICE_NGNRNE, Shareability.NON_SHAREABLE, true);

    private static Attributes attributes(
            String permissions, MemoryType type, Shareability shareability, boolean blocks) {
        return new Attributes(Permissions.parse(permissions), type, shareability, true, false, 0, blocks, false);
    }

    private static CarryingBench bench(String profile) {
        CarryingBench bench = new CarryingBench(profile);
        bench.done(new CreateSpace("id", SpaceKind.IDMAP));
        return bench;
    }

    private static void map(CarryingBench bench, AddressRange range) {
        bench.map("id", range.start(), range.size(), range.start(), STATIC);
    }

    private static Map<Long, Long> words(CarryingBench bench) {
        Map<Long, Long> words = new TreeMap<>();
        bench.model.image((address, chunk, offset, length) -> {
            for (int i = 0; i < length; i++) {
                words.put(address + 8L * i, chunk[offset + i]);
            }
        });
        words.values().removeIf(word -> word == 0);
        return words;
    }

    /** {@code pmd[0]} and {@code pmd[1]} of classic together are one word of 64 bits, as the pair lies in memory. */
    private static Map<Long, Long> ofLinux(CarryingBench bench, String profile, List<AddressRange> ranges) {
        Map<Long, Long> words = new TreeMap<>();
        long root = bench.root("id");
        for (AddressRange range : ranges) {
            for (long address = range.start() & -PMD; address <= range.last(); address += PMD) {
                if (profile.equals("classic")) {
                    words.put(root + 8 * (address >>> 21), address | 0x402 | (address + MB | 0x402) << 32);
                } else {
                    long pmd = bench.word("id", address) & -PAGE;
                    words.put(root + 8 * (address >>> 30), pmd | 3);
                    words.put(pmd + 8 * (address >>> 21 & 511), address | 0x401);
                }
            }
        }
        return words;
    }

    private static Arm32Machine machine(CarryingBench bench, String profile) {
        Map<Long, Long> words = words(bench);
        PhysicalMemory memory = address -> words.getOrDefault(address, 0L);
        long root = bench.root("id");
        boolean isLong = profile.equals("lpae");
        Map<String, Long> registers = Map.of(
                "SCTLR",
                0x50c5_387dL,
                "TTBCR",
                isLong ? 0xb500_3500L : 0L,
                "TTBR0",
                root,
                "TTBR1",
                root,
                "DACR",
                0x55L,
                isLong ? "MAIR0" : "PRRR",
                isLong ? 0xeeaa_4400L : 0xff0a_81a8L,
                isLong ? "MAIR1" : "NMRR",
                isLong ? 0xff00_0004L : 0x40e0_40e0L);
        return new Arm32Machine(new Capture("cortex-a15", registers, Map.of(), memory));
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "lpae"})
    void a_map_has_the_words_of_identity_mapping_add_and_a_machine_finds_all_of_it_at_itself(String profile) {
        SplittableRandom random = new SplittableRandom(Seed.part(SEED, profile));
        for (int round = 0; round < ROUNDS; round++) {
            CarryingBench bench = bench(profile);
            List<AddressRange> ranges = new ArrayList<>();
            // The last one is what lies below the modules.
            for (long slot :
                    random.longs(random.nextInt(1, 5), 0, 0x60 - 1).distinct().toArray()) {
                long start = slot * 16 * PMD + random.nextLong(14) * PMD;
                ranges.add(AddressRange.ofSize(start, random.nextLong(1, 3) * PMD));
            }

            ranges.forEach(range -> map(bench, range));

            assertThat(words(bench)).as(ranges.toString()).isEqualTo(ofLinux(bench, profile, ranges));
            checkWalks(bench, profile, ranges, random);
        }
    }

    private static void checkWalks(
            CarryingBench bench, String profile, List<AddressRange> ranges, SplittableRandom random) {
        Arm32Machine machine = machine(bench, profile);
        for (AddressRange range : ranges) {
            for (long at : new long[] {range.start(), range.last(), range.start() + random.nextLong(range.size())}) {
                assertThat(machine.walk("s1cpw", at).outcome())
                        .isInstanceOfSatisfying(
                                Walk.Translated.class,
                                found -> assertThat(found.output()).isEqualTo(at));
                // The whole of PAR: strongly ordered memory at the address itself.
                assertThat(machine.addressTranslation("s1cpr", at) & 0xffff_f001L)
                        .isEqualTo(at & -PAGE);
                assertThat(machine.walk("s1cur", at).outcome()).isInstanceOf(Walk.Faulted.class);
            }
            for (long outside : new long[] {range.start() - 1 & 0xffff_ffffL, range.last() + 1}) {
                boolean isMapped = ranges.stream().anyMatch(each -> each.contains(outside));
                assertThat(machine.walk("s1cpr", outside).outcome() instanceof Walk.Translated)
                        .isEqualTo(isMapped);
            }
        }
    }

    /** {@code mm_mmuflags} of proc-v7: read and write for all, cached, shareable; one word a section, not a pair. */
    @ParameterizedTest
    @CsvSource({"classic, rwx/rwx, 0x100000, 0x40211c0e", "lpae, rwx/---, 0x200000, 0x4020071d"})
    void the_first_sections_of_a_boot_are_one_word_each(String profile, String permissions, long size, long word) {
        CarryingBench bench = bench(profile);
        Attributes boot = attributes(permissions, MemoryType.NORMAL_WB, Shareability.INNER_SHAREABLE, true);

        bench.map("id", 0x4020_0000L, size, 0x4020_0000L, boot);

        Map<Long, Long> words = words(bench);
        if (profile.equals("lpae")) {
            words.remove(bench.root("id") + 8);
        }
        assertThat(words.values()).containsExactly(word);
    }

    /** {@code idmap_pgd} is from {@code pgd_alloc}: the kernel's memory stays where it is while it turns the MMU off. */
    @ParameterizedTest
    @ValueSource(strings = {"classic", "lpae"})
    void a_map_carries_its_kernel(String profile) {
        CarryingBench bench = bench(profile);
        bench.done(new CreateSpace("k", SpaceKind.KERNEL));
        bench.map("k", LOWMEM, 2 * PMD, 0x4000_0000L, CarryingBench.kernel("rwx/---"));
        bench.done(new AttachKernel("id", "k"));
        map(bench, AddressRange.ofSize(0x4020_0000L, PMD));
        Arm32Machine machine = machine(bench, profile);

        for (long at : new long[] {0x4020_0123L, LOWMEM + 0x20_0123L}) {
            assertThat(machine.walk("s1cpr", at).outcome())
                    .isInstanceOfSatisfying(
                            Walk.Translated.class,
                            found -> assertThat(found.output()).isEqualTo(0x4020_0123L));
        }
        assertThat(bench.run(new DestroySpace("k"))).isInstanceOf(Rejection.CarriedKernel.class);
    }

    @ParameterizedTest
    @CsvSource({"classic, 1M, 0xbf000000", "lpae, 2M, 0xc0000000"})
    void what_is_no_section_at_itself_below_the_kernels_part_is_refused(String profile, String unit, long end) {
        CarryingBench bench = bench(profile);
        map(bench, AddressRange.ofSize(0x4000_0000L, 2 * PMD));
        AddressRange range = AddressRange.ofSize(0x5000_0000L, PMD);
        Attributes pages = attributes("rwx/---", MemoryType.DEVICE_NGNRNE, Shareability.NON_SHAREABLE, false);

        refused(bench, mapped(range, 0x5020_0000L, STATIC), "the address itself as its output, in an identity map");
        refused(bench, mapped(range, range.start(), pages), "blocks, as no pages reach up to 0x00000000501fffff");
        String multiple = "a multiple of " + unit;
        refused(bench, mapped(AddressRange.ofSize(0x5000_0000L, PAGE), 0x5000_0000L, STATIC), multiple);
        refused(bench, mapped(AddressRange.ofSize(0x5000_1000L, PMD), 0x5000_1000L, STATIC), multiple);
        AddressRange page = AddressRange.ofSize(0x4000_1000L, PAGE);
        refused(bench, new UnmapRange("id", page, false), multiple);
        refused(bench, new ProtectRange("id", page, Permissions.parse("r-x/---")), multiple);
        refused(
                bench,
                new MoveRange("id", AddressRange.ofSize(0x4000_0000L, PMD), range, false),
                "a place that it never leaves, in an identity map");
        refused(bench, mapped(AddressRange.ofSize(end, PMD), end, STATIC), "0x");
        assertThat(bench.run(new MapRange("id", range, new Output.Backed("file", 0, Sharing.SHARED), STATIC, false)))
                .isInstanceOf(Rejection.NotRepresentable.class);
    }

    private static MapRange mapped(AddressRange range, long output, Attributes attributes) {
        return new MapRange("id", range, new Output.Physical(output), attributes, false);
    }

    private static void refused(CarryingBench bench, MemoryCommand command, String expected) {
        Map<Long, Long> before = words(bench);
        assertThat(bench.run(command))
                .as(command.toString())
                .isInstanceOfSatisfying(
                        Rejection.NotRepresentable.class,
                        refused -> assertThat(refused.expected()).contains(expected));
        assertThat(words(bench)).isEqualTo(before);
    }

    /** No kernel of arm32 has tables of single pages that lead to themselves. */
    @ParameterizedTest
    @CsvSource({
        "classic, IDMAP_PAGE, IDENTITY_PAGES",
        "lpae, IDMAP_PAGE, IDENTITY_PAGES",
        "lpae, IDMAP_PAGE_52, IDENTITY_MAPS_52"
    })
    void the_kinds_that_linux_has_on_arm64_alone_are_missing_by_name(String profile, SpaceKind kind, String name) {
        assertThat(bench(profile).run(new CreateSpace("page", kind)))
                .isInstanceOfSatisfying(
                        Rejection.MissingCapability.class,
                        refused -> assertThat(refused.capability()).isEqualTo(name));
    }

    @Test
    void a_section_is_taken_out_of_a_pair_and_the_tables_of_lpae_are_given_back() {
        CarryingBench classic = bench("classic");
        map(classic, AddressRange.ofSize(0x4000_0000L, PMD));
        classic.done(new UnmapRange("id", AddressRange.ofSize(0x4000_0000L, MB), false));
        assertThat(words(classic).values()).containsExactly(0x4010_0402L << 32);

        CarryingBench lpae = bench("lpae");
        map(lpae, AddressRange.ofSize(0x4000_0000L, PMD));
        lpae.done(new UnmapRange("id", AddressRange.ofSize(0x4000_0000L, PMD), false));
        assertThat(words(lpae)).isEmpty();
        assertThat(lpae.model.tables("id")).hasSize(1);
    }

    /** Linux's dump leaves out what has no bit that it names: with LPAE that is all of the static map. */
    @ParameterizedTest
    @CsvSource({"classic, 0x40000000-0x40200000 2M PGD KERNEL RW x", "lpae, ''"})
    void the_dump_has_a_heading_of_its_own(String profile, String ofStatic) throws IOException {
        CarryingBench bench = bench(profile);
        map(bench, AddressRange.ofSize(0x4000_0000L, PMD));
        Attributes boot = attributes("rwx/---", MemoryType.NORMAL_WB, Shareability.INNER_SHAREABLE, true);
        bench.map("id", 0x4020_0000L, PMD, 0x4020_0000L, boot);
        StringBuilder out = new StringBuilder();

        bench.model.dump("id", out);

        String ofBoot = "0x40200000-0x40400000 2M " + (profile.equals("lpae") ? "PMD" : "PGD KERNEL") + " RW x SHD";
        List<String> lines = new ArrayList<>(List.of("---[ Identity map ]---", ofBoot));
        if (!ofStatic.isEmpty()) {
            lines.add(1, ofStatic);
        }
        assertThat(out.toString().lines().map(line -> line.strip().replaceAll(" +", " ")))
                .containsExactlyElementsOf(lines);
    }
}
