package pagefold.arm32.shortdesc;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm32.CarryingBench.MB;
import static pagefold.arm32.CarryingBench.kernel;
import static pagefold.arm32.CarryingBench.read;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pagefold.arm32.CarryingBench;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand.AgeRange;
import pagefold.model.MemoryCommand.AttachKernel;
import pagefold.model.MemoryCommand.CopyKernelEntries;
import pagefold.model.MemoryCommand.DestroySpace;
import pagefold.model.MemoryCommand.ForkSpace;
import pagefold.model.MemoryCommand.MoveRange;
import pagefold.model.MemoryCommand.ProtectKernelEntries;
import pagefold.model.MemoryCommand.ProtectRange;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryCommand.UnmapPolicy;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Rejection;
import pagefold.table.FaultKind;
import pagefold.table.Translation;

/** What Linux leaves of a kernel in the level 1 tables of processes: pgd_alloc, do_translation_fault, section_update. */
class KernelHalfTest {
    private static final long PAGE = 0x1000;
    private static final long LOWMEM = 0xc000_0000L;
    private static final long VMALLOC = 0xd080_0000L;
    /** Start tables of 16 KB one after the other, then the first page of tables. */
    private static final long PROCESS = 0x4000_4000L;

    private static final long TABLES = 0x4000_8000L;
    private static final AddressRange VMALLOC_AREA = new AddressRange(VMALLOC, 0xff7f_ffffL);

    private final CarryingBench bench = CarryingBench.withKernelAndProcess("classic");

    @BeforeEach
    void a_kernel_with_two_sections_of_its_own_memory() {
        bench.map("k", LOWMEM, 2 * MB, 0x5000_0000L, kernel("rw-/---"));
    }

    private static AddressRange page(long address) {
        return AddressRange.ofSize(address, PAGE);
    }

    private static UnmapRange unmap(AddressRange range) {
        return new UnmapRange("k", range, false);
    }

    @Test
    void attaching_copies_the_entries_that_the_kernel_has_and_no_others() {
        bench.map("p", 0x8000_0000L, PAGE, 0x6000_0000L, Attributes.user(Permissions.parse("rw-/rw-")));

        bench.done(new AttachKernel("p", "k"));

        assertThat(bench.told).containsExactly("40007000: 0 -> 5001141e", "40007004: 0 -> 5011141e");
        assertThat(bench.model.translate("p", LOWMEM + 0x12_3456, Access.WRITE, Privilege.PRIVILEGED))
                .isEqualTo(0x5012_3456L);
        assertThat(bench.model.translate("p", 0x8000_0123L, Access.READ, Privilege.UNPRIVILEGED))
                .isEqualTo(0x6000_0123L);
    }

    @Test
    void a_user_access_to_the_kernels_half_faults_by_permission_and_beyond_what_is_copied_by_translation() {
        bench.done(new AttachKernel("p", "k"));

        assertThat(bench.model.translate("p", LOWMEM, Access.READ, Privilege.UNPRIVILEGED))
                .isEqualTo(Translation.fault(FaultKind.PERMISSION, 1, 1));
        assertThat(bench.model.translate("p", VMALLOC, Access.READ, Privilege.UNPRIVILEGED))
                .isEqualTo(Translation.fault(FaultKind.TRANSLATION, 1, 1));
    }

    @Test
    void what_is_mapped_later_is_missing_until_an_access_copies_its_pair() throws IOException {
        bench.done(new AttachKernel("p", "k"));
        bench.map("k", VMALLOC + MB, PAGE, 0x5100_0000L, kernel("rw-/---"));

        assertThat(bench.word("p", VMALLOC + MB)).isZero();
        assertThat(shown("p", VMALLOC + MB)).isEqualTo("[d0900000] *pgd=00000000\n");

        bench.done(read("p", VMALLOC + MB));
        assertThat(bench.told).containsExactly("40007420: 0 -> 40008811", "40007424: 0 -> 40008c11");
        assertThat(shown("p", VMALLOC + MB)).isEqualTo("[d0900000] *pgd=40008811, *pte=5100065f, *ppte=5100045f\n");
        assertThat(bench.model.translate("p", VMALLOC + MB, Access.WRITE, Privilege.PRIVILEGED))
                .isEqualTo(0x5100_0000L);

        bench.done(read("p", VMALLOC + MB));
        assertThat(bench.told).isEmpty();
        // A page that joins tables which are copied already is there for all at once.
        bench.map("k", VMALLOC, PAGE, 0x5200_0000L, kernel("rw-/---"));
        assertThat(bench.model.translate("p", VMALLOC, Access.READ, Privilege.PRIVILEGED))
                .isEqualTo(0x5200_0000L);
    }

