package pagefold.arm64.kvm;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.spi.OperationReplay;

/**
 * Replays sequences of operations of KVM's page-table library, under {@link KvmPolicy#LINUX_5_17}.
 *
 * <pre>
 * SEQ number hyp page_shift= va_bits= start=
 * SEQ number s2 page_shift= ipa_bits= vtcr= start= fwb= force_pte=
 * operation fields unmapped= or pte= ret= tlbi= vmid= warn= tables=
 * L ia= n= lvl= pte=
 * END
 * </pre>
 *
 * Sizes, counts and return codes are decimal, all else is hexadecimal. The results in the lines that are read are not
 * looked at, and may be missing. Empty lines and those that begin with {@code #} are copied.
 */
public final class KvmReplay implements OperationReplay {
    /** The name of the format. */
    public static final String FORMAT = "kvm-operations";

    /** For {@link java.util.ServiceLoader}. */
    public KvmReplay() {}

    @Override
    public String format() {
        return FORMAT;
    }

    @Override
    public void replay(Iterable<String> lines, Appendable out) throws IOException {
        KvmSequence open = null;
        boolean listed = false;
        int number = 0;
        for (String text : lines) {
            number++;
            if (text.isEmpty() || text.startsWith("#")) {
                out.append(text).append('\n');
                continue;
            }
            OperationLine line = new OperationLine(number, text);
            String word = line.word(0);
            if (open == null || word.equals("SEQ")) {
                open = opened(line, open);
                listed = false;
                out.append(open.header()).append('\n');
            } else if (word.equals("END")) {
                line.expect(1, List.of(), List.of());
                writeLeaves(open, out);
                open = null;
            } else if (word.equals("L")) {
                listed = true;
            } else if (listed) {
                throw line.wrong("L or END after a line of leaves, but it is '" + word + "'");
            } else {
                out.append(open.answer(line)).append('\n');
            }
        }
        if (open != null) {
            throw new IllegalArgumentException("line " + (number + 1) + ": expected END, but there are no more lines");
        }
    }

    private static KvmSequence opened(OperationLine line, @Nullable KvmSequence open) {
        if (open != null) {
            throw line.wrong("END before the next SEQ");
        }
        if (!line.word(0).equals("SEQ")) {
            throw line.wrong("SEQ, but it is '" + line.word(0) + "'");
        }
        return KvmSequence.open(line);
    }

    private static void writeLeaves(KvmSequence sequence, Appendable out) throws IOException {
        for (LeafRun run : sequence.leaves()) {
            out.append("L ia=" + Long.toHexString(run.address()) + " n=" + run.count() + " lvl=" + run.level() + " pte="
                            + Long.toHexString(run.word()))
                    .append('\n');
        }
        out.append("END\n");
    }
}
