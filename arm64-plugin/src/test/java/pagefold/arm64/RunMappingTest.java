package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm64.Bench.SPACE;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.Shareability;
import pagefold.model.SpaceKind;

/** Contiguous runs as the mappings that a comparison is made of. */
class RunMappingTest {
    private static final long PAGE = 0x1000;
    private static final long RUN = 16 * PAGE;
    private static final long AT = 0x40_0000;

    /** An entry of a TLB stands for a whole run, though hardware notes a write in the word of the page alone. */
    @Test
    void a_run_of_which_one_page_was_written_is_one_mapping() {
        Bench bench = new Bench("4k-48", SpaceKind.USER);
        Attributes contiguous = new Attributes(
                Permissions.parse("rw-/rw-"),
                MemoryType.NORMAL_WB,
                Shareability.INNER_SHAREABLE,
                false,
                false,
                0,
                false,
                true);
        assertThat(bench.map(AT, 3 * RUN, 0x5000_0000L, contiguous)).isNull();

        assertThat(bench.run(new TouchRange(
                        SPACE, AddressRange.ofSize(AT + RUN + 5 * PAGE, PAGE), Access.WRITE, Privilege.UNPRIVILEGED)))
                .isNull();

        List<String> mappings = new ArrayList<>();
        bench.model.mappings(
                SPACE,
                (range, leafSize, entrySize, attributes) -> mappings.add(
                        "%s of %x by %x, %s".formatted(range, leafSize, entrySize, attributes.permissions())));
        assertThat(mappings).containsExactly("0x0000000000400000-0x0000000000430000 of 1000 by 10000, rw-/rw-");
        assertThat(bench.model
                        .walk(SPACE, AT + RUN + 5 * PAGE, Access.READ, Privilege.UNPRIVILEGED)
                        .steps()
                        .getLast()
                        .word())
                .as("the written word")
                .isNotEqualTo(5 * PAGE
                        + bench.model
                                .walk(SPACE, AT + RUN, Access.READ, Privilege.UNPRIVILEGED)
                                .steps()
                                .getLast()
                                .word());
    }
}