    private String shown(String space, long address) throws IOException {
        StringBuilder out = new StringBuilder();
        bench.model.showPte(space, address, out);
        return out.toString();
    }

    /** It is the addressed word that faults, and the pair that is copied. */
    @Test
    void an_access_to_one_section_of_a_pair_copies_both_only_where_its_own_is_missing() {
        bench.map("k", LOWMEM + 2 * MB, MB, 0x5020_0000L, kernel("rw-/---"));
        bench.done(new AttachKernel("p", "k"));
        bench.map("k", LOWMEM + 3 * MB, MB, 0x5030_0000L, kernel("r-x/---"));

        bench.done(read("p", LOWMEM + 2 * MB));
        assertThat(bench.told).isEmpty();
        bench.done(read("p", LOWMEM + 3 * MB));
        assertThat(bench.told).containsExactly("4000700c: 0 -> 5031940e");
    }

    @Test
    void a_child_has_the_entries_that_the_kernel_has_then_and_not_its_parents() {
        bench.done(new AttachKernel("p", "k"));
        bench.done(unmap(AddressRange.ofSize(LOWMEM, MB)));
        bench.map("k", VMALLOC, PAGE, 0x5100_0000L, kernel("rw-/---"));

        bench.done(new ForkSpace("p", "child"));

        assertThat(bench.simulation.space("child").kernel()).isEqualTo("k");
        assertThat(bench.word("p", LOWMEM)).isEqualTo(0x5001_141eL);
        assertThat(bench.word("child", LOWMEM)).isZero();
        assertThat(bench.word("child", LOWMEM + MB)).isEqualTo(0x5011_141eL);
        assertThat(bench.word("child", VMALLOC)).isEqualTo(TABLES | 0x811);
        assertThat(bench.word("p", VMALLOC)).isZero();
    }

    @Test
    void copying_a_range_brings_old_entries_up_to_date_by_break_before_make() {
        bench.map("k", VMALLOC, PAGE, 0x5100_0000L, kernel("rw-/---"));
        bench.done(new AttachKernel("p", "k"));
        bench.done(unmap(page(VMALLOC)));
        bench.map("k", VMALLOC, 2 * MB, 0x5200_0000L, kernel("rw-/---"));
        bench.map("k", 0xf000_0000L, MB, 0x5300_0000L, kernel("rw-/---"));

        bench.done(new CopyKernelEntries("p", VMALLOC_AREA));

        assertThat(bench.told)
                .containsExactly(
                        "40007420: 40008811 -> 0",
                        "invalidate d0800000-d08fffff of p",
                        "40007420: 0 -> 5201141e",
                        "40007424: 40008c11 -> 0",
                        "invalidate d0900000-d09fffff of p",
                        "40007424: 0 -> 5211141e",
                        "40007c00: 0 -> 5301141e");
        bench.done(new CopyKernelEntries("p", VMALLOC_AREA));
        assertThat(bench.told).isEmpty();
    }

    @Test
    void a_table_that_a_section_replaces_stays_empty_as_long_as_a_copy_points_to_it() {
        bench.map("k", VMALLOC, PAGE, 0x5100_0000L, kernel("rw-/---"));
        bench.done(new AttachKernel("p", "k"));
        bench.done(new ForkSpace("p", "q"));
        bench.done(unmap(page(VMALLOC)));
        assertThat(bench.word("k", VMALLOC)).isEqualTo(TABLES | 0x811);
        bench.map("k", VMALLOC, 2 * MB, 0x5200_0000L, kernel("rw-/---"));

        assertThat(bench.word("k", VMALLOC)).isEqualTo(0x5201_141eL);
        assertThat(bench.word("p", VMALLOC)).isEqualTo(TABLES | 0x811);
        assertThat(bench.model.translate("p", VMALLOC, Access.READ, Privilege.PRIVILEGED))
                .isEqualTo(Translation.fault(FaultKind.TRANSLATION, 2, 1));
        assertThat(tableBytes("k")).isEqualTo(16384 + PAGE);
        // What is made next has another page.
        bench.map("k", VMALLOC + 2 * MB, PAGE, 0x5100_0000L, kernel("rw-/---"));
        long next = bench.word("k", VMALLOC + 2 * MB) & -PAGE;
        assertThat(next).isNotEqualTo(TABLES);

        bench.done(new CopyKernelEntries("p", AddressRange.ofSize(VMALLOC, 2 * MB)));
        assertThat(tableBytes("k")).isEqualTo(16384 + 2 * PAGE);
        bench.done(new DestroySpace("q"));
        assertThat(tableBytes("k")).isEqualTo(16384 + PAGE);
        bench.map("k", VMALLOC + 4 * MB, PAGE, 0x5100_0000L, kernel("rw-/---"));
        assertThat(bench.word("k", VMALLOC + 4 * MB)).isEqualTo(TABLES | 0x811);
    }

