package pagefold.arm32.lpae;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.arm32.Arm32Plugin;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryType;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.Rejection;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.table.PageTableModel;
import pagefold.table.TableListener;

/** Permissions of a kernel's sections, changed where they are: section_update, with its nx_perms and ro_perms. */
class SectionPermissionsTest {
    private static final long SECTION = 2 << 20;
    private static final AddressRange TEXT = AddressRange.ofSize(0xc020_0000L, 4 * SECTION);

    private static final Rejection NOTHING = new Rejection.NoSuchSpace("nothing was rejected");

    private final PageTableModel model = new Arm32Plugin().newModel("lpae", Coarsening.REJECT);
    private final List<String> written = new ArrayList<>();
    private Simulation simulation = Simulation.EMPTY;

    private final class Writes implements TableListener {
        @Override
        public void wrote(long address, int level, long oldWord, long newWord) {
            written.add(String.format("%016x %016x", oldWord, newWord));
        }

        @Override
        public void invalidated(String space, long start, long last, boolean leafOnly) {}

        @Override
        public void invalidatedAll(String space) {}
    }

    private Rejection run(MemoryCommand command) {
        Step step = Step.of(simulation, ((Decision.Accepted) simulation.decide(command)).event());
        PageTableModel.Refusal refusal = model.check(List.of(step));
        if (refusal != null) {
            return refusal.rejection();
        }
        model.apply(step, new Writes());
        simulation = step.after();
        return NOTHING;
    }

    @BeforeEach
    void two_kernels() {
        for (String space : List.of("init", "other")) {
            run(new MemoryCommand.CreateSpace(space, SpaceKind.KERNEL));
            run(new MemoryCommand.MapRange(
                    space, TEXT, new Output.Physical(0x4020_0000L), attributes("rwx/---"), false));
        }
        written.clear();
    }

    private static Attributes attributes(String permissions) {
        return Attributes.kernel(Permissions.parse(permissions), MemoryType.NORMAL_WB);
    }

    private static MemoryCommand change(String space, AddressRange range, Attributes attributes) {
        return new MemoryCommand.ChangeRange(space, range, attributes);
    }

    private long word(String space, long address) {
        return model.walk(space, address, Access.READ, Privilege.PRIVILEGED)
                .steps()
                .getLast()
                .word();
    }

    /** RDONLY (58) with AP[2] (7), and XN (54), on PMD_SECT with AF, SH and the cached type. */
    @ParameterizedTest
    @CsvSource({
        "rwx/---, 000000004020071d",
        "rw-/---, 004000004020071d",
        "r-x/---, 040000004020079d",
        "r--/---, 044000004020079d"
    })
    void a_section_has_linuxs_bits_for_what_it_grants(String permissions, String expected) {
        assertThat(run(change("init", TEXT, attributes(permissions)))).isSameAs(NOTHING);

        assertThat(String.format("%016x", word("init", TEXT.start()))).isEqualTo(expected);
    }

    @Test
    void only_the_tables_of_the_space_that_was_named_change_and_word_by_word_in_place() {
        AddressRange two = AddressRange.ofSize(TEXT.start() + SECTION, 2 * SECTION);

        run(change("other", two, attributes("r-x/---")));

        assertThat(written).containsExactly("000000004040071d 040000004040079d", "000000004060071d 040000004060079d");
        for (long section = TEXT.start(); section < TEXT.last(); section += SECTION) {
            assertThat(word("init", section) & (Descriptor.RDONLY | Descriptor.AP2))
                    .isZero();
            assertThat((word("other", section) & Descriptor.RDONLY) != 0).isEqualTo(two.contains(section));
        }
    }

    @Test
    void what_is_not_whole_sections_is_refused_and_nothing_changes() {
        AddressRange part = AddressRange.ofSize(TEXT.start() + 0x1000, SECTION);

        Rejection rejection = run(change("init", part, attributes("r-x/---")));

        assertThat(rejection).isInstanceOfSatisfying(Rejection.UnsafeChange.class, unsafe -> {
            assertThat(unsafe.level()).isEqualTo(2);
            assertThat(unsafe.reason()).contains("reaches beyond");
        });
        assertThat(written).isEmpty();
    }

    @Test
    void a_memory_type_is_not_changed_in_place() {
        Attributes uncached = Attributes.kernel(Permissions.parse("rwx/---"), MemoryType.NORMAL_NC);

        Rejection rejection = run(change("init", TEXT, uncached));

        assertThat(rejection)
                .isInstanceOfSatisfying(
                        Rejection.UnsafeChange.class,
                        unsafe -> assertThat(unsafe.reason()).isEqualTo("the bits 0x0000000000000018 may not change"));
    }
}
