package pagefold.table;

import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.Hex;
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

    /**
     * Writes what the kernel prints of an address when an access to it faults: the entries of all generic levels, until
     * one leads nowhere.
     *
     * <p>A reader whose kernel has a format of its own writes that; this one is neutral.
     */
    default void showPte(long address, Appendable out) throws IOException {
        out.append('[').append(Hex.address(address)).append(']');
        String separator = " ";
        for (Walk.Step step : walk(address, Access.READ, Privilege.PRIVILEGED).steps()) {
            out.append(separator).append(step.generic().toLowerCase(Locale.ROOT));
            out.append('=').append(Hex.address(step.word()));
            separator = ", ";
        }
        out.append('\n');
    }

    /** The kernel's check of its own tables for what may be written and executed; {@code null} where it has none. */
    default @Nullable WxReport checkWx() {
        return null;
    }

    /**
     * What a kernel's check for writable and executable memory found.
     *
     * @param text the kernel's own lines
     * @param writableExecutablePages pages that may be written and executed
     * @param userExecutablePages pages of the kernel that unprivileged code may execute, where the check looks for them
     */
    record WxReport(String text, long writableExecutablePages, long userExecutablePages) {

        /** Whether nothing was found. */
        public boolean passed() {
            return writableExecutablePages == 0 && userExecutablePages == 0;
        }
    }
}
