package pagefold.arm32;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryCommand.AgeRange;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.Permissions;
import pagefold.model.SpaceKind;

/** Pages that hardware does not find for now, as the mappings that a comparison is made of. */
class AgedMappingTest {
    private static final long PAGE = 0x1000;
    private static final long AT = 0x40_0000;

    @ParameterizedTest
    @ValueSource(strings = {"classic", "lpae"})
    void a_page_that_has_aged_is_part_of_its_mapping_with_all_that_it_grants(String profile) {
        CarryingBench bench = new CarryingBench(profile);
        bench.done(new CreateSpace("u", SpaceKind.USER));
        bench.map("u", AT, 3 * PAGE, 0x5000_0000L, Attributes.user(Permissions.parse("r--/r-x")));

        bench.done(new AgeRange("u", AddressRange.ofSize(AT + PAGE, PAGE)));
        assertThat(mappings(bench)).containsExactly("0x0000000000400000-0x0000000000403000 of 1000, r--/r-x");

        // The first of them is the one that the reader is asked about.
        bench.done(new AgeRange("u", AddressRange.ofSize(AT, 3 * PAGE)));
        assertThat(mappings(bench)).containsExactly("0x0000000000400000-0x0000000000403000 of 1000, r--/r-x");
    }

    private static List<String> mappings(CarryingBench bench) {
        List<String> all = new ArrayList<>();
        bench.model.mappings(
                "u",
                (range, leafSize, entrySize, attributes) ->
                        all.add("%s of %x, %s".formatted(range, leafSize, attributes.permissions())));
        return all;
    }
}
