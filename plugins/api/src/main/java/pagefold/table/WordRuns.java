package pagefold.table;

import pagefold.model.StateSink;
import pagefold.model.StateSource;

/** Words of a table as runs, each of which goes up by one step: what maps neighbouring memory is a few numbers. */
final class WordRuns {
    private WordRuns() {}

    static void write(StateSink sink, long[] words, int offset, int length) {
        int end = offset + length;
        for (int at = offset; at < end; ) {
            long step = at + 1 < end ? words[at + 1] - words[at] : 0;
            int next = at + 1;
            while (next < end && words[next] - words[next - 1] == step) {
                next++;
            }
            sink.number(next - at);
            sink.number(words[at]);
            if (next - at > 1) {
                sink.number(step);
            }
            at = next;
        }
    }

    static void read(StateSource source, long[] words, int offset, int length) {
        int end = offset + length;
        for (int at = offset; at < end; ) {
            int count = source.count(end - at);
            if (count == 0) {
                throw new IllegalStateException("expected a run of at least 1 word, but it has none");
            }
            long word = source.number();
            long step = count > 1 ? source.number() : 0;
            for (int i = 0; i < count; i++, at++) {
                words[at] = word;
                word += step;
            }
        }
    }
}
