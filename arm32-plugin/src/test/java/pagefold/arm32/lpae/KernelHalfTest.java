package pagefold.arm32.lpae;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm32.CarryingBench.MB;
import static pagefold.arm32.CarryingBench.kernel;
import static pagefold.arm32.CarryingBench.read;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import pagefold.arm32.CarryingBench;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand.AttachKernel;
import pagefold.model.MemoryCommand.DestroySpace;
import pagefold.model.MemoryCommand.ForkSpace;
import pagefold.model.MemoryCommand.ProtectKernelEntries;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Rejection;
import pagefold.table.FaultKind;
import pagefold.table.Translation;

/** The last entry of a process's start table, which is its kernel's: the tables below it are shared. */
class KernelHalfTest {
    private static final long PAGE = 0x1000;
    private static final long LOWMEM = 0xc000_0000L;
    private static final long VMALLOC = 0xf080_0000L;
    private static final AddressRange HALF = new AddressRange(LOWMEM, 0xffff_ffffL);

    private final CarryingBench bench = CarryingBench.withKernelAndProcess("lpae");

    @Test
    void one_entry_is_copied_with_its_mark_and_what_is_mapped_later_is_there_for_all() {
        bench.map("k", LOWMEM, 2 * MB, 0x4000_0000L, kernel("rw-/---"));
        bench.done(new AttachKernel("p", "k"));

        long entry = bench.word("k", LOWMEM);
        assertThat(entry & Descriptor.SWAPPER).isNotZero();
        assertThat(bench.told).hasSize(1);
        assertThat(bench.word("p", LOWMEM)).isEqualTo(entry);

        bench.map("k", VMALLOC, PAGE, 0x5000_0000L, kernel("rw-/---"));
        assertThat(bench.model.translate("p", VMALLOC, Access.WRITE, Privilege.PRIVILEGED))
                .isEqualTo(0x5000_0000L);
        assertThat(bench.model.translate("p", VMALLOC, Access.READ, Privilege.UNPRIVILEGED))
                .isEqualTo(Translation.fault(FaultKind.PERMISSION, 3, 1));
        bench.done(read("p", VMALLOC));
        assertThat(bench.told).isEmpty();
    }

    @Test
    void an_entry_that_was_missing_is_copied_by_an_access_and_for_a_child() {
        bench.done(new AttachKernel("p", "k"));
        bench.map("k", LOWMEM, 2 * MB, 0x4000_0000L, kernel("rw-/---"));
        assertThat(bench.model.translate("p", LOWMEM, Access.READ, Privilege.PRIVILEGED))
                .isEqualTo(Translation.fault(FaultKind.TRANSLATION, 1, 1));

        bench.done(new ForkSpace("p", "child"));
        bench.done(read("p", LOWMEM));

        assertThat(bench.word("p", LOWMEM)).isEqualTo(bench.word("k", LOWMEM));
        assertThat(bench.word("child", LOWMEM)).isEqualTo(bench.word("k", LOWMEM));
    }

    @Test
    void tables_stay_while_they_are_carried_and_go_afterwards() {
        bench.map("k", VMALLOC, PAGE, 0x5000_0000L, kernel("rw-/---"));
        bench.done(new AttachKernel("p", "k"));
        bench.done(new UnmapRange("k", HALF, true));
        assertThat(bench.word("p", LOWMEM)).isEqualTo(bench.word("k", LOWMEM)).isNotZero();
        bench.map("k", VMALLOC, 2 * MB, 0x5000_0000L, kernel("rw-/---"));
        assertThat(bench.model.translate("p", VMALLOC + MB, Access.READ, Privilege.PRIVILEGED))
                .isEqualTo(0x5010_0000L);
        assertThat(bench.model.tables("k")).hasSize(2);

        bench.done(new DestroySpace("p"));
        bench.done(new UnmapRange("k", HALF, true));
        bench.done(new DestroySpace("k"));
        bench.model.image((address, words, offset, length) -> {
            throw new AssertionError("a table is left");
        });
    }

    /** {@code section_update} of any process is one of all of them here. */
    @Test
    void sections_of_one_process_alone_are_not_there_to_be_changed() {
        bench.map("k", LOWMEM, 2 * MB, 0x4000_0000L, kernel("rw-/---"));
        bench.done(new AttachKernel("p", "k"));

        assertThat(bench.run(new ProtectKernelEntries(
                        "p", AddressRange.ofSize(LOWMEM, 2 * MB), Permissions.parse("r--/---"))))
                .isInstanceOfSatisfying(
                        Rejection.NotRepresentable.class,
                        refused -> assertThat(refused.expected()).isEqualTo("both ends on a multiple of 1G"));
    }

    @Test
    void the_dump_of_a_process_goes_on_with_the_kernels_part() throws IOException {
        bench.map("p", 0x1_0000, PAGE, 0x6000_0000L, Attributes.user(Permissions.parse("rw-/rw-")));
        bench.map("k", LOWMEM, 2 * MB, 0x4000_0000L, kernel("rw-/---"));
        String own = """
                ---[ User space ]---
                0x00010000-0x00011000           4K PTE USR RW NX SHD MEM/CACHED/WBWA
                """;
        assertThat(dump("p")).isEqualTo(own);

        bench.done(new AttachKernel("p", "k"));

        assertThat("---[ Modules ]---\n" + dump("p").substring(own.length())).isEqualTo(dump("k"));
    }

    private String dump(String space) throws IOException {
        StringBuilder out = new StringBuilder();
        bench.model.dump(space, out);
        return out.toString();
    }
}
