package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.Decision;
import pagefold.model.MemoryChange;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryEvent;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Rejection;
import pagefold.model.Sharing;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.table.PageTableModel;
import pagefold.table.TableListener;
import pagefold.table.Translation;

/** {@code coarsen: widen}: rounded outwards, counted, never silent, never the default. */
class WideningTest {
    private static final long UNIT = 512;
    private static final int UNITS = 8 * 24;
    private static final long BASE = 0x40_0000;
    private static final List<String> PROTECTIONS = List.of("r--/r--", "rw-/rw-", "r--/r-x", "rw-/rwx", "---/---");

    private Simulation state = Simulation.EMPTY;
    private PageTableModel model = new Arm64Plugin().newModel("4k-48", Coarsening.WIDEN);

    private PageTableModel.Refusal refusal;

    private boolean run(MemoryCommand command) {
        refusal = null;
        if (!(state.decide(command) instanceof Decision.Accepted(MemoryEvent event))) {
            return false;
        }
        Step step = Step.of(state, event);
        refusal = model.check(List.of(step));
        if (refusal == null) {
            model.apply(step, null);
            state = step.after();
        }
        return refusal == null;
    }

    private static MemoryCommand.MapRange map(long start, long size, Output output, String permissions) {
        return new MemoryCommand.MapRange(
                "u", AddressRange.ofSize(start, size), output, Attributes.user(Permissions.parse(permissions)), true);
    }

    private static Output anonymous(String name, long offset) {
        return new Output.Backed(name, offset, Sharing.PRIVATE);
    }

    private long translate(long address, Access access) {
        return model.translate("u", address, access, Privilege.UNPRIVILEGED);
    }

    @Test
    void a_region_of_part_of_a_page_gets_the_whole_page_and_the_excess_is_counted() {
        run(new MemoryCommand.CreateSpace("u", SpaceKind.USER));

        assertThat(run(map(0x1234, 0x100, anonymous("a", 0x1234), "rw-/rw-"))).isTrue();

        assertThat(Translation.isFault(translate(0x1fff, Access.READ))).isFalse();
        assertThat(model.statistics().overMappedBytes()).isEqualTo(0x1000 - 0x100);
        assertThat(model.statistics().widenedPermissionBytes()).isZero();
    }

    @Test
    void neighbours_in_a_page_share_what_any_of_them_grants_and_the_widening_is_counted() {
        run(new MemoryCommand.CreateSpace("u", SpaceKind.USER));
        run(map(0x1000, 0x800, anonymous("a", 0), "r--/r-x"));

        assertThat(run(map(0x1800, 0x1800, anonymous("b", 0), "rw-/rw-"))).isTrue();

        assertThat(Translation.isFault(translate(0x1000, Access.WRITE))).isFalse();
        assertThat(Translation.isFault(translate(0x2000, Access.EXECUTE))).isTrue();
        assertThat(model.statistics().widenedPermissionBytes()).isEqualTo(0x1000);
        assertThat(model.statistics().overMappedBytes()).isZero();
    }

    @Test
    void given_physical_addresses_that_a_page_cannot_hold_are_refused_with_the_page() {
        run(new MemoryCommand.CreateSpace("u", SpaceKind.USER));
        run(map(0x1000, 0x800, new Output.Physical(0x8000_0000L), "rw-/rw-"));

        boolean accepted = run(map(0x1800, 0x800, new Output.Physical(0x9000_0800L), "rw-/rw-"));

        assertThat(accepted).isFalse();
        assertThat(refusal.rejection()).isInstanceOf(Rejection.NotRepresentable.class);
        assertThat(refusal.rejection().fields().get("range")).isEqualTo("0x0000000000001000-0x0000000000002000");
    }

    @Test
    void different_memory_types_cannot_share_a_page() {
        run(new MemoryCommand.CreateSpace("u", SpaceKind.USER));
        run(map(0x1000, 0x800, anonymous("a", 0), "rw-/rw-"));
        Attributes uncached = Attributes.kernel(Permissions.parse("rw-/rw-"), MemoryType.NORMAL_NC);

        boolean accepted = run(new MemoryCommand.MapRange(
                "u", AddressRange.ofSize(0x1800, 0x100), anonymous("b", 0), uncached, false));

        assertThat(accepted).isFalse();
        assertThat(refusal.rejection().fields().get("reason")).isEqualTo("memory-type");
    }

