package pagefold.arm32.shortdesc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.collection;
import static pagefold.arm32.CarryingBench.MB;
import static pagefold.arm32.CarryingBench.kernel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pagefold.arm32.Arm32Plugin;
import pagefold.arm32.CarryingBench;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand.AttachKernel;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.DestroySpace;
import pagefold.model.MemoryCommand.ForkSpace;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.UnmapRange;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Rejection;
import pagefold.model.SpaceKind;
import pagefold.spi.Capability;
import pagefold.spi.Profile;
import pagefold.table.FaultKind;
import pagefold.table.Translation;

/** The vectors at address 0 of every process, where {@code vectors_high()} is false in {@code pgd_alloc}. */
class LowVectorsTest {
    private static final long PAGE = 0x1000;
    private static final long HIGH = 0xffff_0000L;
    private static final long VECTORS = 0x5000_0000L;
    private static final Attributes USER = Attributes.user(Permissions.parse("rw-/rw-"));

    private final CarryingBench bench = new CarryingBench("classic-lowvectors");

    /** MT_HIGH_VECTORS, which users may read, and MT_LOW_VECTORS. */
    @BeforeEach
    void a_kernel_with_its_vectors() {
        bench.done(new CreateSpace("k", SpaceKind.KERNEL));
        bench.map("k", HIGH, PAGE, VECTORS, kernel("r-x/r-x"));
        bench.map("k", HIGH + PAGE, PAGE, VECTORS + 0x8000, kernel("r-x/---"));
        bench.done(new CreateSpace("p", SpaceKind.USER));
    }

    private String shown(String space, long address) throws IOException {
        StringBuilder out = new StringBuilder();
        bench.model.showPte(space, address, out);
        return out.toString();
    }

    private long read(String space, long address, Privilege privilege) {
        return bench.model.translate(space, address, Access.READ, privilege);
    }

    private static List<String> image(CarryingBench machine) {
        List<String> words = new ArrayList<>();
        machine.model.image((address, page, offset, length) -> {
            for (int i = 0; i < length; i++) {
                words.add("%x: %x".formatted(address + 8L * i, page[offset + i]));
            }
        });
        return words;
    }

    @Test
    void attaching_maps_two_pages_for_the_kernel_alone_in_a_table_of_the_domain_of_vectors() throws IOException {
        bench.done(new AttachKernel("p", "k"));

        long table = bench.word("p", 0) & -PAGE;
        assertThat(bench.word("p", 0)).isEqualTo(table | 0x800 | 0x75);
        assertThat(bench.word("p", MB)).isEqualTo(table | 0xc00 | 0x35);
        assertThat(shown("k", HIGH)).endsWith("*pte=500005df, *ppte=5000067e\n");
        assertThat(shown("p", 0)).endsWith("*pte=500004df, *ppte=5000065e\n");
        assertThat(shown("p", PAGE)).endsWith("*pte=500084df, *ppte=5000865e\n");
        assertThat(shown("p", 2 * PAGE)).endsWith("*pte=00000000, *ppte=00000000\n");
        assertThat(read("p", 0x123, Privilege.PRIVILEGED)).isEqualTo(VECTORS + 0x123);
        assertThat(read("p", 0x123, Privilege.UNPRIVILEGED)).isEqualTo(Translation.fault(FaultKind.PERMISSION, 2, 1));
        assertThat(bench.model.translate("p", 0, Access.EXECUTE, Privilege.PRIVILEGED))
                .isEqualTo(Translation.fault(FaultKind.PERMISSION, 2, 1));
    }

    /** From there on only the two words say what is there; the kernel's own are looked at once. */
    @Test
    void they_are_as_the_kernel_had_them_when_the_table_was_made() {
        bench.done(new AttachKernel("p", "k"));
        bench.done(new UnmapRange("k", AddressRange.ofSize(HIGH, PAGE), false));
        bench.done(new ForkSpace("p", "child"));

        assertThat(read("p", 0, Privilege.PRIVILEGED)).isEqualTo(VECTORS);
        assertThat(read("child", 0, Privilege.PRIVILEGED)).isEqualTo(Translation.fault(FaultKind.TRANSLATION, 2, 1));
        assertThat(read("child", PAGE, Privilege.PRIVILEGED)).isEqualTo(VECTORS + 0x8000);
        assertThat(bench.word("child", 0) & -PAGE).isNotEqualTo(bench.word("p", 0) & -PAGE);
    }

