package pagefold.arm32;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm32.CarryingBench.kernel;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.MemoryCommand;
import pagefold.model.MemoryCommand.AttachKernel;
import pagefold.model.MemoryCommand.CreateSpace;
import pagefold.model.MemoryCommand.MapRange;
import pagefold.model.MemoryCommand.RelaxRange;
import pagefold.model.MemoryCommand.TouchRange;
import pagefold.model.MemoryCommand.WriteProtectRange;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.PluginBinding.Coarsening;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;

/** {@code coarsen: widen} where accesses are refused that fault: what fits must not be refused for it. */
class WideningTest {
    private static final AddressRange PAGE = AddressRange.ofSize(0xf70d_c000L, 0x1000);
    private static final Output OUTPUT = new Output.Physical(0x5100_0000L);

    @ParameterizedTest
    @ValueSource(strings = {"classic", "lpae"})
    void a_write_protected_page_of_a_kernel_mapped_over_itself_can_be_written_again(String profile) throws IOException {
        isWritableAfter(new MapRange("k", PAGE, OUTPUT, kernel("rw-/---"), true), profile);
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "lpae"})
    void a_write_protected_page_of_a_kernel_that_is_granted_writing_once_more_can_be_written_again(String profile)
            throws IOException {
        isWritableAfter(new RelaxRange("k", PAGE, Permissions.parse("rw-/---")), profile);
    }

    /** Nothing makes a page of a kernel dirty but what writes its words: a write to a page that is clean faults. */
    private static void isWritableAfter(MemoryCommand mending, String profile) throws IOException {
        List<MemoryCommand> commands = List.of(
                new CreateSpace("k", SpaceKind.KERNEL),
                new CreateSpace("p", SpaceKind.USER),
                new MapRange("k", PAGE, OUTPUT, kernel("rw-/---"), false),
                new AttachKernel("p", "k"),
                new WriteProtectRange("k", PAGE),
                mending,
                new TouchRange("p", PAGE, Access.WRITE, Privilege.PRIVILEGED));
        CarryingBench exact = new CarryingBench(profile);
        CarryingBench widened = new CarryingBench(profile, Coarsening.WIDEN);

        commands.forEach(exact::done);
        commands.forEach(widened::done);

        assertThat(widened.model.translate("p", PAGE.start(), Access.WRITE, Privilege.PRIVILEGED))
                .isEqualTo(0x5100_0000L);
        assertThat(dump(widened)).isEqualTo(dump(exact));
    }

    private static String dump(CarryingBench bench) throws IOException {
        StringBuilder text = new StringBuilder();
        bench.model.dump("k", text);
        return text.toString();
    }
}
