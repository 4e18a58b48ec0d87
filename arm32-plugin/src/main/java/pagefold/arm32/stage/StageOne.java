package pagefold.arm32.stage;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pagefold.table.TableReader;
import pagefold.table.Translation;
import pagefold.table.Walk;

/**
 * Stage 1 of a captured machine, of PL1&amp;0 with descriptors of either length or of PL2.
 *
 * <p><b>Guarantees.</b>
 *
 * <ol>
 *   <li>An output address has up to 40 bits: it may be an IPA.
 *   <li>Every address of a descriptor goes through the {@link DescriptorPath} before the descriptor is read; a fault of
 *       that path is the result, unchanged. All other faults are of stage 1.
 *   <li>The level of a short descriptor's fault is 1 or 2, that of a long one's 0 to 3.
 *   <li>Used by one thread at a time: what the last translation found stays until the next one.
 * </ol>
 */
public interface StageOne {

    /**
     * The output address, or a fault, as {@link Translation} has it.
     *
     * @param address of 32 bits
     * @param steps hears of every word of this stage that is read, in order; {@code null} for nobody
     */
    long translate(long address, Request request, @Nullable Consumer<Walk.Step> steps);

    /** What the last translation found; only after one that gave an output. */
    Leaf leaf();

    /**
     * What PAR holds after an instruction that asks this stage alone: 32 or 64 bits, as the descriptors are.
     *
     * @param result of the last translation; not a fault of stage 2
     */
    long par(long result);

    /** The spaces that can be dumped. */
    List<String> spaces();

    /**
     * Writes a space in the format of the kernel's own dump.
     *
     * @param space one of {@link #spaces}
     */
    void dump(String space, Appendable out) throws IOException;

    /**
     * Writes what the kernel prints of an address when an access to it faults.
     *
     * @param address of 32 bits
     * @return whether something was written; nothing is where these are no tables of Linux
     */
    default boolean showPte(long address, Appendable out) throws IOException {
        return false;
    }

    /** The kernel's check of its own tables for what may be written and executed; {@code null} where there are none. */
    default TableReader.@Nullable WxReport checkWx() {
        return null;
    }
}
