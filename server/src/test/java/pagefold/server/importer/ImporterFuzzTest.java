package pagefold.server.importer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Traces that were cut, mixed and damaged: malformed lines, never an exception, and only commands that are accepted. */
class ImporterFuzzTest {
    private static final int ROUNDS = 300;
    private static final String ALPHABET = " ()[]{}<>,=+-|\"\\/*:.0123456789xabcdefPROT_MAP?\u0000\u00e9";

    @Test
    void a_damaged_trace_never_throws_and_leads_to_accepted_commands_only() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("ImporterFuzzTest: repeat with -Dseed=" + seed);
        Random random = new Random(seed);
        List<List<String>> traces = List.of(Traces.gcc(), Traces.python());
        long malformed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            List<String> damaged = damage(traces.get(round % 2), random);

            ImportOutcome lenient = StraceImporter.read(damaged, StraceOptions.DEFAULT.withLenient(true));
            ImportOutcome strict = StraceImporter.read(damaged, StraceOptions.DEFAULT);

            assertThat(lenient).isInstanceOf(ImportOutcome.Completed.class);
            Traces.played(((ImportOutcome.Completed) lenient).commands());
            boolean clean = lenient.report().malformedCount() == 0;
            assertThat(strict instanceof ImportOutcome.Completed).isEqualTo(clean);
            malformed += lenient.report().malformedCount();
        }
        assertThat(malformed).isPositive();
    }

    @Test
    void damaged_maps_never_throw() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("ImporterFuzzTest: repeat with -Dseed=" + seed);
        Random random = new Random(seed);
        List<String> maps = List.of(
                "00010000-00088000 r-xp 00000000 00:02 7          /init",
                "b6c9b000-b6c9f000 rw-s 00000000 00:01 2          /dev/zero (deleted)",
                "ffffe6616000-ffffe6637000 rw-p 00000000 00:00 0                          [stack]");
        for (int round = 0; round < 20_000; round++) {
            ImportOutcome outcome = MapsImporter.read(damage(maps, random), "p", true);

            Traces.played(((ImportOutcome.Completed) outcome).commands());
        }
    }

    private static List<String> damage(List<String> lines, Random random) {
        List<String> damaged = new ArrayList<>(lines);
        int count = 1 + random.nextInt(1 + lines.size() / 20);
        for (int i = 0; i < count && !damaged.isEmpty(); i++) {
            int at = random.nextInt(damaged.size());
            String line = damaged.get(at);
            switch (random.nextInt(8)) {
                case 0 -> damaged.set(at, line.substring(0, random.nextInt(line.length() + 1)));
                case 1 -> damaged.set(at, line.substring(random.nextInt(line.length() + 1)));
                case 2 -> damaged.remove(at);
                case 3 -> damaged.add(random.nextInt(damaged.size()), line);
                case 4 -> damaged.set(at, line + lines.get(random.nextInt(lines.size())));
                case 5 ->
                    damaged.set(at, line.replaceFirst("0x\\p{XDigit}+", "0x" + Long.toHexString(random.nextLong())));
                default -> damaged.set(at, mutated(line, random));
            }
        }
        return damaged;
    }

    private static String mutated(String line, Random random) {
        StringBuilder text = new StringBuilder(line);
        for (int i = random.nextInt(4); i >= 0 && !text.isEmpty(); i--) {
            char c = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
            int at = random.nextInt(text.length());
            if (random.nextBoolean()) {
                text.setCharAt(at, c);
            } else {
                text.insert(at, c);
            }
        }
        return text.toString();
    }
}
