package pagefold.spi;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.table.TableReader;
import pagefold.table.Walk;

/** A captured machine, seen through its own registers and tables. */
public interface CapturedMachine {

    /** The spaces that can be dumped, the kernel's own first: {@code kernel}, {@code user}, {@code stage2}. */
    List<String> spaces();

    /**
     * Writes a space in the format of the kernel's own dump.
     *
     * @throws IllegalArgumentException when the machine has no such space
     */
    void dump(String space, Appendable out) throws IOException;

    /**
     * Writes what the machine's kernel would print of an address when an access to it faults.
     *
     * @return whether something was written; nothing is where the capture has no tables of a kernel or a process
     * @throws IllegalArgumentException when the address, or the capture, is not one that this can be said of
     */
    default boolean showPte(long address, Appendable out) throws IOException {
        return false;
    }

    /**
     * The kernel's check of its own tables for what may be written and executed; {@code null} where the capture has none.
     */
    default TableReader.@Nullable WxReport checkWx() {
        return null;
    }

    /**
     * What PAR holds after an address-translation instruction.
     *
     * @param operation the instruction in lower case without {@code AT}, as {@code s1e1r}, {@code s12e0w}
     * @param address the virtual address, 64 bits as given
     * @throws IllegalArgumentException when there is no such instruction
     */
    long addressTranslation(String operation, long address);

    /**
     * Walks the tables for an address as an instruction of that name would, and shows every level visited.
     *
     * @throws IllegalArgumentException when there is no such instruction
     */
    Walk walk(String operation, long address);
}