    @Test
    void memory_that_grants_nothing_is_not_widened() {
        run(new MemoryCommand.CreateSpace("u", SpaceKind.USER));

        assertThat(run(map(0x1200, 0x4000, anonymous("a", 0), "---/---"))).isTrue();

        assertThat(model.statistics().widenedPermissionBytes()).isZero();
        assertThat(Translation.isFault(translate(0x2000, Access.READ))).isTrue();
        assertThat(model.statistics().tables()).isEqualTo(1);
    }

    @Test
    void the_longest_name_at_another_alignment_works_and_reserved_names_are_refused() {
        run(new MemoryCommand.CreateSpace("u", SpaceKind.USER));

        assertThat(run(map(0x1000, 0x2000, anonymous("x".repeat(256), 0x200), "rw-/rw-")))
                .isTrue();
        assertThatThrownBy(() -> map(0x8000, 0x1000, anonymous("~page u 8000", 0), "rw-/rw-"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not begin with '~'");
    }

    @Test
    void a_mapping_over_what_is_mapped_so_already_is_written_again() {
        run(new MemoryCommand.CreateSpace("u", SpaceKind.USER));
        run(map(0x1000, 0x2000, anonymous("a", 0), "rw-/rw-"));
        run(new MemoryCommand.WriteProtectRange("u", AddressRange.ofSize(0x1000, 0x2000)));
        assertThat(Translation.isFault(translate(0x1000, Access.WRITE))).isTrue();

        assertThat(run(map(0x1000, 0x1000, anonymous("a", 0), "rw-/rw-"))).isTrue();

        assertThat(Translation.isFault(translate(0x1000, Access.WRITE))).isFalse();
        assertThat(Translation.isFault(translate(0x2000, Access.WRITE))).isTrue();
    }

    @Test
    void a_page_that_a_mapping_reaches_stays_and_can_be_read_and_written_again() {
        run(new MemoryCommand.CreateSpace("u", SpaceKind.USER));
        run(map(0x1000, 0x1000, anonymous("a", 0), "rw-/rw-"));
        long frame = translate(0x1000, Access.READ);
        run(new MemoryCommand.WriteProtectRange("u", AddressRange.ofSize(0x1000, 0x1000)));
        run(new MemoryCommand.AgeRange("u", AddressRange.ofSize(0x1000, 0x1000)));

        assertThat(run(map(0x1800, 0x900, anonymous("a", 0x800), "rw-/rw-"))).isTrue();

        assertThat(translate(0x1000, Access.READ)).isEqualTo(frame);
        assertThat(translate(0x1000, Access.WRITE)).isEqualTo(frame);
    }

    @Test
    void a_mapping_next_to_another_in_its_page_writes_nothing() {
        run(new MemoryCommand.CreateSpace("u", SpaceKind.USER));
        run(map(0x1000, 0x800, anonymous("a", 0), "rw-/rw-"));
        MemoryCommand next = map(0x1800, 0x800, anonymous("a", 0x800), "rw-/rw-");
        Step step = Step.of(state, ((Decision.Accepted) state.decide(next)).event());

        model.apply(step, new TableListener() {
            @Override
            public void wrote(long address, int level, long oldWord, long newWord) {
                throw new AssertionError("a word was written at " + Long.toHexString(address));
            }

            @Override
            public void invalidated(String space, long start, long last, boolean leafOnly) {
                throw new AssertionError("translations were invalidated from " + Long.toHexString(start));
            }

            @Override
            public void invalidatedAll(String space) {
                throw new AssertionError("translations were invalidated");
            }
        });

        assertThat(model.statistics().overMappedBytes()).isZero();
    }

    @Test
    void writing_allowed_once_more_lifts_write_protection() {
        run(new MemoryCommand.CreateSpace("u", SpaceKind.USER));
        run(map(0x1000, 0x1800, anonymous("a", 0), "rw-/rw-"));
        run(new MemoryCommand.WriteProtectRange("u", AddressRange.ofSize(0x1000, 0x1800)));

        Permissions same = Permissions.parse("rw-/rw-");
        assertThat(run(new MemoryCommand.RelaxRange("u", AddressRange.ofSize(0x2000, 0x800), same)))
                .isTrue();

        assertThat(Translation.isFault(translate(0x1000, Access.WRITE))).isTrue();
        assertThat(Translation.isFault(translate(0x2000, Access.WRITE))).isFalse();
    }

    @Test
    void unmapping_beyond_the_input_range_unmaps_what_is_within() {
        run(new MemoryCommand.CreateSpace("u", SpaceKind.USER));
        run(map(0x1000, 0x1800, anonymous("a", 0), "rw-/rw-"));

        assertThat(run(new MemoryCommand.UnmapRange("u", new AddressRange(0x1800, -1), true)))
                .isTrue();

        assertThat(Translation.isFault(translate(0x1000, Access.READ))).isFalse();
        assertThat(Translation.isFault(translate(0x2000, Access.READ))).isTrue();
        assertThat(model.statistics().overMappedBytes()).isEqualTo(0x800);
    }

    @Test
    void tables_that_a_kernel_has_kept_go_with_the_next_unmapping() {
        AddressRange page = AddressRange.ofSize(0xffff_0000_0000_1000L, 0x1000);
        run(new MemoryCommand.CreateSpace("u", SpaceKind.KERNEL));
        run(kernelMap(page, "a"));
        run(new MemoryCommand.UnmapRange("u", page, false, MemoryCommand.UnmapPolicy.KEEP_TABLES));
        assertThat(model.statistics().tables()).isEqualTo(4);

        assertThat(run(new MemoryCommand.UnmapRange("u", page, true))).isTrue();

        assertThat(model.statistics().tables()).isEqualTo(1);
    }

    private static MemoryCommand kernelMap(AddressRange range, String object) {
        Attributes attributes = Attributes.kernel(Permissions.parse("rw-/---"), MemoryType.NORMAL_WB);
        return new MemoryCommand.MapRange("u", range, new Output.Backed(object, 0, Sharing.SHARED), attributes, true);
    }

    @Test
    void an_invalid_page_translates_while_something_valid_shares_it() {
        AddressRange page = AddressRange.ofSize(0xffff_0000_0000_1000L, 0x1000);
        AddressRange half = AddressRange.ofSize(page.start(), 0x800);
        run(new MemoryCommand.CreateSpace("u", SpaceKind.KERNEL));
        run(kernelMap(page, "a"));
        run(new MemoryCommand.SetMemory("u", page, MemoryChange.INVALID, null));
        assertThat(isReadable(page)).isFalse();

        assertThat(run(kernelMap(half, "b"))).isTrue();
        assertThat(isReadable(page)).isTrue();

        assertThat(run(new MemoryCommand.UnmapRange("u", half, false))).isTrue();
        assertThat(isReadable(page)).isFalse();
    }

    private boolean isReadable(AddressRange page) {
        return !Translation.isFault(model.translate("u", page.start(), Access.READ, Privilege.PRIVILEGED));
    }

    @Test
    void random_histories_in_small_units_grant_what_any_region_of_the_page_grants() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        run(new MemoryCommand.CreateSpace("u", SpaceKind.USER));
        for (int i = 0; i < 1_500; i++) {
            long start = BASE + UNIT * random.nextInt(UNITS);
            AddressRange range = AddressRange.ofSize(start, UNIT * (1 + random.nextInt(30)));
            String permissions = PROTECTIONS.get(random.nextInt(PROTECTIONS.size()));
            switch (random.nextInt(5)) {
                case 0, 1 ->
                    run(map(start, range.size(), anonymous("o" + random.nextInt(5), start - BASE), permissions));
                case 2 -> run(new MemoryCommand.UnmapRange("u", range, true));
                case 3 -> run(new MemoryCommand.ProtectRange("u", range, Permissions.parse(permissions)));
                default -> {
                    long to = BASE + UNIT * random.nextInt(UNITS);
                    run(new MemoryCommand.MoveRange("u", range, AddressRange.ofSize(to, range.size()), true));
                }
            }
            assertThat(refusal).isNull();
            check();
        }
        run(new MemoryCommand.UnmapRange("u", new AddressRange(0, (1L << 48) - 1), true));
        assertThat(model.statistics().tables()).isEqualTo(1);
        assertThat(model.statistics().overMappedBytes()).isZero();
    }

    private void check() {
        AddressSpace space = state.space("u");
        long over = 0;
        for (long page = BASE; page < BASE + UNIT * (UNITS + 32); page += 4096) {
            Permissions[] granted = {Permissions.NONE};
            List<AddressRange> parts = new ArrayList<>();
            space.forEachIn(AddressRange.ofSize(page, 4096), region -> {
                granted[0] = granted[0].union(region.attributes().permissions());
                parts.add(region.range());
            });
            over += parts.isEmpty() ? 0 : 4096;
            for (AddressRange part : parts) {
                over -= part.size();
            }
            for (Access access : Access.values()) {
                assertThat(!Translation.isFault(translate(page + 17, access)))
                        .as("%s of page %x", access, page)
                        .isEqualTo(granted[0].allows(access, Privilege.UNPRIVILEGED));
            }
        }
        assertThat(model.statistics().overMappedBytes()).isEqualTo(over);
    }
}
