package pagefold.arm32.lpae;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import pagefold.arm32.stage.DescriptorPath;
import pagefold.arm32.stage.Processor;
import pagefold.arm32.stage.Registers;
import pagefold.arm32.stage.StageOneSetup;
import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.table.Translation;

/** The short way answers what the long way answers, or nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DirectLookupTest {
    private static final int MACHINES = 400;
    private static final int ADDRESSES = 300;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final RandomGenerator random = new java.util.SplittableRandom(seed);
    private int shortAnswers;
    private int longAnswers;

    /** Words that are tables, blocks, pages and nothing, most of them as they should be. */
    private long word() {
        long word = random.nextLong() & (Descriptor.bits(63, 52) | Descriptor.bits(11, 2)) | random.nextLong(64) << 12;
        word |= random.nextInt(8) == 0 ? random.nextLong(4) : 3;
        word = random.nextInt(4) == 0 ? word & ~2L : word;
        // Table attributes and a clear access flag refuse most accesses: keep them rare.
        word &= random.nextInt(4) == 0 ? -1L : ~Descriptor.bits(63, 59);
        word |= random.nextInt(8) == 0 ? 0 : Descriptor.AF;
        return random.nextInt(40) == 0 ? word | 1L << 40 + random.nextInt(8) : word;
    }

    private Controls controls(Map<Long, Long> memory) {
        long size = random.nextInt(3) == 0 ? random.nextLong(8) : 0;
        long upper = random.nextInt(3) == 0 ? random.nextLong(8) : 0;
        long disabled = random.nextInt(20) == 0 ? 1L << 7 : 0;
        long ttbcr = 1L << 31 | 1L << 6 | upper << 16 | size | disabled;
        long sctlr = random.nextInt(10) == 0 ? 1L << 25 | 1 : 1 | random.nextLong(4) << 19;
        boolean isOn = random.nextInt(20) != 0;
        Registers registers = new Registers(Map.of(
                "TTBCR",
                ttbcr,
                "TTBCR2",
                random.nextLong(4) << 9,
                "TTBR0",
                random.nextLong(64) << 12 | (random.nextInt(20) == 0 ? 1L << 41 : 0),
                "TTBR1",
                random.nextLong(64) << 12,
                "MAIR0",
                0L,
                "MAIR1",
                0L,
                "SCTLR",
                isOn ? sctlr : sctlr & -2L));
        return Controls.ofPl1(new StageOneSetup(
                registers,
                Map.of(),
                Processor.of(random.nextBoolean() ? "" : "cortex-a15"),
                false,
                false,
                address -> memory.computeIfAbsent(address, each -> word()),
                DescriptorPath.DIRECT));
    }

    private long address() {
        long address = random.nextLong(1L << 32);
        return switch (random.nextInt(20)) {
            case 0 -> random.nextLong();
            case 1 -> address | 0xc000_0000L;
            case 2 -> 0xffff_ffffL;
            case 3 -> 0;
            default -> address;
        };
    }

    @Test
    void the_short_way_is_never_different() {
        System.out.println("DirectLookupTest: -Dseed=" + seed);
        for (int machine = 0; machine < MACHINES; machine++) {
            Map<Long, Long> memory = new HashMap<>();
            Controls controls = controls(memory);
            LpaeWalker walker = new LpaeWalker(controls, address -> memory.computeIfAbsent(address, each -> word()));
            DirectLookup direct =
                    new DirectLookup(controls, address -> memory.computeIfAbsent(address, each -> word()));
            for (int i = 0; i < ADDRESSES; i++) {
                compare(walker, direct, address());
            }
        }

        // Both must have been asked something.
        assertThat(shortAnswers).isGreaterThan(MACHINES * ADDRESSES / 10);
        assertThat(longAnswers).isGreaterThan(MACHINES * ADDRESSES / 10);
    }

    private void compare(LpaeWalker walker, DirectLookup direct, long address) {
        for (Access access : Access.values()) {
            for (Privilege privilege : Privilege.values()) {
                long expected = walker.translate(address, access, privilege, false, null);
                long found = direct.translate(address, Grants.bit(access, privilege));

                assertThat(walker.translate(address, access, privilege)).isEqualTo(expected);
                if (found == DirectLookup.NOT_HERE) {
                    longAnswers++;
                } else {
                    shortAnswers++;
                    assertThat(found).isEqualTo(expected);
                    assertThat(Translation.isFault(found)).isFalse();
                }
            }
        }
    }
}
