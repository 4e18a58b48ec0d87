package pagefold.arm64.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pagefold.testkit.CaptureReader;

/** Our results of recorded operations against those of Linux 5.17's own code. */
class KvmReplayTest {
    /** Everything that a run measures. */
    private static final Pattern RESULTS = Pattern.compile(" (vtcr|start|unmapped|pte|ret|tlbi|vmid|warn|tables)=\\S+");

    private static final String HYP = "SEQ 0 hyp page_shift=14 va_bits=48";
    private static final String GUEST = "SEQ 0 s2 page_shift=14 ipa_bits=40 fwb=1 force_pte=0";

    @ParameterizedTest
    @ValueSource(ints = {12, 16})
    void recorded_sequences_come_back_byte_for_byte(int granuleBits) throws IOException {
        String recorded = recording(granuleBits);

        String replayed = replay(recorded.lines().toList());

        assertThat(recorded.lines().filter("END"::equals)).hasSize(400);
        assertSame(replayed, recorded);
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 16})
    void no_result_is_taken_from_the_record(int granuleBits) throws IOException {
        String recorded = recording(granuleBits);
        List<String> questions = recorded.lines()
                .filter(line -> !line.startsWith("L "))
                .map(line -> RESULTS.matcher(line).replaceAll(""))
                .toList();

        assertSame(replay(questions), recorded);
    }

    private static void assertSame(String replayed, String recorded) {
        List<String> ours = replayed.lines().toList();
        List<String> theirs = recorded.lines().toList();
        for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
            assertThat(ours.get(i)).as("line %d", i + 1).isEqualTo(theirs.get(i));
        }
        assertThat(replayed.equals(recorded)).as("equal to the last byte").isTrue();
    }

    @Test
    void sequences_of_16K_are_replayed_with_what_follows_from_their_sizes() throws IOException {
        String replayed = replay(List.of(
                "# concatenated",
                "",
                GUEST,
                "s2_map ia=2000000 size=2004000 pa=80000000 prot=7",
                "s2_set_owner ia=4004000 size=8000 owner=1",
                "END",
                HYP,
                "hyp_map ia=800000000000 size=4000 pa=84000 prot=4",
                "END"));

        assertThat(replayed).isEqualTo("""
                # concatenated

                SEQ 0 s2 page_shift=14 ipa_bits=40 vtcr=802db558 start=2 fwb=1 force_pte=0
                s2_map ia=2000000 size=2004000 pa=80000000 prot=7 ret=0 tlbi=0 vmid=0 warn=0 tables=1
                s2_set_owner ia=4004000 size=8000 owner=1 ret=0 tlbi=0 vmid=0 warn=0 tables=1
                L ia=2000000 n=1 lvl=2 pte=800007d9
                L ia=4000000 n=1 lvl=3 pte=820007db
                L ia=4004000 n=2 lvl=3 pte=4
                END
                SEQ 0 hyp page_shift=14 va_bits=48 start=0
                hyp_map ia=800000000000 size=4000 pa=84000 prot=4 ret=0 tlbi=0 vmid=0 warn=0 tables=4
                L ia=800000000000 n=1 lvl=3 pte=400000000847c3
                END
                """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "END; line 1: expected SEQ",
                "SEQ; line 1: expected hyp or s2",
                "SEQ x hyp page_shift=12 va_bits=48; line 1: expected a number from 0",
                "SEQ 0 hyp page_shift=12; line 1: expected the fields page_shift, va_bits, but 'va_bits' is missing",
                "SEQ 0 hyp page_shift=13 va_bits=48; line 1: expected a granule of 12, 14 or 16 bits",
                "SEQ 0 hyp page_shift=12 va_bits=52; line 1: expected virtual addresses of 25 to 48 bits",
                "SEQ 0 hyp page_shift=12 va_bits=48 va_bits=48; line 1: expected every field once",
                "SEQ 0 hyp page_shift=12 va_bits=99999999999; line 1: expected va_bits from 0 to 64",
                "SEQ 0 s2 page_shift=12 ipa_bits=31 fwb=0 force_pte=0; line 1: expected intermediate physical addresses",
                "SEQ 0 s2 page_shift=12 ipa_bits=40 fwb=2 force_pte=0; line 1: expected fwb from 0 to 1",
                "SEQ 0 s2 page_shift=12 ipa_bits=40 fwb=0 force_pte=0 x; line 1: expected the fields",
                "" + HYP + "|" + HYP + "; line 2: expected END before the next SEQ",
                "" + HYP + "; line 2: expected END, but there are no more lines",
                "" + HYP + "|s2_mkold ia=0; line 2: expected hyp_map, hyp_unmap or END",
                "" + HYP + "|hyp_unmap ia=0; line 2: expected the fields ia, size, but 'size' is missing",
                "" + HYP + "|hyp_unmap ia=0 size=g; line 2: expected size of 1 to 16 hexadecimal digits",
                "" + HYP + "|hyp_unmap ia= size=1; line 2: expected ia of 1 to 16 hexadecimal digits",
                "" + HYP + "|hyp_unmap ia=+1 size=1; line 2: expected ia of 1 to 16 hexadecimal digits",
                "" + HYP + "|hyp_unmap ia=10000000000000000 size=1; line 2: expected ia of 1 to 16",
                "" + HYP + "|hyp_unmap ia=0  size=1; line 2: expected the fields",
                "" + HYP + "|hyp_unmap ia=0 size=1 prot=1; line 2: expected the fields ia, size, but there is 'prot=1'",
                "" + HYP + "|L ia=0|hyp_unmap ia=0 size=1; line 3: expected L or END",
                "" + HYP + "|END now; line 2: expected the fields",
                "" + GUEST + "|s2_split ia=0; line 2: expected s2_map",
            })
    void a_malformed_line_is_named(String lines, String sentence) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> replay(List.of(lines.split("\\|"))))
                .withMessageContaining(sentence);
    }

    @Test
    void an_endless_line_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> replay(List.of(HYP, "hyp_unmap ia=" + "0".repeat(2000))))
                .withMessageContaining("line 2: expected at most 1000 characters");
    }

    @Test
    void a_map_beyond_the_memory_for_tables_answers_as_a_kernel_without_memory() throws IOException {
        String replayed = replay(List.of(
                "SEQ 0 s2 page_shift=12 ipa_bits=48 fwb=1 force_pte=1",
                "s2_map ia=0 size=800000000000 pa=0 prot=7",
                "s2_unmap ia=0 size=800000000000",
                "END"));

        assertThat(replayed).contains("prot=7 ret=-12 ").contains("warn=0 tables=1\nEND");
    }

    private static String replay(List<String> lines) throws IOException {
        StringBuilder out = new StringBuilder();
        new KvmReplay().replay(lines, out);
        return out.toString();
    }

    private static String recording(int granuleBits) throws IOException {
        String file = "/conformance/kvm-operations/linux517_kvm_pgtable_" + granuleBits + ".ops.gz";
        byte[] packed = Files.readAllBytes(CaptureReader.path(KvmReplayTest.class, file));
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
