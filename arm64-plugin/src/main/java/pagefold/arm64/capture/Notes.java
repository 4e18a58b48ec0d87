package pagefold.arm64.capture;

import java.io.IOException;
import java.util.List;
import pagefold.arm64.capture.Markers.Marker;

/**
 * Joins neighbouring notes into lines: the kernel's {@code note_page}.
 *
 * <p>At most two headings come with one note; where three markers share an address, the third one waits for the next
 * note, as in the kernel.
 */
final class Notes {
    private static final int CACHE = 64;
    private static final char[] NOTHING = {};

    private final DumpWriter writer;
    private final DumpStyle style;
    private final long mask;
    private final List<Marker> markers;
    private final long[] cachedWords = new long[CACHE];
    private final char[][] cachedTexts = new char[CACHE][];

    private int marker;
    /** Where the next heading stands, or the highest address where there is none. */
    private long nextMarker;

    private char[] level = NOTHING;
    private long shown;
    private long start;
    private boolean begun;

    Notes(DumpWriter writer, DumpStyle style, Markers markers) {
        this.writer = writer;
        this.style = style;
        this.mask = style.mask();
        this.markers = markers.list();
        this.nextMarker = following();
    }

    private long following() {
        return marker + 1 < markers.size() ? markers.get(marker + 1).address() : -1;
    }

    /**
     * An entry that is not a table.
     *
     * @param noted its level's name; always the same array for the same level
     */
    void note(long address, char[] noted, long word) throws IOException {
        long value = word & mask;
        if (begun && value == shown && noted == level && Long.compareUnsigned(address, nextMarker) < 0) {
            return;
        }
        if (!begun) {
            begun = true;
            writer.marker(markers.getFirst().name());
        } else {
            line(address);
            passMarker(address);
        }
        level = noted;
        shown = value;
        start = address;
        passMarker(address);
    }

    private void passMarker(long address) throws IOException {
        if (marker + 1 < markers.size() && Long.compareUnsigned(address, nextMarker) >= 0) {
            marker++;
            nextMarker = following();
            writer.marker(markers.get(marker).name());
        }
    }

    /** Ends the last line; {@code end} is 0 at the end of the 64-bit space. */
    void end(long end) throws IOException {
        if (begun) {
            line(end);
        }
    }

    private void line(long end) throws IOException {
        writer.range(start, end, level, shown == 0 ? NOTHING : attributes(shown));
    }

    private char[] attributes(long word) {
        int slot = (int) (word * 0x9e3779b97f4a7c15L >>> 58);
        char[] text = cachedTexts[slot];
        if (text == null || cachedWords[slot] != word) {
            text = style.attributes(word);
            cachedTexts[slot] = text;
            cachedWords[slot] = word;
        }
        return text;
    }
}
