package pagefold.arm32.shortdesc;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm32.CarryingBench.MB;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import pagefold.arm32.CarryingBench;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Rejection;
import pagefold.model.Shareability;
import pagefold.model.SpaceKind;
import pagefold.testkit.Seed;

/**
 * A kernel's maps of memory and devices against {@code create_mapping} and {@code __arm_ioremap_pfn_caller}
 * (arch/arm/mm/mmu.c, ioremap.c), told again here from the facts about their words.
 */
class CreateMappingTest {
    private static final long SEED = Seed.of("CreateMappingTest");
    private static final int ROUNDS = 60;
    private static final int MAPPINGS = 12;
    private static final long PAGE = 0x1000;
    private static final long PAIR = 2 * MB;
    private static final long SUPER = 16 * MB;
    private static final long ROOT = 0x4000_0000L;
    private static final long VMALLOC = 0xd080_0000L;
    /** Slots of 32 MB from the first multiple in the area of vmalloc on. */
    private static final long SLOTS = 0xd200_0000L;

    private static final int SLOT_COUNT = 22;

    /** Types of Linux's table of memory types whose sections and pages say the same (Armv7, SMP, write-allocate). */
    enum Type {
        MT_DEVICE(0x1_1452, 0x653, MemoryType.DEVICE_NGNRE, true, "rw-/---"),
        MT_DEVICE_NONSHARED(0x1452, 0x253, MemoryType.DEVICE_NGNRE, false, "rw-/---"),
        MT_MEMORY_RWX(0x1_140e, 0x45f, MemoryType.NORMAL_WB, true, "rwx/---"),
        MT_MEMORY_RW(0x1_141e, 0x65f, MemoryType.NORMAL_WB, true, "rw-/---"),
        MT_MEMORY_RWX_NONCACHED(0x1_0406, 0x447, MemoryType.NORMAL_NC, true, "rwx/---");

        private final long section;
        private final long page;
        private final MemoryType type;
        private final boolean isShared;
        private final String permissions;

        Type(long section, long page, MemoryType type, boolean isShared, String permissions) {
            this.section = section;
            this.page = page;
            this.type = type;
            this.isShared = isShared;
            this.permissions = permissions;
        }

        Attributes attributes(boolean blocks) {
            return new Attributes(
                    Permissions.parse(permissions),
                    type,
                    isShared ? Shareability.INNER_SHAREABLE : Shareability.NON_SHAREABLE,
                    true,
                    false,
                    0,
                    blocks,
                    false);
        }
    }

    private final CarryingBench bench = new CarryingBench("classic");
    /** Where the words of level 1 are not 0 that Linux has written, and those of pages by their address. */
    private final Map<Long, Long> sections = new TreeMap<>();

    private final Map<Long, Long> pages = new TreeMap<>();

    @BeforeEach
    void create() {
        bench.done(new CreateSpace("k", SpaceKind.KERNEL));
    }

    private void map(long address, long physical, long size, Attributes attributes) {
        bench.map("k", address, size, physical, attributes);
    }

    /** {@code alloc_init_pmd}: pair by pair sections or pages; {@code __map_init_section} writes what is in the range. */
    private void createMapping(long address, long physical, long size, Type type) {
        long end = address + size;
        long next;
        for (long at = address; at < end; physical += next - at, at = next) {
            next = Math.min((at & -PAIR) + PAIR, end);
            if (((at | next | physical) & MB - 1) == 0) {
                writeSections(at, physical, next - at, type);
            } else {
                writePages(at, physical, next - at, type);
            }
        }
    }

    private void writeSections(long address, long physical, long size, Type type) {
        for (long done = 0; done < size; done += MB) {
            sections.put(address + done, physical + done | type.section);
        }
    }

    private void writePages(long address, long physical, long size, Type type) {
        for (long done = 0; done < size; done += PAGE) {
            pages.put(address + done, physical + done | type.page);
        }
    }

    /** What is there against what Linux would have written. */
    private void compare() {
        Image image = new Image(bench.model);
        Map<Long, Long> foundSections = new TreeMap<>();
        Map<Long, Long> foundPages = new TreeMap<>();
        for (long address = VMALLOC & -PAIR; address < 1L << 32; address += MB) {
            long word = image.load32(ROOT + 4 * (address >>> 20)) & 0xffff_ffffL;
            if (!Descriptor.isTable(word)) {
                foundSections.put(address, word);
                continue;
            }
            // pmd_populate_kernel: the hardware's halves of a page of tables, kernel domain.
            assertThat(word & 0xfff).isEqualTo((address & MB) == 0 ? 0x811 : 0xc11);
            for (int i = 0; i < 256; i++) {
                long at = (word & Descriptor.TABLE_ADDRESS) + 4 * i;
                long linux = image.load32(at - LinuxPte.HARDWARE_OFFSET) & 0xffff_ffffL;
                long hardware = image.load32(at) & 0xffff_ffffL;
                assertThat(hardware).isEqualTo(LinuxPte.hardware(linux, false));
                foundPages.put(address + i * PAGE, linux);
            }
        }
        foundSections.values().removeIf(word -> word == 0);
        foundPages.values().removeIf(word -> word == 0);
        assertThat(foundSections).isEqualTo(sections);
        assertThat(foundPages).isEqualTo(pages);
    }

