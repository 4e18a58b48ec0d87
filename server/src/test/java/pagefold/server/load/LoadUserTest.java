package pagefold.server.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.model.Decision;
import pagefold.model.MemoryCommand;
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;

/** What a user of the load generator does. */
class LoadUserTest {
    private static final LoadMix MIX = new LoadMix(40, 30, 20, 10);

    private static List<LoadUser.Step> steps(long seed, int number, LoadMix mix, int count) {
        LoadUser user = new LoadUser("s", number, mix, seed);
        List<LoadUser.Step> steps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            steps.add(user.next());
        }
        return steps;
    }

    @Test
    void the_same_seed_gives_the_same_steps_and_users_differ() {
        assertThat(steps(7, 3, MIX, 5000)).isEqualTo(steps(7, 3, MIX, 5000));
        assertThat(steps(7, 3, MIX, 50)).isNotEqualTo(steps(8, 3, MIX, 50)).isNotEqualTo(steps(7, 4, MIX, 50));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "map=40,unmap=30,protect=20,walk=10",
                "map=1",
                "unmap=1",
                "protect=1",
                "walk=1",
                "map=9,unmap=1,walk=3",
            })
    void no_command_is_refused_and_what_is_walked_is_mapped(String mix) {
        Simulation state = decided(Simulation.EMPTY, new MemoryCommand.CreateSpace("user-0", SpaceKind.USER));
        for (LoadUser.Step step : steps(1, 0, LoadMix.parse(mix), 20_000)) {
            switch (step) {
                case LoadUser.Step.Change(MemoryCommand command) -> state = decided(state, command);
                case LoadUser.Step.Walk(long address) ->
                    assertThat(state.space("user-0").at(address)).isNotNull();
            }
        }
    }

    private static Simulation decided(Simulation state, MemoryCommand command) {
        return switch (state.decide(command)) {
            case Decision.Accepted(pagefold.model.MemoryEvent event) ->
                Step.of(state, event).after();
            case Decision.Rejected rejected -> throw new AssertionError(command + " was refused: " + rejected);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "map", "map=", "map=x", "map=-1", "map=0", "fly=1", "map=1,,walk=1", "map=2000000"})
    void what_is_no_mix_is_refused_with_a_sentence(String text) {
        assertThatThrownBy(() -> LoadMix.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("expected ");
    }
}
