package pagefold.arm32.machine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Both stages of long descriptors as the manual's pseudocode tells them, step by step and without any preparation: an
 * oracle for tests, written from Arm ARM G5.5 and not from the plugin.
 */
final class PlainWalk {
    private final Words words;
    private final boolean v8;
    private final boolean v82;
    private final long hcr;

    /** What an instruction finds: PAR, and in a word or two why. */
    record Answer(long par, String outcome) {}

    private record Failure(String kind, int level, int stage, boolean onWalk) {}

    /** A leaf and the address that it gives, or a failure. */
    private record Found(
            long output,
            long word,
            boolean reachable,
            boolean readOnly,
            int level,
            @Nullable Failure failure) {}

    private record Range(int stage, int inputBits, int start, long base, boolean bigEndian, boolean hierarchy) {}

    PlainWalk(Words words, String cpu) {
        this.words = words;
        this.v8 = !cpu.equals("cortex-a15");
        this.v82 = cpu.equals("max");
        this.hcr = words.registers.get("HCR");
    }

    private long register(String name) {
        return words.registers.get(name);
    }

    private boolean bit(String name, int bit) {
        return (register(name) >> bit & 1) == 1;
    }

    private boolean isNested() {
        return (hcr & 0x1001) != 0;
    }

    Answer answer(String operation, long va) {
        boolean user = operation.charAt(operation.length() - 2) == 'u';
        boolean write = operation.endsWith("w");
        boolean off = !bit("SCTLR", 0) || (hcr >> 12 & 1) == 1 || (hcr >> 27 & 1) == 1;
        Found first = off ? new Found(va, 0, true, false, 0, null) : stage1(va);
        int attr = off ? ((hcr >> 12 & 1) == 1 ? 0xff : 0) : stage1Attr(first);
        int sh = off ? ((hcr >> 12 & 1) == 1 ? 0 : 2) : sh(attr, first);
        Failure failure = first.failure;
        if (failure == null && !off) {
            if (user && !first.reachable || write && first.readOnly) {
                failure = new Failure("PERMISSION", first.level, 1, false);
            }
        }
        boolean both = operation.startsWith("s12") && isNested();
        long output = first.output;
        if (failure == null && both) {
            Found second = stage2(output);
            failure = second.failure;
            if (failure == null && (second.word >> (write ? 7 : 6) & 1) == 0) {
                failure = new Failure("PERMISSION", second.level, 2, false);
            }
            output = second.output;
            attr = combine(attr, (int) (second.word >> 2) & 15);
            int sh2 = (int) (second.word >> 8) & 3;
            sh = sh == 2 || sh2 == 2 ? 2 : sh == 3 || sh2 == 3 ? 3 : 0;
            sh = attr < 16 || attr == 0x44 ? 2 : sh;
        }
        if (failure != null) {
            String where = failure.onWalk ? "WALK " : "S" + failure.stage + " ";
            return new Answer(status(failure), where + failure.kind);
        }
        return new Answer((long) attr << 56 | output & 0xff_ffff_f000L | 0xa00 | (long) sh << 7, "output");
    }

    private static long status(Failure failure) {
        int code = List.of("ADDRESS_SIZE", "TRANSLATION", "ACCESS_FLAG", "PERMISSION")
                        .indexOf(failure.kind)
                * 4;
        return 1 | code + failure.level << 1 | (failure.onWalk ? 0x100 : 0) | (failure.stage == 2 ? 0x200 : 0) | 0x800;
    }

    private int stage1Attr(Found found) {
        long mair = register("MAIR0") | register("MAIR1") << 32;
        int attr = (int) (mair >> 8 * (found.word >> 2 & 7)) & 0xff;
        return attr >= 16 && !bit("SCTLR", 2) ? 0x44 : attr;
    }

    private static int sh(int attr, Found found) {
        return attr < 16 || attr == 0x44 ? 2 : (int) (found.word >> 8) & 3;
    }

    private int combine(int attr, int memAttr) {
        int second = bit("HCR2", 0) && memAttr > 3 ? 5 : memAttr;
        if (attr < 16 || second < 4) {
            int device1 = attr < 16 ? attr >> 2 : 3;
            int device2 = second < 4 ? second : 3;
            return attr < 16 && second < 4 ? Math.min(device1, device2) * 4 : attr < 16 ? attr & 12 : second * 4;
        }
        return nibble(attr >> 4, second >> 2) << 4 | nibble(attr & 15, second & 3);
    }

