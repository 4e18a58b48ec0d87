package pagefold.arm32;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm32.CarryingBench.MB;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand.AgeRange;
import pagefold.model.MemoryCommand.AttachKernel;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.ProtectRange;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryCommand.WriteProtectRange;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Shareability;
import pagefold.model.SpaceKind;
import pagefold.table.FaultKind;
import pagefold.table.Walk;

/** Which pages {@code pin_page_for_write} (arch/arm/lib/uaccess_with_memcpy.c) pins, and which fault comes first else. */
class WritePinTest {
    private static final long PAGE = 0x1000;
    /** In the second megabyte of a pair. */
    private static final long AT = 0x1234_5000L;

    private static final AddressRange RANGE = AddressRange.ofSize(AT, PAGE);

    private static CarryingBench bench(String profile) {
        CarryingBench bench = new CarryingBench(profile);
        bench.done(new CreateSpace("u", SpaceKind.USER));
        return bench;
    }

    private static void map(CarryingBench bench, String permissions) {
        bench.map("u", AT, PAGE, 0x5000_0000L, Attributes.user(Permissions.parse(permissions)));
    }

    private static TouchRange touch(AddressRange range, Access access) {
        return new TouchRange("u", range, access, Privilege.UNPRIVILEGED);
    }

    private static Walk write(CarryingBench bench, long address) {
        return bench.model.walk("u", address, Access.WRITE, Privilege.UNPRIVILEGED);
    }

    private static void check(CarryingBench bench, boolean pinned, String reason) {
        Walk walk = write(bench, AT + 0x123);
        assertThat(walk.pin()).isEqualTo(new Walk.Pin(pinned, reason));
        // A page that is pinned is one that a write of the process goes through.
        assertThat(walk.outcome() instanceof Walk.Translated).isEqualTo(pinned);
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "lpae"})
    void a_page_is_pinned_once_a_write_has_made_it_dirty_and_while_it_is_young_and_writable(String profile) {
        CarryingBench bench = bench(profile);
        check(bench, false, "nothing is mapped");
        bench.map("u", AT + PAGE, PAGE, 0x6000_0000L, Attributes.user(Permissions.parse("rw-/rw-")));
        check(bench, false, "nothing is mapped");

        map(bench, "rw-/rw-");
        check(bench, false, "clean: no write has marked it dirty");
        bench.done(touch(RANGE, Access.READ));
        check(bench, false, "clean: no write has marked it dirty");

        // What put_user does first.
        bench.done(touch(RANGE, Access.WRITE));
        check(bench, true, "young, writable and dirty");

        bench.done(new AgeRange("u", RANGE));
        check(bench, false, "old: no access has made it young");
        bench.done(touch(RANGE, Access.READ));
        check(bench, true, "young, writable and dirty");
        bench.done(new WriteProtectRange("u", RANGE));
        check(bench, false, "read-only");
    }

    @ParameterizedTest
    @CsvSource({
        "classic, ---/---, TRANSLATION",
        "lpae, ---/---, TRANSLATION",
        "classic, r--/r--, PERMISSION",
        "lpae, r--/r--, PERMISSION"
    })
    void what_grants_no_write_is_not_pinned_and_its_fault_comes_first(String profile, String granted, FaultKind kind) {
        CarryingBench bench = bench(profile);
        map(bench, "rw-/rw-");
        bench.done(touch(RANGE, Access.WRITE));

        bench.done(new ProtectRange("u", RANGE, Permissions.parse(granted)));

        check(bench, false, "read-only");
        assertThat(write(bench, AT).outcome())
                .isInstanceOfSatisfying(
                        Walk.Faulted.class, fault -> assertThat(fault.kind()).isEqualTo(kind));
    }

    /** {@code pmd_hugewillfault} does not ask whether a section is dirty, but hardware lets nobody write a clean one. */
    @Test
    void a_clean_section_is_pinned_though_a_write_faults() {
        CarryingBench bench = bench("lpae");
        AddressRange section = AddressRange.ofSize(0x1220_0000L, 2 * MB);
        Attributes huge = new Attributes(
                Permissions.parse("rw-/rw-"),
                MemoryType.NORMAL_WB,
                Shareability.INNER_SHAREABLE,
                false,
                false,
                0,
                false,
                false,
                2 * MB);
        bench.map("u", section.start(), section.size(), 0x1_0000_0000L, huge);
        Walk.Pin pinned = new Walk.Pin(true, "a section that is young and writable, dirty or not");

        assertThat(write(bench, AT).pin()).isEqualTo(pinned);
        assertThat(write(bench, AT).outcome()).isInstanceOf(Walk.Faulted.class);
        bench.done(touch(section, Access.WRITE));
        check(bench, true, pinned.reason());
        bench.done(new AgeRange("u", section));
        check(bench, false, "old: no access has made it young");
        bench.done(touch(section, Access.READ));
        bench.done(new WriteProtectRange("u", section));
        check(bench, false, "read-only");
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "lpae"})
    void nothing_is_said_of_other_accesses_and_of_the_kernels_memory(String profile) {
        CarryingBench bench = bench(profile);
        map(bench, "rw-/rw-");
        bench.done(new CreateSpace("k", SpaceKind.KERNEL));
        bench.map("k", 0xc000_0000L, 2 * MB, 0x4000_0000L, CarryingBench.kernel("rw-/---"));
        bench.done(new AttachKernel("u", "k"));

        assertThat(bench.model
                        .walk("u", AT, Access.READ, Privilege.UNPRIVILEGED)
                        .pin())
                .isNull();
        assertThat(bench.model.walk("u", AT, Access.WRITE, Privilege.PRIVILEGED).pin())
                .isNull();
        assertThat(write(bench, 0xc000_0000L).pin()).isNull();
        assertThat(write(bench, 1L << 32).pin()).isNull();
        assertThat(write(bench, -1).pin()).isNull();
        assertThat(bench.model
                        .walk("k", 0xc000_0000L, Access.WRITE, Privilege.UNPRIVILEGED)
                        .pin())
                .isNull();
    }
}