    private long tableBytes(String space) {
        return bench.model.statistics().spaces().stream()
                .filter(one -> one.space().equals(space))
                .findFirst()
                .orElseThrow()
                .tableBytes();
    }

    @Test
    void while_a_kernel_is_carried_what_is_unmapped_or_moved_keeps_its_tables() {
        bench.map("k", VMALLOC, 3 * PAGE, 0x5100_0000L, kernel("rw-/---"));
        bench.done(new AttachKernel("p", "k"));
        bench.done(new MoveRange("k", page(VMALLOC), page(VMALLOC + 4 * MB), false));
        bench.done(new UnmapRange("k", page(VMALLOC + PAGE), false, UnmapPolicy.HOT_REMOVE));
        bench.done(unmap(page(VMALLOC + 2 * PAGE)));

        assertThat(bench.word("k", VMALLOC)).isEqualTo(TABLES | 0x811).isEqualTo(bench.word("p", VMALLOC));

        bench.done(new DestroySpace("p"));
        bench.done(new UnmapRange("k", new AddressRange(LOWMEM, 0xffff_ffffL), true));
        assertThat(bench.model.tables("k")).hasSize(1);
    }

    @Test
    void sections_of_the_tables_that_are_given_change_and_no_others() {
        bench.done(new AttachKernel("p", "k"));
        bench.done(new ForkSpace("p", "q"));

        bench.done(new ProtectKernelEntries("p", AddressRange.ofSize(LOWMEM + MB, MB), Permissions.parse("r-x/---")));

        // XN goes, APX comes; the entry of this process alone is invalidated, the odd word of the pair alone changes.
        assertThat(bench.told).containsExactly("40007004: 5011141e -> 5011940e", "invalidate c0100000-c01fffff of p");
        assertThat(bench.word("k", LOWMEM + MB)).isEqualTo(0x5011_141eL);
        assertThat(bench.word("q", LOWMEM + MB)).isEqualTo(0x5011_141eL);
        assertThat(bench.model.translate("p", LOWMEM + MB, Access.WRITE, Privilege.PRIVILEGED))
                .isEqualTo(Translation.fault(FaultKind.PERMISSION, 1, 1));
        assertThat(bench.model.translate("q", LOWMEM + MB, Access.WRITE, Privilege.PRIVILEGED))
                .isEqualTo(0x5010_0000L);

        bench.done(new ProtectRange("k", AddressRange.ofSize(LOWMEM, MB), Permissions.parse("r--/---")));
        assertThat(bench.word("k", LOWMEM)).isEqualTo(0x5001_941eL);
        assertThat(bench.word("p", LOWMEM)).isEqualTo(0x5001_141eL);
    }

    @Test
    void the_dump_of_a_process_goes_on_with_the_kernels_half() throws IOException {
        bench.map("p", 0x1_0000, PAGE, 0x6000_0000L, Attributes.user(Permissions.parse("rw-/rw-")));
        assertThat(dump()).hasToString("""
                ---[ User space ]---
                0x00010000-0x00011000           4K PTE USER    USR RW NX SHD MEM/CACHED/WBWA
                """);
        bench.done(new AttachKernel("p", "k"));

        assertThat(dump()).hasToString("""
                ---[ User space ]---
                0x00010000-0x00011000           4K PTE USER    USR RW NX SHD MEM/CACHED/WBWA
                ---[ Modules ]---
                ---[ Kernel Mapping ]---
                0xc0000000-0xc0200000           2M PGD KERNEL      RW NX SHD
                ---[ vmalloc() Area ]---
                ---[ FDT Area ]---
                ---[ Fixmap Area ]---
                """);
        assertThat(bench.model.tables("p")).hasSize(3);
    }

    private StringBuilder dump() throws IOException {
        StringBuilder out = new StringBuilder();
        bench.model.dump("p", out);
        return out;
    }