    @Test
    void random_maps_of_the_boot_have_the_words_of_create_mapping() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            long[] slots = random.ints(MAPPINGS, 0, SLOT_COUNT)
                    .asLongStream()
                    .distinct()
                    .toArray();
            for (long slot : slots) {
                Type type = Type.values()[random.nextInt(Type.values().length)];
                long unit = random.nextInt(4) == 0 ? PAGE : MB;
                long address = SLOTS + slot * 2 * SUPER + random.nextLong(4 * MB / unit) * unit;
                // The physical address lies as the virtual one in 2 MB or in 1 MB, or anyhow.
                long physical = 0x5000_0000L + random.nextLong(1024) * MB + (random.nextInt(5) == 0 ? PAGE : 0);
                physical += random.nextBoolean() ? address & MB - 1 : 0;
                long size = random.nextLong(1, 6 * MB / unit) * unit;
                map(address, physical, size, type.attributes(true));
                createMapping(address, physical, size, type);
            }

            compare();
            bench.done(new UnmapRange("k", new AddressRange(VMALLOC, 0xffff_ffffL), true));
            sections.clear();
            pages.clear();
            compare();
        }
    }

    /** Sections only where all of an area is of whole pairs ({@code blocks} says which), supersections beyond 4 GB. */
    @ParameterizedTest
    @EnumSource(Type.class)
    void random_areas_of_ioremap_have_its_words(Type type) {
        SplittableRandom random = new SplittableRandom(Seed.part(SEED, type.name()));
        for (int round = 0; round < ROUNDS; round++) {
            long address = SLOTS + random.nextLong(SLOT_COUNT) * 2 * SUPER;
            long physical = 0x5000_0000L;
            long size = random.nextLong(1, 3);
            switch (random.nextInt(3)) {
                case 0 -> {
                    size *= SUPER;
                    physical = (random.nextLong(1, 16) << 32) + random.nextLong(16) * SUPER;
                    for (long done = 0; done < size; done += MB) {
                        long first = physical + (done & -SUPER);
                        // remap_area_supersections: 16 equal words; no domain, where PA[39:36] are.
                        long word = first & 0xff00_0000L | (first >>> 32) << 20 | 1 << 18 | type.section & ~0x1e0L;
                        sections.put(address + done, word);
                    }
                }
                case 1 -> {
                    size *= PAIR;
                    physical += random.nextLong(256) * PAIR;
                    writeSections(address, physical, size, type);
                }
                default -> {
                    size = random.nextBoolean() ? MB : size * PAGE;
                    physical += random.nextLong(256) * MB;
                    writePages(address, physical, size, type);
                }
            }

            map(address, physical, size, type.attributes(((address | physical | size) & PAIR - 1) == 0));

            compare();
            bench.done(new UnmapRange("k", AddressRange.ofSize(address, size), true));
            sections.clear();
            pages.clear();
        }
    }

    /** MT_ROM has sections alone; read-only, executable, not shared. */
    @Test
    void a_rom_is_a_section_that_is_read_only_and_not_shared() {
        Attributes rom = new Attributes(
                Permissions.parse("r-x/---"),
                MemoryType.NORMAL_WB,
                Shareability.NON_SHAREABLE,
                true,
                false,
                0,
                true,
                false);

        map(SLOTS, 0x1000_0000L, MB, rom);

        assertThat(bench.told).containsExactly("40003480: 0 -> 1000940e");
    }

    /** {@code map_sa1100_gpio_regs}: the first word of a pair, whatever the second one is. */
    @Test
    void one_section_of_a_device_leaves_the_other_word_of_its_pair_alone() {
        map(0xf800_0000L + MB, 0x8000_0000L, MB, Type.MT_MEMORY_RW.attributes(true));

        map(0xf800_0000L, 0x9000_0000L, MB, Type.MT_DEVICE.attributes(true));

        assertThat(bench.told).containsExactly("40003e00: 0 -> 90011452");
        assertThat(bench.word("k", 0xf800_0000L + MB) & 0xffff_ffffL).isEqualTo(0x8001_141eL);
    }

    /** Where Linux warns and maps nothing, or gives no address; the message says what would do. */
    @ParameterizedTest
    @CsvSource({
        // "… in user region".
        "0xbe000000, 0x90000000, 0x100000, addresses within 0x00000000bf000000-0x0000000100000000",
        // "cannot create mapping … invalid alignment", and ioremap's NULL.
        "0xe0100000, 0x100000000, 0x1000000, both ends and the output on a multiple of 16M",
        "0xe0000000, 0x101100000, 0x1000000, both ends and the output on a multiple of 16M",
        "0xe0000000, 0x100000000, 0xf00000, both ends and the output on a multiple of 16M",
        "0xe0000800, 0x90000800, 0x1000, 4K",
        "0xe0000000, 0x1000000000, 0x1000000, output addresses of 36 bits"
    })
    void what_create_mapping_refuses_is_refused_with_its_reason(long va, long pa, long size, String expected) {
        Rejection refused = bench.run(new MapRange(
                "k", AddressRange.ofSize(va, size), new Output.Physical(pa), Type.MT_DEVICE.attributes(true), false));

        assertThat(refused).isNotNull().asString().contains(expected);
        compare();
    }
}
