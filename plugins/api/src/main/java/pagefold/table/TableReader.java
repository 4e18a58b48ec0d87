package pagefold.table;

import java.io.IOException;
import pagefold.model.Access;
import pagefold.model.Privilege;

/**
 * Reads the tables of one space as hardware and the kernel's dump would.
 *
 * <p>Used by one thread at a time. Changes nothing.
 */
public interface TableReader {

    /** Translates without allocating; the result is as {@link Translation} encodes it. */
    long translate(long address, Access access, Privilege privilege);

    /** Translates and shows every level. */
    Walk walk(long address, Access access, Privilege privilege);

    /** Writes the tables in the format of the kernel's own dump. */
    void dump(Appendable out) throws IOException;
}