    @Test
    void what_cannot_be_carried_copied_or_reached_is_rejected_with_its_numbers() {
        assertThat(bench.run(new AttachKernel("k", "p")).code()).isEqualTo("wrong-kind");
        assertThat(bench.run(new AttachKernel("p", "p")).code()).isEqualTo("wrong-kind");
        assertThat(bench.run(new AttachKernel("p", "x"))).isEqualTo(new Rejection.NoSuchSpace("x"));
        assertThat(bench.run(new CopyKernelEntries("p", VMALLOC_AREA)))
                .isEqualTo(new Rejection.CarriedKernel("p", "carries no kernel"));
        bench.done(new AttachKernel("p", "k"));

        assertThat(bench.run(new AttachKernel("p", "k")).sentence())
                .isEqualTo("The space 'p' carries the kernel 'k' already.");
        assertThat(bench.run(new DestroySpace("k")).sentence())
                .isEqualTo("The space 'k' is the kernel that 'p' carries.");
        assertThat(bench.run(new CopyKernelEntries("p", AddressRange.ofSize(VMALLOC + MB, 2 * MB))))
                .isInstanceOfSatisfying(
                        Rejection.NotRepresentable.class,
                        wrong -> assertThat(wrong.expected()).isEqualTo("both ends on a multiple of 2M"));
        assertThat(bench.run(new CopyKernelEntries("p", AddressRange.ofSize(0xbee0_0000L, 4 * MB))))
                .isInstanceOfSatisfying(
                        Rejection.NotRepresentable.class,
                        wrong -> assertThat(wrong.reason()).isEqualTo("input-out-of-range"));
        assertThat(bench.run(read("p", VMALLOC))).isEqualTo(new Rejection.NotMapped("p", page(VMALLOC), VMALLOC));
        assertThat(bench.run(new TouchRange("p", page(LOWMEM), Access.READ, Privilege.UNPRIVILEGED)))
                .isInstanceOf(Rejection.AccessDenied.class);
    }

    @Test
    void no_access_makes_good_what_is_not_a_translation_fault_of_level_1() {
        bench.map("k", VMALLOC, PAGE, 0x5100_0000L, kernel("rw-/---"));
        bench.done(new AttachKernel("p", "k"));
        bench.done(unmap(page(VMALLOC)));
        bench.map("k", VMALLOC, 2 * MB, 0x5200_0000L, kernel("rw-/---"));
        bench.map("k", VMALLOC + 4 * MB, PAGE, 0x5100_0000L, kernel("rw-/---"));
        bench.map("k", VMALLOC + 8 * MB, PAGE, 0x5100_0000L, kernel("r-x/r-x"));

        assertThat(bench.run(read("p", VMALLOC + MB)))
                .isEqualTo(new Rejection.StaleEntry(
                        "p",
                        VMALLOC + MB,
                        TABLES | 0xc11,
                        0x5211_141eL,
                        "the access goes by an old entry, which is not missing"));
        assertThat(bench.run(new TouchRange("p", page(VMALLOC + 8 * MB), Access.READ, Privilege.UNPRIVILEGED)))
                .isInstanceOfSatisfying(
                        Rejection.StaleEntry.class,
                        stale -> assertThat(stale.word()).isZero());
        bench.done(new AgeRange("k", page(VMALLOC + 4 * MB)));
        assertThat(bench.run(read("p", VMALLOC + 4 * MB)).sentence()).contains("an access to it faults (TRANSLATION)");
        assertThat(bench.word("p", VMALLOC + 4 * MB)).isZero();
    }

    @Test
    void permissions_of_one_process_are_of_whole_sections_that_are_there() {
        bench.done(new AttachKernel("p", "k"));
        bench.map("k", VMALLOC, 2 * MB, 0x5200_0000L, kernel("rw-/---"));
        bench.map("k", VMALLOC + 2 * MB, 2 * MB + PAGE, 0x5240_0000L, kernel("rw-/---"));
        bench.done(read("p", VMALLOC + 4 * MB));
        Permissions readOnly = Permissions.parse("r--/---");

        assertThat(bench.run(new ProtectKernelEntries("p", page(LOWMEM), readOnly)))
                .isInstanceOfSatisfying(
                        Rejection.NotRepresentable.class,
                        wrong -> assertThat(wrong.expected()).isEqualTo("both ends on a multiple of 1M"));
        for (long address : List.of(VMALLOC, VMALLOC + 4 * MB)) {
            AddressRange section =
                    AddressRange.ofSize(address, address == VMALLOC ? MB : PAGE).widened(MB);
            assertThat(bench.run(new ProtectKernelEntries("p", section, readOnly)))
                    .as(section.toString())
                    .isInstanceOfAny(Rejection.StaleEntry.class, Rejection.NotMapped.class);
        }
        assertThat(bench.run(
                        new ProtectKernelEntries("p", AddressRange.ofSize(LOWMEM, MB), Permissions.parse("rw-/r--"))))
                .isInstanceOf(Rejection.NotRepresentable.class);
        assertThat(bench.word("p", LOWMEM)).isEqualTo(0x5001_141eL);
    }
}
