package pagefold.server.importer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MapsImporterTest {

    private static ImportOutcome.Completed completed(String text) {
        ImportOutcome outcome = MapsImporter.read(text.lines().toList(), "p", false);
        assertThat(outcome).isInstanceOf(ImportOutcome.Completed.class);
        return (ImportOutcome.Completed) outcome;
    }

    @Test
    void every_kind_of_region_is_read() {
        var completed = completed("""
                00010000-00088000 r-xp 00000000 00:02 7          /init
                0008a000-0008c000 rw-p 0007a000 00:02 7          /my files/in it
                00ee3000-00f05000 rw-p 00000000 00:00 0          [heap]
                b6c9b000-b6c9f000 rw-s 00000000 00:01 2          /dev/zero (deleted)
                b6ca7000-b6ca9000 rwxp 00000000 00:00 0\s
                b6ca9000-b6cad000 ---p 00000000 00:00 0
                ffffa8c77000-ffffa8c79000 r--p 00000000 00:00 0                          [vvar]
                ffffa8c79000-ffffa8c7a000 r-xp 00000000 00:00 0                          [vdso]
                ffffe6616000-ffffe6637000 rw-p 00000000 00:00 0                          [stack]
                ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
                """);

        assertThat(Traces.regions(Traces.played(completed.commands()), "p"))
                .containsExactly(
                        "10000-88000 r--/r-x /init+0 COPY_ON_WRITE",
                        "8a000-8c000 rw-/rw- /my files/in it+7a000 COPY_ON_WRITE",
                        "ee3000-f05000 rw-/rw- heap:p:0+0 PRIVATE",
                        "b6c9b000-b6c9f000 rw-/rw- /dev/zero (deleted) 00:01 2+0 SHARED",
                        "b6ca7000-b6ca9000 rw-/rwx anon:p:0+0 PRIVATE",
                        "b6ca9000-b6cad000 ---/--- anon:p:1+0 PRIVATE",
                        "ffffa8c77000-ffffa8c79000 r--/r-- [vvar]+0 COPY_ON_WRITE",
                        "ffffa8c79000-ffffa8c7a000 r--/r-x [vdso]+0 COPY_ON_WRITE",
                        "ffffe6616000-ffffe6637000 rw-/rw- stack:p:0+0 PRIVATE");
        assertThat(completed.report().skipped())
                .containsExactly(java.util.Map.entry("regions at kernel addresses", 1L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00010000-00010000 r-xp 00000000 00:02 7 /init",
                "00010000-00020001 r-xp 00000000 00:02 7 /init",
                "00011000-00010000 r-xp 00000000 00:02 7 /init",
                "00010000-8000000000000000 r-xp 00000000 00:02 7 /init",
                "00010000-00020000 rxwp 00000000 00:02 7 /init",
                "00010000-00020000 r-xp 00000001 00:02 7 /init",
                "00010000-00020000 r-xp ffffffffffff0000 00:02 7 /init",
                "00010000-00020000 r-xp",
                "Size:                  4 kB",
                "00001000-00002000 r-xp 00000000 00:02 7 /overlaps",
            })
    void a_line_that_makes_no_sense_is_named(String line) {
        List<String> lines = List.of("00001000-00003000 r-xp 00000000 00:02 7 /init", line);

        ImportOutcome strict = MapsImporter.read(lines, "p", false);
        ImportOutcome lenient = MapsImporter.read(lines, "p", true);

        assertThat(strict).isInstanceOf(ImportOutcome.Refused.class);
        assertThat(((ImportOutcome.Refused) strict).line().lineNumber()).isEqualTo(2);
        assertThat(lenient.report().malformedCount()).isEqualTo(1);
    }
}