    @Test
    void the_memory_of_processes_begins_behind_them_and_shares_their_table() {
        bench.done(new AttachKernel("p", "k"));
        MapRange over = new MapRange("p", AddressRange.ofSize(PAGE, PAGE), new Output.Physical(0), USER, false);

        assertThat(bench.run(over))
                .isInstanceOfSatisfying(
                        Rejection.NotRepresentable.class,
                        refused -> assertThat(refused.reason()).isEqualTo("input-out-of-range"));

        bench.map("p", 2 * PAGE, PAGE, 0x6000_0000L, USER);
        assertThat(bench.told).isEmpty();
        assertThat(read("p", 2 * PAGE, Privilege.UNPRIVILEGED)).isEqualTo(0x6000_0000L);
        bench.done(new UnmapRange("p", AddressRange.ofSize(2 * PAGE, 4 * MB), true));
        assertThat(bench.told).allMatch(told -> told.startsWith("invalidate "));
        assertThat(read("p", 0, Privilege.PRIVILEGED)).isEqualTo(VECTORS);
    }

    @Test
    void a_table_that_is_there_already_changes_its_domain_by_break_before_make() {
        bench.map("p", 3 * PAGE, PAGE, 0x6000_0000L, USER);
        long root = bench.root("p");
        long link = bench.word("p", 0);

        bench.done(new AttachKernel("p", "k"));

        assertThat(bench.told)
                .containsSequence(
                        "%x: %x -> 0".formatted(root, link),
                        "invalidate 0-fffff of p",
                        "%x: 0 -> %x".formatted(root, link | 0x60));
        assertThat(read("p", 3 * PAGE, Privilege.UNPRIVILEGED)).isEqualTo(0x6000_0000L);
    }

    /** A section has no words of pages, so that those of the process are made; they are read-only, whatever it is. */
    @Test
    void vectors_in_a_section_are_copied_as_pages() throws IOException {
        bench.done(new CreateSpace("other", SpaceKind.KERNEL));
        bench.map("other", 0xfff0_0000L, MB, 0x5110_0000L, kernel("rwx/---"));

        bench.done(new AttachKernel("p", "other"));

        assertThat(shown("p", 0)).endsWith("*pte=511f04df, *ppte=511f065e\n");
        assertThat(shown("p", PAGE)).endsWith("*pte=511f14df, *ppte=511f165e\n");
    }

    @Test
    void a_kernel_without_vectors_gives_none_and_a_process_that_goes_takes_its_own_along() {
        bench.done(new CreateSpace("bare", SpaceKind.KERNEL));
        List<String> before = image(bench);
        bench.done(new CreateSpace("q", SpaceKind.USER));
        bench.done(new AttachKernel("q", "bare"));
        assertThat(bench.word("q", 0)).isZero();
        bench.done(new CreateSpace("r", SpaceKind.USER));
        bench.done(new AttachKernel("r", "k"));
        bench.done(new ForkSpace("r", "s"));

        for (String space : List.of("q", "r", "s")) {
            bench.done(new DestroySpace(space));
        }

        assertThat(image(bench)).isEqualTo(before);
    }

    @Test
    void the_dump_of_a_process_names_the_domain() throws IOException {
        bench.done(new AttachKernel("p", "k"));
        StringBuilder out = new StringBuilder();

        bench.model.dump("p", out);

        assertThat(out.toString().lines())
                .contains("0x00000000-0x00002000           8K PTE VECTORS     ro x  SHD MEM/CACHED/WBWA");
    }

    @Test
    void only_the_option_of_classic_has_them() {
        Arm32Plugin plugin = new Arm32Plugin();

        assertThat(plugin.profiles())
                .allSatisfy(profile -> assertThat(profile.capabilities()).doesNotContain(Capability.LOW_VECTORS));
        assertThat(plugin.profile("classic-lowvectors"))
                .isNotNull()
                .extracting(Profile::capabilities)
                .asInstanceOf(collection(Capability.class))
                .contains(Capability.LOW_VECTORS)
                .doesNotContain(Capability.ALIAS_COHERENCE);
        assertThat(plugin.profile("lpae-lowvectors")).isNull();
        assertThat(plugin.profile("classic-vivt-lowvectors")).isNull();
        CarryingBench high = new CarryingBench("classic");
        high.done(new CreateSpace("k", SpaceKind.KERNEL));
        high.map("k", HIGH, PAGE, VECTORS, kernel("r-x/r-x"));
        high.done(new CreateSpace("p", SpaceKind.USER));
        high.done(new AttachKernel("p", "k"));
        assertThat(high.word("p", 0)).isZero();
    }
}
