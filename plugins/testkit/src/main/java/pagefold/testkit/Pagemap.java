package pagefold.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import pagefold.model.Hex;

/**
 * Words of {@code /proc/self/pagemap}, area by area.
 *
 * @param areas in the order of the file
 */
public record Pagemap(List<Area> areas) {
    private static final long PRESENT = 1L << 63;
    private static final long FRAME = (1L << 55) - 1;

    public Pagemap {
        areas = List.copyOf(areas);
    }

    /**
     * A piece of a process.
     *
     * @param name what was tried there
     * @param start first address
     * @param length bytes
     * @param words by page address; a page without one has the word 0
     */
    public record Area(String name, long start, long length, Map<Long, Long> words) {
        public Area {
            words = Map.copyOf(words);
        }

        /** Whether a page is in memory. */
        public boolean isPresent(long page) {
            return (words.getOrDefault(page, 0L) & PRESENT) != 0;
        }

        /** The number of the page's frame. */
        public long frame(long page) {
            return words.getOrDefault(page, 0L) & FRAME;
        }
    }

    /**
     * Reads {@code pagemap.txt}: {@code # name start length} opens an area, {@code address word} is a page of it.
     *
     * @throws IllegalArgumentException when a line has another form
     */
    public static Pagemap read(Path file) {
        try {
            List<Area> areas = new ArrayList<>();
            Map<Long, Long> words = new HashMap<>();
            String heading = "";
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith("#")) {
                    add(areas, heading, words);
                    words.clear();
                    heading = line;
                } else {
                    String[] parts = fields(line, 2);
                    words.put(Hex.parse(parts[0]), Long.parseUnsignedLong(parts[1], 16));
                }
            }
            add(areas, heading, words);
            return new Pagemap(areas);
        } catch (IOException e) {
            throw new UncheckedIOException("expected a pagemap in " + file, e);
        }
    }

    private static void add(List<Area> areas, String heading, Map<Long, Long> words) {
        if (!heading.isEmpty()) {
            String[] parts = fields(heading, 4);
            areas.add(new Area(parts[1], Hex.parse(parts[2]), Hex.parse(parts[3]), words));
        }
    }

    private static String[] fields(String line, int count) {
        String[] parts = line.split(" ", -1);
        if (parts.length != count) {
            throw new IllegalArgumentException("expected " + count + " fields, but found '" + line + "'");
        }
        return parts;
    }
}
