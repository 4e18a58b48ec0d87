package pagefold.spi;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
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

    /**
     * Makes an access, and keeps what the hardware writes back for it: Access flags and dirty state. Later questions to
     * {@code access} find those descriptors written, all others the capture as it is.
     *
     * @return {@code null} where no hardware of the architecture writes descriptors
     * @throws IllegalArgumentException when the capture has not the registers of that level
     */
    default @Nullable Accessed access(CpuAccess access, long address) {
        return null;
    }

    /**
     * What a processor does.
     *
     * @param exceptionLevel from which, 0 to 3
     * @param access what it does
     * @param accessNever PSTATE.PAN: privileged data accesses stay out of what unprivileged code may access
     * @param nonFault whether it is a non-fault or first-fault load; only for a read
     */
    record CpuAccess(int exceptionLevel, Access access, boolean accessNever, boolean nonFault) {
        public CpuAccess {
            if (exceptionLevel < 0 || exceptionLevel > 3) {
                throw new IllegalArgumentException(
                        "expected an exception level from 0 to 3, but it is " + exceptionLevel);
            }
            if (nonFault && access != Access.READ) {
                throw new IllegalArgumentException("expected a read as non-fault access, but it is " + access);
            }
        }
    }

    /**
     * An access.
     *
     * @param walk what was looked at, as it was before the access, with the registers of a fault
     * @param written the descriptors that the hardware wrote, in order
     */
    record Accessed(Walk walk, List<Written> written) {
        public Accessed {
            written = List.copyOf(written);
        }
    }

    /**
     * A descriptor that the hardware wrote.
     *
     * @param entry its physical address
     * @param before all its bits, most significant first whatever the byte order of the tables
     * @param after the same after the access
     */
    record Written(long entry, long before, long after) {}
}
