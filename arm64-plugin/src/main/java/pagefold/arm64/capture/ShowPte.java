package pagefold.arm64.capture;

import static pagefold.arm64.descriptor.Descriptor.TABLE;
import static pagefold.arm64.descriptor.Descriptor.TYPE;
import static pagefold.arm64.descriptor.Descriptor.TYPE_TABLE;
import static pagefold.arm64.descriptor.Descriptor.WORD_SHIFT;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.table.Geometry;
import pagefold.table.PhysicalMemory;

/**
 * What the kernel prints of an address that faulted, letter by letter as Linux 6.12: {@code show_pte} in
 * arch/arm64/mm/fault.c.
 *
 * <p>An entry is printed before it is judged, so an empty one, or a block, ends the line. Levels that are folded when
 * the kernel is built repeat their parent's entry. One that is folded at run time prints what its index selects in the
 * page of the root, as the kernel does; it leads nowhere.
 */
public final class ShowPte {
    private final PhysicalMemory memory;
    private final boolean bigEndian;
    private final Shape shape;

    /**
     * What the kernel is.
     *
     * @param granuleBits log2 of a page
     * @param inputBits size of the virtual addresses as it runs
     * @param builtInputBits size that it was built for
     * @param encoding where its descriptors keep an address
     */
    public record Shape(int granuleBits, int inputBits, int builtInputBits, OutputEncoding encoding) {

        private List<Geometry.Level> built() {
            return Geometry.of(granuleBits, builtInputBits).levels();
        }

        private int startLevel() {
            return Geometry.of(granuleBits, inputBits, builtInputBits).startLevel();
        }

        /** Whether the kernel takes an address for one of its own: PAGE_OFFSET is what it was built for. */
        private boolean isKernels(long address) {
            return Long.compareUnsigned(address, -1L << builtInputBits) >= 0;
        }

        private boolean isUsers(long address) {
            return address >>> inputBits == 0;
        }
    }

    /** The text for tables in a memory. */
    public ShowPte(PhysicalMemory memory, boolean bigEndian, Shape shape) {
        this.memory = memory;
        this.bigEndian = bigEndian;
        this.shape = shape;
    }

    /** The start tables: physical addresses, or {@link #NO_ROOT}. */
    public record Roots(long user, long kernel) {}

    /** There are no such tables. */
    public static final long NO_ROOT = -1;

    /** Writes one or two lines. */
    public void write(long address, Roots roots, Appendable out) throws IOException {
        String place = "[" + digits(address) + "]";
        if (shape.isUsers(address)) {
            if (roots.user == NO_ROOT) {
                out.append(place).append(" user address but active_mm is swapper\n");
            } else {
                entries(place, address, "user", roots.user, out);
            }
        } else if (!shape.isKernels(address)) {
            out.append(place).append(" address between user and kernel address ranges\n");
        } else if (roots.kernel == NO_ROOT) {
            // Linux always has a kernel; a process alone is ours.
            out.append(place).append(" kernel address but there is no swapper\n");
        } else {
            // The kernel's root has a page to itself; TTBR1 may point into it.
            entries(place, address, "swapper", roots.kernel & -1L << shape.granuleBits, out);
        }
    }

    private void entries(String place, long address, String owner, long root, Appendable out) throws IOException {
        out.append(String.format(
                Locale.ROOT,
                "%s pgtable: %dk pages, %d-bit VAs, pgdp=%s\n",
                owner,
                1 << shape.granuleBits - 10,
                shape.inputBits,
                digits(root)));
        out.append(place);
        List<Geometry.Level> levels = shape.built();
        long pointer = entry(root, levels.getFirst(), address);
        String separator = " ";
        for (int i = 0; i < levels.size(); i++) {
            Geometry.Level level = levels.get(i);
            long word = load(pointer);
            out.append(separator).append(level.generic().toLowerCase(Locale.ROOT));
            out.append('=').append(digits(word));
            separator = ", ";
            if (i == levels.size() - 1) {
                break;
            }
            Geometry.Level next = levels.get(i + 1);
            if (next.folded()) {
                continue;
            }
            if (level.level() < shape.startLevel()) {
                pointer = entry(pointer & -1L << shape.granuleBits, next, address);
            } else if (leadsOn(word, i)) {
                pointer = entry(shape.encoding.decode(word, shape.granuleBits), next, address);
            } else {
                break;
            }
        }
        out.append('\n');
    }

    /** Neither none nor bad: of PGD and P4D the kernel asks for the table bit alone. */
    private static boolean leadsOn(long word, int generic) {
        return generic <= 1 ? (word & TABLE) != 0 : (word & TYPE) == TYPE_TABLE;
    }

    private static long entry(long table, Geometry.Level level, long address) {
        long index = address >>> level.shift() & level.entries() - 1;
        return table + (index << WORD_SHIFT);
    }

    private long load(long pointer) {
        long loaded = memory.load64(pointer);
        return bigEndian ? Long.reverseBytes(loaded) : loaded;
    }

    private static String digits(long value) {
        return HexFormat.of().toHexDigits(value);
    }
}
