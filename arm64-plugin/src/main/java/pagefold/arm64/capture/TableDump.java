package pagefold.arm64.capture;

import java.io.IOException;
import java.util.function.LongUnaryOperator;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.table.PhysicalMemory;

/**
 * Dumps of trees of one geometry, letter by letter as Linux 6.12 writes them.
 *
 * <p>Every entry that is not a table is a note; neighbouring notes of the same level with the same attributes become
 * one line, unless a marker lies between them, also where their output addresses do not follow on one another.
 */
public final class TableDump {
    /** Most tables that one dump looks into: a damaged image may hold tables that contain themselves. */
    public static final int MAX_TABLES = 1 << 17;

    private static final String[] GENERIC = {"PGD", "P4D", "PUD", "PMD", "PTE"};

    private final Vmsa64Geometry geometry;
    private final boolean bigEndian;
    private final DumpStyle style;
    /** Names by level + 1. */
    private final char[][] holes = new char[GENERIC.length][];

    private final char[][] leaves = new char[GENERIC.length][];

    private TableDump(Vmsa64Geometry geometry, boolean bigEndian, DumpStyle style) {
        this.geometry = geometry;
        this.bigEndian = bigEndian;
        this.style = style;
    }

    /**
     * Dumps as {@code kernel_page_tables}: of a kernel's or a process's tables.
     *
     * @param compiledInputBits VA_BITS that the kernel was built for; more than those of the geometry where it folds
     *     its top level at run time, which shows in the name of a block there
     */
    public static TableDump stage1(Vmsa64Geometry geometry, boolean bigEndian, int compiledInputBits) {
        TableDump dump = new TableDump(geometry, bigEndian, DumpStyle.KERNEL);
        boolean foldsAtRunTime = geometry.startsLower(compiledInputBits);
        for (int level = geometry.startLevel(); level <= Vmsa64Geometry.LAST_LEVEL; level++) {
            char[] own = GENERIC[level + 1].toCharArray();
            dump.leaves[level + 1] = own;
            dump.holes[level + 1] = own;
        }
        // A hole in the root is one of PGD, whatever is folded into it; a block keeps its name, unless the root became
        // the root at run time.
        int top = geometry.startLevel() + 1;
        dump.holes[top] = GENERIC[0].toCharArray();
        dump.leaves[top] = foldsAtRunTime ? dump.holes[top] : dump.leaves[top];
        return dump;
    }

    /** Dumps as KVM's {@code stage2_page_tables}. */
    public static TableDump stage2(Vmsa64Geometry geometry, boolean bigEndian) {
        TableDump dump = new TableDump(geometry, bigEndian, DumpStyle.STAGE_2);
        for (int level = geometry.startLevel(); level <= Vmsa64Geometry.LAST_LEVEL; level++) {
            dump.holes[level + 1] = Integer.toString(level).toCharArray();
            dump.leaves[level + 1] = dump.holes[level + 1];
        }
        return dump;
    }

    /**
     * Writes a dump.
     *
     * @param root physical address of the start table
     * @param base the input address of its first entry
     * @throws IllegalArgumentException when there are more than {@link #MAX_TABLES} tables
     */
    public void write(PhysicalMemory memory, long root, long base, Markers markers, Appendable out) throws IOException {
        write(memory, root, base, markers, table -> 0, out);
    }

    /**
     * Writes a dump in which shared tables are not looked into: each entry that points to one is a note of a page.
     *
     * @param shared the word of every page below the shared table at an address; 0 for any other table
     */
    public void write(
            PhysicalMemory memory, long root, long base, Markers markers, LongUnaryOperator shared, Appendable out)
            throws IOException {
        DumpWriter writer = new DumpWriter(out);
        Notes notes = new Notes(writer, style, markers);
        new TableTree(geometry, bigEndian, memory, root, base, shared)
                .visit((address, level, word) ->
                        notes.note(address, word == 0 ? holes[level + 1] : leaves[level + 1], word));
        // KVM's walk has no note at its end, so that its last line is never written.
        if (style == DumpStyle.KERNEL) {
            notes.end(base + (1L << geometry.inputBits()));
        }
        writer.flush();
    }
}
