package pagefold.server.importer;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an import has read and made of it.
 *
 * @param lines lines read
 * @param commands commands made
 * @param spaces address spaces made
 * @param skipped what leads to no command, by name, with counts
 * @param reconstructed what is in the simulation although the input never showed it, by name, with counts
 * @param malformed the first {@value #MAX_MALFORMED_KEPT} malformed lines
 * @param malformedCount all of them
 */
public record ImportReport(
        long lines,
        long commands,
        long spaces,
        Map<String, Long> skipped,
        Map<String, Long> reconstructed,
        List<MalformedLine> malformed,
        long malformedCount) {

    /** Most malformed lines that are kept; beyond it they are only counted. */
    public static final int MAX_MALFORMED_KEPT = 100;

    public ImportReport {
        skipped = Collections.unmodifiableMap(new TreeMap<>(skipped));
        reconstructed = Collections.unmodifiableMap(new TreeMap<>(reconstructed));
        malformed = List.copyOf(malformed);
    }
}
