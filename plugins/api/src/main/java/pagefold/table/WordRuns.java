package pagefold.table;

import java.util.Arrays;
import pagefold.model.StateSink;
import pagefold.model.StateSource;

/**
 * Words of a table as runs: of zeros, or of words that each go up by one step, the first as its distance from that of
 * the run before. What maps neighbouring memory is a few numbers.
 */
final class WordRuns {
    private WordRuns() {}

    static void write(StateSink sink, long[] words, int offset, int length) {
        int end = offset + length;
        long before = 0;
        for (int at = offset; at < end; ) {
            long first = words[at];
            boolean goesOn = at + 1 < end && (words[at + 1] == 0) == (first == 0);
            long step = goesOn ? words[at + 1] - first : 0;
            int next = at + 1;
            while (next < end && words[next] - words[next - 1] == step && (words[next] == 0) == (first == 0)) {
                next++;
            }
            sink.number(2L * (next - at) + (first == 0 ? 0 : 1));
            if (first != 0) {
                sink.number(first - before);
                before = first;
                if (next - at > 1) {
                    sink.number(step);
                }
            }
            at = next;
        }
    }

    static void read(StateSource source, long[] words, int offset, int length) {
        int end = offset + length;
        long before = 0;
        for (int at = offset; at < end; ) {
            int head = source.count(2 * (end - at) + 1);
            int count = head >> 1;
            if (count == 0) {
                throw new IllegalStateException("expected a run of at least 1 word, but it has none");
            }
            if ((head & 1) == 0) {
                Arrays.fill(words, at, at + count, 0);
                at += count;
                continue;
            }
            before += source.number();
            long step = count > 1 ? source.number() : 0;
            long word = before;
            for (int i = 0; i < count; i++, at++) {
                words[at] = word;
                word += step;
            }
        }
    }
}