    private static int nibble(int first, int second) {
        if (first == 4 || first == 0 || second <= 1) {
            return 4;
        }
        // Write-through is what has bit 2 clear: the rest of the code are hints.
        return second == 2 && first >= 4 && (first & 4) != 0 ? first - 4 : first;
    }

    private Found stage1(long va) {
        int t0 = (int) register("TTBCR") & 7;
        int t1 = (int) (register("TTBCR") >> 16) & 7;
        boolean low = t0 == 0 || va < 1L << 32 - t0;
        boolean high = t1 == 0 || va >= (1L << 32) - (1L << 32 - t1);
        boolean upper;
        if (t1 != 0 && high) {
            upper = true;
        } else if (low) {
            upper = false;
        } else if (t1 == 0) {
            upper = true;
        } else {
            return failed("TRANSLATION", 1, 1);
        }
        if (bit("TTBCR", upper ? 23 : 7)) {
            return failed("TRANSLATION", 1, 1);
        }
        int inputBits = 32 - (upper ? t1 : t0);
        boolean hierarchy = !(v82 && bit("TTBCR", 6) && bit("TTBCR2", upper ? 10 : 9));
        long ttbr = register(upper ? "TTBR1" : "TTBR0");
        return lookup(new Range(1, inputBits, inputBits > 30 ? 1 : 2, ttbr, bit("SCTLR", 25), hierarchy), va);
    }

    private Found stage2(long ipa) {
        int size = (int) register("VTCR") & 15;
        int inputBits = 32 - (size < 8 ? size : size - 16);
        int sl0 = (int) (register("VTCR") >> 6) & 3;
        boolean legal = sl0 == 0 ? inputBits <= 34 : sl0 == 1 && inputBits >= 31;
        if (!legal || ipa >= 1L << inputBits) {
            return failed("TRANSLATION", 1, 2);
        }
        return lookup(new Range(2, inputBits, sl0 == 0 ? 2 : 1, register("VTTBR"), bit("HSCTLR", 25), false), ipa);
    }

    private Found lookup(Range range, long address) {
        if (v8 && (range.base >> 40 & 0xff) != 0) {
            return failed("ADDRESS_SIZE", 0, range.stage);
        }
        int level = range.start;
        long size = 8L << range.inputBits - shift(level);
        long table = (range.base & 0xff_ffff_ffffL) / size * size;
        long offset = address % (1L << range.inputBits);
        int aps = 0;
        while (true) {
            long entry = table + 8 * (offset >> shift(level));
            offset %= 1L << shift(level);
            if (range.stage == 1 && isNested()) {
                Found place = stage2(entry);
                Failure failure = place.failure;
                if (failure == null) {
                    boolean device = (hcr >> 2 & 1) == 1 && (hcr >> 27 & 1) == 0 && (place.word >> 4 & 3) == 0;
                    failure = device || (place.word >> 6 & 1) == 0
                            ? new Failure("PERMISSION", place.level, 2, false)
                            : null;
                }
                if (failure != null) {
                    Failure onWalk = new Failure(failure.kind, failure.level, 2, true);
                    return new Found(0, 0, false, false, level, onWalk);
                }
                entry = place.output;
            }
            long word = words.load64(entry);
            word = range.bigEndian ? Long.reverseBytes(word) : word;
            boolean valid = (word & 1) == 1 && (level < 3 || (word & 2) == 2);
            if (!valid) {
                return failed("TRANSLATION", level, range.stage);
            }
            if (v8 && (word >> 40 & 0xff) != 0) {
                return failed("ADDRESS_SIZE", level, range.stage);
            }
            if (level == 3 || (word & 2) == 0) {
                if ((word >> 10 & 1) == 0) {
                    return failed("ACCESS_FLAG", level, range.stage);
                }
                long base = (word & 0xff_ffff_f000L) >> shift(level) << shift(level);
                boolean reachable = (word >> 6 & 1) == 1 && (aps & 1) == 0;
                boolean readOnly = (word >> 7 & 1) == 1 || (aps & 2) == 2;
                return new Found(base + offset, word, reachable, readOnly, level, null);
            }
            if (range.hierarchy) {
                aps |= (int) (word >> 61) & 3;
            }
            table = word & 0xff_ffff_f000L;
            level++;
        }
    }

    private static int shift(int level) {
        return 39 - 9 * level;
    }

    private static Found failed(String kind, int level, int stage) {
        return new Found(0, 0, false, false, level, new Failure(kind, level, stage, false));
    }
}
