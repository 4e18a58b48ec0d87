package pagefold.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.spi.CapturedMachine;
import pagefold.table.PageTableModel;
import pagefold.table.Walk;

/** Walks of simulations, held against the reader of captured machines. */
public final class Walks {
    private Walks() {}

    /** A walk of a guest's space with another behind it, where the model has two stages. */
    public static Walk throughBoth(
            PageTableModel model, String guest, String second, long address, Access access, Privilege privilege) {
        Walk walk = model.walk(guest, second, address, access, privilege);
        if (walk == null) {
            throw new AssertionError("expected two stages, but the model has none of " + guest + " and " + second);
        }
        return walk;
    }

    /** What each register that a walk tells of holds. */
    public static Map<String, Long> registers(Walk walk) {
        return walk.registers().stream().collect(Collectors.toMap(Walk.Register::name, Walk.Register::value));
    }

    /** The stage and level of each descriptor that is read, as {@code 2L1}. */
    public static List<String> levels(Walk walk) {
        return walk.steps().stream()
                .filter(step -> !step.folded())
                .map(step -> step.stage() + "L" + step.level())
                .toList();
    }

    /**
     * Checks that a walk ends, and leaves the register that address translation instructions answer in (its role is
     * {@code par}), as that of a machine with the same tables.
     *
     * @param instruction the instruction that asks the same, by the machine's name for it
     */
    public static void endsAs(CapturedMachine machine, String instruction, Walk walk) {
        assertThat(walk.outcome())
                .as("%s of %x", instruction, walk.input())
                .isEqualTo(machine.walk(instruction, walk.input()).outcome());
        assertThat(walk.registers().stream()
                        .filter(register -> register.role().equals("par"))
                        .map(Walk.Register::value))
                .as("%s of %x", instruction, walk.input())
                .containsExactly(machine.addressTranslation(instruction, walk.input()));
    }

    /** The same of every step, too. */
    public static void isAs(CapturedMachine machine, String instruction, Walk walk) {
        endsAs(machine, instruction, walk);
        assertThat(walk.steps())
                .isEqualTo(machine.walk(instruction, walk.input()).steps());
    }
}
