package pagefold.spi;

import java.io.IOException;
import java.util.List;
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
