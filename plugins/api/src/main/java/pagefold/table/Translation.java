package pagefold.table;

/**
 * The result of a translation as one {@code long}, so that translating allocates nothing.
 *
 * <pre>
 *  63      62..16        15..12   11..8     7..0
 * +---+----------------+--------+--------+---------+
 * | 1 |       0        | stage  |  kind  | level+1 |   fault
 * +---+----------------+--------+--------+---------+
 * | 0 |            output address                  |   translated
 * +---+--------------------------------------------+
 * </pre>
 */
public final class Translation {
    private static final FaultKind[] KINDS = FaultKind.values();

    private Translation() {}

    /** The result of a fault. */
    public static long fault(FaultKind kind, int level, int stage) {
        return Long.MIN_VALUE | (long) stage << 12 | (long) kind.ordinal() << 8 | level + 1;
    }

    public static boolean isFault(long result) {
        return result < 0;
    }

    public static FaultKind kind(long fault) {
        return KINDS[(int) (fault >>> 8) & 0xf];
    }

    public static int level(long fault) {
        return (int) (fault & 0xff) - 1;
    }

    public static int stage(long fault) {
        return (int) (fault >>> 12) & 0xf;
    }
}
