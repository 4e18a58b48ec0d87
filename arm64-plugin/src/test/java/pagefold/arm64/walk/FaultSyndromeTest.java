package pagefold.arm64.walk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.table.FaultKind;
import pagefold.table.Translation;

/** ESR_ELx, HPFAR_EL2 and fault status codes against the words of real faults and the tables of the manual. */
class FaultSyndromeTest {

    /** From reports of Linux kernels: the syndrome that was printed, and what it was printed for. */
    @ParameterizedTest
    @CsvSource({
        "0x96000004, TRANSLATION, 0, READ, PRIVILEGED",
        "0x96000005, TRANSLATION, 1, READ, PRIVILEGED",
        "0x96000006, TRANSLATION, 2, READ, PRIVILEGED",
        "0x96000007, TRANSLATION, 3, READ, PRIVILEGED",
        "0x96000044, TRANSLATION, 0, WRITE, PRIVILEGED",
        "0x96000046, TRANSLATION, 2, WRITE, PRIVILEGED",
        "0x9600004f, PERMISSION, 3, WRITE, PRIVILEGED",
        "0x9600006b, TRANSLATION, -1, WRITE, PRIVILEGED",
        "0x92000046, TRANSLATION, 2, WRITE, UNPRIVILEGED",
        "0x92000007, TRANSLATION, 3, READ, UNPRIVILEGED",
        "0x8600000f, PERMISSION, 3, EXECUTE, PRIVILEGED",
        "0x86000004, TRANSLATION, 0, EXECUTE, PRIVILEGED",
        "0x82000006, TRANSLATION, 2, EXECUTE, UNPRIVILEGED",
    })
    void syndromes_are_those_that_kernels_have_printed(
            String esr, FaultKind kind, int level, Access access, Privilege privilege) {
        long fault = Translation.fault(kind, level, 1);

        assertThat(Esr.of(fault, false, Request.of(access, privilege))).isEqualTo(Long.decode(esr));
    }

    @Test
    void a_fault_of_stage_2_comes_from_a_lower_level_and_says_so_on_a_stage_1_walk() {
        long fault = Translation.fault(FaultKind.PERMISSION, 2, 2);
        int write = Request.of(Access.WRITE, Privilege.PRIVILEGED);

        assertThat(Esr.of(fault, false, write)).isEqualTo(0x9200_004eL);
        assertThat(Esr.of(fault, true, write)).isEqualTo(0x9200_00ceL);
        assertThat(Esr.of(fault, true, write | Request.ADDRESS_TRANSLATION)).isEqualTo(0x9200_01ceL);
        assertThat(Esr.of(
                        Translation.fault(FaultKind.TRANSLATION, 1, 1),
                        false,
                        Request.of(Access.READ, Privilege.PRIVILEGED) | Request.ADDRESS_TRANSLATION))
                .isEqualTo(0x9600_0145L);
    }

    @Test
    void status_codes_are_all_different_and_those_of_the_table() {
        assertThat(codes(FaultKind.ADDRESS_SIZE)).containsExactly(0x29, 0x00, 0x01, 0x02, 0x03);
        assertThat(codes(FaultKind.TRANSLATION)).containsExactly(0x2b, 0x04, 0x05, 0x06, 0x07);
        assertThat(codes(FaultKind.ACCESS_FLAG).subList(1, 5)).containsExactly(0x08, 0x09, 0x0a, 0x0b);
        assertThat(codes(FaultKind.PERMISSION).subList(1, 5)).containsExactly(0x0c, 0x0d, 0x0e, 0x0f);
    }

    private static List<Integer> codes(FaultKind kind) {
        return IntStream.rangeClosed(-1, 3)
                .mapToObj(level -> Par.status(kind, level))
                .toList();
    }

    @Test
    void the_intermediate_address_is_known_but_for_permissions_of_the_output() {
        for (FaultKind kind :
                List.of(FaultKind.TRANSLATION, FaultKind.ADDRESS_SIZE, FaultKind.ACCESS_FLAG, FaultKind.PERMISSION)) {
            long fault = Translation.fault(kind, 3, 2);

            assertThat(Esr.hasIntermediateAddress(fault, true)).isTrue();
            assertThat(Esr.hasIntermediateAddress(fault, false)).isEqualTo(kind != FaultKind.PERMISSION);
            assertThat(Esr.hasIntermediateAddress(Translation.fault(kind, 3, 1), false))
                    .isFalse();
        }
        assertThat(Esr.hpfar(0x9_8765_4321_0fffL)).isEqualTo(0x987_6543_2100L);
    }
}
