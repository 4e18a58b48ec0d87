package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Sharing;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.table.PageTableModel;
import pagefold.table.Walk;

/** The words of user memory as it is mapped, written, forked, write-protected and taken away, as Linux 6.12 has them. */
class PopulationTest {
    private static final AddressRange PAGE = AddressRange.ofSize(0x40_0000, 0x1000);
    private static final long ADDRESS = 0x0000_ffff_ffff_f000L;

    private final PageTableModel model = new Arm64Plugin().newModel("4k-48", Coarsening.REJECT);
    private Simulation state = Simulation.EMPTY;

    private void run(MemoryCommand... commands) {
        for (MemoryCommand command : commands) {
            assertThat(state.decide(command)).isInstanceOf(Decision.Accepted.class);
            if (state.decide(command) instanceof Decision.Accepted(MemoryEvent event)) {
                Step step = Step.of(state, event);
                assertThat(model.check(List.of(step))).isNull();
                model.apply(step, null);
                state = step.after();
            }
        }
    }

    private void map(Sharing sharing, String permissions) {
        run(
                new MemoryCommand.CreateSpace("u", SpaceKind.USER),
                new MemoryCommand.MapRange(
                        "u",
                        PAGE,
                        new Output.Backed("object", 0, sharing),
                        Attributes.user(Permissions.parse(permissions)),
                        false));
    }

    private static MemoryCommand write(String space) {
        return new MemoryCommand.TouchRange(space, PAGE, Access.WRITE, Privilege.UNPRIVILEGED);
    }

    private static MemoryCommand protect(String permissions) {
        return new MemoryCommand.ProtectRange("u", PAGE, Permissions.parse(permissions));
    }

    private long word(String space) {
        Walk walk = model.walk(space, PAGE.start(), Access.READ, Privilege.UNPRIVILEGED);
        Walk.Step last = walk.steps().getLast();
        return last.level() == 3 ? last.word() : 0;
    }

    private void expect(String space, long attributes) {
        assertThat(Long.toHexString(word(space) & ~ADDRESS)).isEqualTo(Long.toHexString(attributes));
    }

    private long frame(String space) {
        return word(space) & ADDRESS;
    }

    @Test
    void anonymous_memory_starts_dirty_and_shared_memory_writable_clean() {
        map(Sharing.PRIVATE, "rw-/rw-");
        expect("u", 0x00e8000000000f43L);

        run(new MemoryCommand.DestroySpace("u"));
        map(Sharing.SHARED, "rw-/rw-");
        expect("u", 0x0068000000000fc3L);

        run(write("u"));
        expect("u", 0x0068000000000f43L);
    }

    @Test
    void relaxing_lifts_write_protection_only_where_writing_is_asked_for() {
        map(Sharing.SHARED, "rw-/rw-");
        run(new MemoryCommand.WriteProtectRange("u", PAGE));
        expect("u", 0x0060000000000fc3L);

        run(new MemoryCommand.RelaxRange("u", PAGE, Permissions.parse("---/r-x")));
        expect("u", 0x0020000000000fc3L);

        run(new MemoryCommand.RelaxRange("u", PAGE, Permissions.parse("---/-w-")));
        expect("u", 0x0028000000000fc3L);
    }

    @Test
    void a_private_file_page_is_read_only_until_a_write_gives_it_a_frame_of_its_own() {
        map(Sharing.COPY_ON_WRITE, "rw-/rw-");
        expect("u", 0x0060000000000fc3L);
        long shared = frame("u");

        run(write("u"));

        expect("u", 0x00e8000000000f43L);
        assertThat(frame("u")).isNotEqualTo(shared);
    }

    @Test
    void a_fork_write_protects_both_sides_and_the_child_starts_old() {
        map(Sharing.PRIVATE, "rw-/rw-");

        run(new MemoryCommand.ForkSpace("u", "child"));
        expect("u", 0x00e0000000000fc3L);
        expect("child", 0x00e0000000000bc3L);
        assertThat(frame("child")).isEqualTo(frame("u"));

        run(write("child"));
        expect("u", 0x00e0000000000fc3L);
        expect("child", 0x00e8000000000f43L);
        assertThat(frame("child")).isNotEqualTo(frame("u"));
    }

    @Test
    void dirty_state_survives_a_change_of_permissions_in_the_software_bit() {
        map(Sharing.SHARED, "rw-/rw-");
        run(write("u"), protect("r--/r--"));
        expect("u", 0x00e0000000000fc3L);

        run(protect("rw-/rw-"));
        expect("u", 0x00e8000000000f43L);
    }

    @Test
    void memory_without_permissions_is_not_populated_and_keeps_its_frame_once_it_was() {
        map(Sharing.PRIVATE, "---/---");
        assertThat(model.statistics().tables()).isEqualTo(1);

        run(protect("rw-/rw-"));
        expect("u", 0x00e8000000000f43L);
        long frame = frame("u");

        run(protect("---/---"));
        expect("u", 0x00e0000000000f82L);

        run(protect("r--/r--"));
        expect("u", 0x00e0000000000fc3L);
        assertThat(frame("u")).isEqualTo(frame);
    }

    @Test
    void dirty_logging_makes_the_next_write_seen() {
        map(Sharing.SHARED, "rw-/rw-");
        run(write("u"), new MemoryCommand.WriteProtectRange("u", PAGE));
        expect("u", 0x00e0000000000fc3L);

        run(write("u"));
        expect("u", 0x00e8000000000f43L);
    }

    @Test
    void ageing_clears_the_access_flag_and_a_touch_sets_it_again() {
        map(Sharing.SHARED, "r--/r-x");
        run(new MemoryCommand.AgeRange("u", PAGE));
        expect("u", 0x0020000000000bc3L);

        run(new MemoryCommand.TouchRange("u", PAGE, Access.EXECUTE, Privilege.UNPRIVILEGED));
        expect("u", 0x0020000000000fc3L);
    }
}
