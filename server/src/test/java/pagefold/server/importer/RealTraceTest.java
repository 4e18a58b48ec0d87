package pagefold.server.importer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import pagefold.model.AddressSpace;
import pagefold.model.Region;
import pagefold.model.Simulation;

class RealTraceTest {

    @Test
    void a_real_trace_with_forks_is_read_whole() throws IOException {
        var completed = Traces.completed(Traces.python(), StraceOptions.DEFAULT);
        Simulation state = Traces.played(completed.commands());

        assertThat(Traces.names(state)).containsExactly("17406");
        assertThat(completed.report().lines()).isEqualTo(1892);
        assertThat(completed.report().malformedCount()).isZero();
        assertThat(completed.report().reconstructed()).containsOnlyKeys("protected unseen");
    }

    @Test
    void every_process_of_a_real_trace_ends_as_an_independent_replay_says() throws IOException {
        for (List<String> trace : List.of(Traces.gcc(), Traces.python())) {
            var completed = Traces.completed(trace, StraceOptions.DEFAULT.withOnExit(OnExit.KEEP));
            Simulation state = Traces.played(completed.commands());

            Map<String, TreeMap<Long, String>> expected = PageOracle.replay(trace);

            assertThat(Traces.names(state)).containsExactlyInAnyOrderElementsOf(expected.keySet());
            for (AddressSpace space : state.spaces()) {
                assertThat(pages(space)).as(space.name()).isEqualTo(expected.get(space.name()));
            }
        }
    }

    private static TreeMap<Long, String> pages(AddressSpace space) {
        TreeMap<Long, String> pages = new TreeMap<>();
        for (Region region : space.regions()) {
            for (long page = region.range().start() >>> 12;
                    page <= region.range().last() >>> 12;
                    page++) {
                pages.put(page, region.attributes().permissions().toString().substring(4));
            }
        }
        return pages;
    }
}
