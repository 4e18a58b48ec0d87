package pagefold.arm32.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import pagefold.testkit.Seed;

/** Random tables and registers of both stages against {@link PlainWalk}, which knows nothing of the plugin's code. */
class RandomTablesTest {
    private static final int MACHINES = 600;
    private static final int QUERIES = 60;
    private static final String[] CPUS = {"cortex-a15", "cortex-a57", "max"};
    private static final String[] OPERATIONS = {"s1cpr", "s1cpw", "s1cur", "s1cuw", "s12pr", "s12pw", "s12ur", "s12uw"};
    /** Tables, of stage 1 as well as of stage 2, lie in these pages of 4K and are reached through them. */
    private static final long REGION = 0x4000_0000L;

    private static final int TABLES = 48;

    private final SplittableRandom random = new SplittableRandom(Seed.of("RandomTablesTest"));
    private final Map<String, Integer> outcomes = new TreeMap<>();

    @Test
    void every_answer_is_that_of_a_walk_in_the_manuals_words() {
        for (int machine = 0; machine < MACHINES; machine++) {
            compare(CPUS[machine % CPUS.length]);
        }

        assertThat(outcomes)
                .containsKeys(
                        "output",
                        "S1 TRANSLATION",
                        "S1 ADDRESS_SIZE",
                        "S1 ACCESS_FLAG",
                        "S1 PERMISSION",
                        "S2 TRANSLATION",
                        "S2 ADDRESS_SIZE",
                        "S2 ACCESS_FLAG",
                        "S2 PERMISSION",
                        "WALK TRANSLATION",
                        "WALK ADDRESS_SIZE",
                        "WALK ACCESS_FLAG",
                        "WALK PERMISSION");
    }

    private void compare(String cpu) {
        Words words = new Words();
        registers(words);
        for (int i = 0; i < TABLES * 512; i++) {
            words.store(REGION + 8L * i, word());
        }
        Arm32Machine machine = words.machine(cpu);
        PlainWalk plain = new PlainWalk(words, cpu);
        for (int i = 0; i < QUERIES; i++) {
            String operation = OPERATIONS[random.nextInt(OPERATIONS.length)];
            long address = random.nextLong(1L << 32) >>> (random.nextInt(4) == 0 ? random.nextInt(32) : 0);
            long par = machine.addressTranslation(operation, address);

            PlainWalk.Answer expected = plain.answer(operation, address);

            outcomes.merge(expected.outcome(), 1, Integer::sum);
            assertThat(Long.toHexString(par))
                    .as("%s %x on %s with %s: %s", operation, address, cpu, words.registers, expected.outcome())
                    .isEqualTo(Long.toHexString(expected.par()));
        }
    }

    private void registers(Words words) {
        boolean isEndianBig = random.nextInt(8) == 0;
        long ee = isEndianBig ? 1 << 25 : 0;
        words.set("TTBCR", 1L << 31 | sizes() | flag(7, 16) | flag(23, 16) | flag(6, 2));
        words.set("TTBCR2", flag(9, 2) | flag(10, 2));
        words.set("TTBR0", base() | random.nextLong(256) << 48 | rare(40, 48));
        words.set("TTBR1", base() | random.nextLong(256) << 48);
        words.set("MAIR0", mair()).set("MAIR1", mair());
        words.set(
                "SCTLR",
                ee | flag(19, 4) | flag(20, 4) | (random.nextInt(16) == 0 ? 0 : 1) | (random.nextInt(8) == 0 ? 0 : 4));
        words.set("HSCTLR", random.nextInt(8) == 0 ? 1 << 25 : 0);
        words.set("HCR", (random.nextInt(6) == 0 ? 0 : 1) | flag(2, 3) | flag(12, 16) | flag(27, 16));
        words.set("HCR2", flag(0, 8) | flag(1, 8));
        long size = random.nextInt(4) == 0 ? random.nextInt(16) : 8 + random.nextInt(8);
        words.set(
                "VTCR",
                1L << 31
                        | size
                        | (random.nextInt(8) == 0 ? random.nextInt(4) : size < 14 ? 1 : random.nextInt(2)) << 6);
        words.set("VTTBR", base() | rare(40, 48));
    }

    private long sizes() {
        return random.nextInt(3) == 0 ? 0 : random.nextInt(4) | (long) random.nextInt(4) << 16;
    }

    private long mair() {
        long mair = 0;
        for (int i = 0; i < 4; i++) {
            int[] bytes = {0x00, 0x04, 0x08, 0x0c, 0x44, 0xaa, 0xbb, 0xff, 0xee, 0x4f, 0xf4, 0x77, 0x33};
            mair |= (long) bytes[random.nextInt(bytes.length)] << 8 * i;
        }
        return mair;
    }

    private long flag(int bit, int oneIn) {
        return random.nextInt(oneIn) == 0 ? 1L << bit : 0;
    }

    private long rare(int low, int high) {
        return random.nextInt(60) == 0 ? 1L << random.nextInt(low, high) : 0;
    }

    private long base() {
        return REGION + 4096L * random.nextInt(TABLES - 16);
    }

    /** Mostly a table or a leaf with most permissions; now and then anything. */
    private long word() {
        long next = REGION + 4096L * random.nextInt(TABLES);
        long word = next | rare(40, 48) | (random.nextInt(12) == 0 ? 0 : 1);
        if (random.nextInt(5) < 3) {
            long attributes = random.nextInt(3) == 0 ? random.nextLong(16) << 59 : 0;
            return swapped(word | 2 | 1 << 10 | 3 << 6 & random.nextInt() | 0xf << 2 & random.nextInt() | attributes);
        }
        long leaf = word | (random.nextInt(2) == 0 ? 2 : 0) | (random.nextInt(10) == 0 ? 0 : 1 << 10);
        leaf |= (random.nextInt(3) == 0 ? random.nextLong(4) : 1) << 6 | random.nextLong(4) << 8;
        return swapped(leaf | random.nextLong(16) << 2 | random.nextLong(8) << 52 | random.nextLong(2) << 11);
    }

    private long swapped(long word) {
        return random.nextInt(20) == 0 ? Long.reverseBytes(word) : word;
    }
}
