package pagefold.model;

/**
 * Read, write and execute for privileged and unprivileged code, each by itself: a superset of what any format can say.
 *
 * @param bits bit 5 to 0: privileged r, w, x, unprivileged r, w, x
 */
public record Permissions(int bits) {
    private static final String LETTERS = "rwxrwx";

    /** No access at all, as {@code PROT_NONE}. */
    public static final Permissions NONE = new Permissions(0);

    public Permissions {
        if (bits < 0 || bits > 63) {
            throw new IllegalArgumentException("expected permission bits from 0 to 63, but they are " + bits);
        }
    }

    /**
     * Reads {@code rwx/rwx}, privileged first, a dash for what is not granted.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    public static Permissions parse(String text) {
        if (text.length() != 7 || text.charAt(3) != '/') {
            throw malformed(text);
        }
        String letters = text.substring(0, 3) + text.substring(4);
        int bits = 0;
        for (int i = 0; i < 6; i++) {
            char letter = letters.charAt(i);
            if (letter != '-' && letter != LETTERS.charAt(i)) {
                throw malformed(text);
            }
            bits |= letter == '-' ? 0 : 1 << (5 - i);
        }
        return new Permissions(bits);
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "expected permissions as in 'rw-/r--' (privileged/unprivileged), but found '"
                        + (text.length() <= 20 ? text : text.substring(0, 20) + "…") + "'");
    }

    public boolean allows(Access access, Privilege privilege) {
        return (bits & bit(access, privilege)) != 0;
    }

    public Permissions with(Access access, Privilege privilege, boolean granted) {
        int bit = bit(access, privilege);
        return new Permissions(granted ? bits | bit : bits & ~bit);
    }

    /** Everything that either grants. */
    public Permissions union(Permissions other) {
        return new Permissions(bits | other.bits);
    }

    /** Whether this grants all that {@code other} does. */
    public boolean includes(Permissions other) {
        return (bits & other.bits) == other.bits;
    }

    public boolean isNone() {
        return bits == 0;
    }

    public boolean isExecutable() {
        return (bits & 0b001_001) != 0;
    }

    public boolean isWritable() {
        return (bits & 0b010_010) != 0;
    }

    /** Whether the same privilege may write and execute. */
    public boolean isWritableAndExecutable() {
        return (bits & 0b011_000) == 0b011_000 || (bits & 0b000_011) == 0b000_011;
    }

    /** The same without any write. */
    public Permissions readOnly() {
        return new Permissions(bits & ~0b010_010);
    }

    private static int bit(Access access, Privilege privilege) {
        return 4 >> access.ordinal() << (privilege == Privilege.PRIVILEGED ? 3 : 0);
    }

    /** The text that {@link #parse} reads. */
    @Override
    public String toString() {
        char[] text = "---/---".toCharArray();
        for (int i = 0; i < 6; i++) {
            if ((bits & 1 << (5 - i)) != 0) {
                text[i < 3 ? i : i + 1] = LETTERS.charAt(i);
            }
        }
        return new String(text);
    }
}
