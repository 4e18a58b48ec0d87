package pagefold.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import pagefold.model.Hex;

/**
 * A question that a machine answered: one line of {@code queries.csv}.
 *
 * @param line its number in the file
 * @param address the virtual address
 * @param operation the address-translation instruction, as {@code s1e1r}
 * @param par what PAR held
 * @param mask the bits of it that count
 */
public record TranslationQuery(int line, long address, String operation, long par, long mask) {
    private static final String HEADING = "va,operation,par,mask";

    /**
     * Reads a file of queries.
     *
     * @throws IllegalArgumentException when a line has another form
     */
    public static List<TranslationQuery> read(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            if (lines.isEmpty() || !lines.getFirst().equals(HEADING)) {
                throw new IllegalArgumentException("expected the heading " + HEADING + " in " + file);
            }
            List<TranslationQuery> queries = new ArrayList<>();
            for (int i = 1; i < lines.size(); i++) {
                queries.add(parse(i + 1, lines.get(i)));
            }
            return queries;
        } catch (IOException e) {
            throw new UncheckedIOException("expected queries in " + file, e);
        }
    }

    private static TranslationQuery parse(int number, String line) {
        String[] parts = line.split(",", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException("expected 4 fields in line " + number + ", but found " + parts.length);
        }
        return new TranslationQuery(number, Hex.parse(parts[0]), parts[1], Hex.parse(parts[2]), Hex.parse(parts[3]));
    }

    /** Whether an answer agrees in all bits that count. */
    public boolean agrees(long answer) {
        return ((answer ^ par) & mask) == 0;
    }

    /** The question, the machine's answer and another one, for a failure's message. */
    public String describe(long answer) {
        return "line " + line + ": " + operation + " " + Hex.address(address) + " expected " + Hex.address(par)
                + " under " + Hex.address(mask) + ", but was " + Hex.address(answer);
    }
}
