package pagefold.arm64;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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
import pagefold.model.Simulation;
import pagefold.model.SpaceKind;
import pagefold.model.Step;
import pagefold.spi.Profile;
import pagefold.table.PageTableModel;

/** A translation allocates nothing: the bytes that a thread allocates are counted by the JVM. */
class AllocationTest {
    private static final int TRANSLATIONS = 60_000;
    /** The JVM itself may allocate while it counts; one object for each translation would be far more. */
    private static final long NOTHING = TRANSLATIONS;

    private static final Access[] ACCESSES = Access.values();
    private static final Privilege[] PRIVILEGES = Privilege.values();

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static List<String> profiles() {
        return new Arm64Plugin().profiles().stream().map(Profile::name).toList();
    }

    /** Asks for a translation. */
    @FunctionalInterface
    private interface Translator {
        long translate(long address, Access access, Privilege privilege);
    }

    private void allocatesNothing(long[] addresses, Translator translator) {
        long faults = run(addresses, translator);

        long before = threads.getCurrentThreadAllocatedBytes();
        long again = run(addresses, translator);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(again).isEqualTo(faults);
        assertThat(faults).as("faults").isBetween(1L, TRANSLATIONS - 1L);
        assertThat(allocated).as("bytes of %s translations", TRANSLATIONS).isLessThan(NOTHING);
    }

    private static long run(long[] addresses, Translator translator) {
        long faults = 0;
        for (int i = 0; i < TRANSLATIONS; i++) {
            Access access = ACCESSES[i % ACCESSES.length];
            Privilege privilege = PRIVILEGES[i / ACCESSES.length % PRIVILEGES.length];
            faults += translator.translate(addresses[i % addresses.length], access, privilege) < 0 ? 1 : 0;
        }
        return faults;
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void a_translation_of_a_profile_allocates_nothing(String profile) {
        PageTableModel model = new Arm64Plugin().newModel(profile, Coarsening.REJECT);
        Simulation simulation = Simulation.EMPTY;
        for (MemoryCommand command : List.of(
                new MemoryCommand.CreateSpace("s", SpaceKind.USER),
                new MemoryCommand.MapRange(
                        "s",
                        AddressRange.ofSize(0x4000_0000, 0x4000_0000),
                        new Output.Physical(0x1_0000_0000L),
                        Attributes.user(Permissions.parse("rw-/rw-")),
                        false))) {
            if (simulation.decide(command) instanceof Decision.Accepted(MemoryEvent event)) {
                Step step = Step.of(simulation, event);
                model.apply(step, null);
                simulation = step.after();
            }
        }
        long[] addresses =
                new SplittableRandom(1).longs(1000, 0x3000_0000L, 0x9000_0000L).toArray();

        allocatesNothing(addresses, (address, access, privilege) -> model.translate("s", address, access, privilege));
    }
}
