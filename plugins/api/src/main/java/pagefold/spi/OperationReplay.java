package pagefold.spi;

import java.io.IOException;

/**
 * Does recorded operations again: a second service that the jar of a plugin may declare, found like the plugin itself.
 *
 * <p><b>Guarantees.</b>
 *
 * <ol>
 *   <li>What {@link ArchitecturePlugin} guarantees.
 *   <li>No result is taken from the lines that are read; each is computed again.
 *   <li>A replay starts from nothing: one does not depend on another.
 * </ol>
 */
public interface OperationReplay {

    /** Short name of the format of the records, as {@code kvm-operations}. */
    String format();

    /**
     * Reads a record and writes it again, with the results of this replay in the places of the recorded ones.
     *
     * @param lines without their line ends
     * @param out every line ends in a line feed
     * @throws IllegalArgumentException when a line is malformed; the sentence begins with its number. What came before
     *     has been written by then
     */
    void replay(Iterable<String> lines, Appendable out) throws IOException;
}
