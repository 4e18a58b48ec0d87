package pagefold.arm64.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.DBM;
import static pagefold.arm64.descriptor.Descriptor.USER;
import static pagefold.arm64.descriptor.Descriptor.bit;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pagefold.arm64.walk.SparseMemory;
import pagefold.model.Access;
import pagefold.spi.Capture;
import pagefold.spi.CapturedMachine.Accessed;
import pagefold.spi.CapturedMachine.CpuAccess;
import pagefold.spi.CapturedMachine.Written;
import pagefold.table.FaultKind;
import pagefold.table.Walk;
import pagefold.testkit.CaptureReader;
import pagefold.testkit.TranslationQuery;

/** Accesses to captured machines: right by the answers of the machine itself, and what they leave in its tables. */
class AccessesTest {
    /** AP[2] of stage 1 and S2AP[1] of stage 2 have the same place. */
    private static final long DIRTY = bit(7);

    private static final long ROOT = 0x1_0000;
    private static final long BLOCK = 0x4000_0000;

    static List<Path> images() {
        return AddressTranslationTest.images();
    }

    /** The machine with hardware updates on where its processor has them: no image was taken so. */
    private static Arm64Machine updating(Path image) {
        Capture capture = CaptureReader.read(image);
        Map<String, Long> registers = new HashMap<>(capture.registers());
        registers.computeIfPresent("TCR_EL1", (name, tcr) -> tcr | bit(39) | bit(40));
        registers.computeIfPresent("TCR_EL2", (name, tcr) -> tcr | bit(21) | bit(22));
        registers.computeIfPresent("VTCR_EL2", (name, vtcr) -> vtcr | bit(21) | bit(22));
        return new Arm64Machine(new Capture(capture.cpu(), registers, capture.layout(), capture.memory()));
    }

    @ParameterizedTest
    @MethodSource("images")
    void an_access_ends_as_the_instruction_that_asks_the_same_and_writes_nothing_but_its_flags(Path image) {
        Arm64Machine untouched = updating(image);
        Arm64Machine machine = updating(image);

        for (TranslationQuery query : TranslationQuery.read(image.resolve("queries.csv"))) {
            String operation = query.operation();
            char level = operation.charAt(operation.indexOf('e') + 1);
            boolean write = operation.charAt(operation.indexOf('e') + 2) == 'w';
            CpuAccess access = new CpuAccess(level - '0', write ? Access.WRITE : Access.READ, false, false);
            String all = (level < '2' ? "s12e" : "s1e") + level + (write ? "w" : "r");

            Accessed first = machine.access(access, query.address());
            Accessed again = machine.access(access, query.address());

            long par = untouched.addressTranslation(all, query.address());
            assertThat(first.walk().outcome() instanceof Walk.Faulted).isEqualTo((par & 1) != 0);
            assertThat(again.walk().outcome()).isEqualTo(first.walk().outcome());
            assertThat(again.written()).isEmpty();
            for (Written word : first.written()) {
                long changed = word.before() ^ word.after();
                assertThat(changed & ~(AF | DIRTY)).as("%x", changed).isZero();
                assertThat(changed & AF & word.before()).isZero();
                assertThat((changed & DIRTY) == 0 || (word.before() & DBM) != 0).isTrue();
            }
        }
    }

    @Test
    void some_of_these_machines_write_flags_and_some_dirty_state() {
        List<Written> written =
                images().stream().flatMap(AccessesTest::writtenIn).toList();

        assertThat(written).anyMatch(word -> ((word.before() ^ word.after()) & AF) != 0);
        assertThat(written).anyMatch(word -> ((word.before() ^ word.after()) & DIRTY) != 0);
    }

    private static Stream<Written> writtenIn(Path image) {
        Arm64Machine machine = updating(image);
        return TranslationQuery.read(image.resolve("queries.csv")).stream()
                .filter(query ->
                        query.operation().contains("e1w") || query.operation().contains("e2w"))
                .flatMap(query -> {
                    int level = query.operation().contains("e1w") ? 1 : 2;
                    CpuAccess access = new CpuAccess(level, Access.WRITE, false, false);
                    return machine.access(access, query.address()).written().stream();
                });
    }

    @Test
    void only_user_loads_that_do_not_fault_are_kept_from_walking() {
        assertThat(read(0, true, "max", bit(53))).isEqualTo(new Walk.Faulted(FaultKind.TRANSLATION, 0, 1));
        assertThat(read(0, true, "max", bit(54))).isInstanceOf(Walk.Translated.class);
        assertThat(read(0, false, "max", bit(53))).isInstanceOf(Walk.Translated.class);
        assertThat(read(1, true, "max", bit(53))).isInstanceOf(Walk.Translated.class);
        assertThat(read(0, true, "cortex-a57", bit(53))).isInstanceOf(Walk.Translated.class);
    }

    /** A load of a block that everybody may read, through the lower range of EL1&amp;0. */
    private static Walk.Outcome read(int level, boolean nonFault, String cpu, long control) {
        Map<String, Long> registers = Map.of("TCR_EL1", 25L | bit(23) | control, "TTBR0_EL1", ROOT, "MAIR_EL1", 0xffL);
        return machine(cpu, registers)
                .access(new CpuAccess(level, Access.READ, false, nonFault), 0)
                .walk()
                .outcome();
    }

    @Test
    void a_fault_of_user_code_under_a_host_is_told_to_the_host() {
        Map<String, Long> registers = Map.of(
                "TCR_EL2", 25L | bit(23), "TTBR0_EL2", ROOT, "MAIR_EL2", 0xffL, "HCR_EL2", bit(34) | bit(27) | bit(31));
        CpuAccess access = new CpuAccess(0, Access.READ, false, false);

        Walk walk = machine("max", registers).access(access, 1L << 30).walk();

        assertThat(walk.registers()).extracting(Walk.Register::name).contains("ESR_EL2", "FAR_EL2");
        assertThat(walk.outcome()).isEqualTo(new Walk.Faulted(FaultKind.TRANSLATION, 1, 1));
    }

    private static Arm64Machine machine(String cpu, Map<String, Long> registers) {
        SparseMemory memory = new SparseMemory();
        memory.store(ROOT, BLOCK | AF | USER | 1);
        return new Arm64Machine(new Capture(cpu, registers, Map.of(), memory));
    }
}
