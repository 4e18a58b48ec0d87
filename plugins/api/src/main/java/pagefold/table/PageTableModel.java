package pagefold.table;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.Privilege;
import pagefold.model.Rejection;
import pagefold.model.Step;

/**
 * A plugin's projection of one simulation: its tables.
 *
 * <p><b>Guarantees.</b>
 *
 * <ol>
 *   <li>Deterministic: the same steps give the same bytes, on every machine and in every run.
 *   <li>{@link #check} changes nothing; what it accepts, {@link #apply} does not refuse.
 *   <li>Used by one thread at a time; starts none.
 *   <li>Only host-owned types cross this interface.
 * </ol>
 */
public interface PageTableModel {

    /**
     * Whether the tables can hold what these steps lead to, one after the other, from here.
     *
     * @return the first step that they cannot hold, or {@code null}
     */
    @Nullable
    Refusal check(List<Step> steps);

    /**
     * A step that cannot be projected.
     *
     * @param index of the step in the list
     * @param rejection why
     */
    record Refusal(int index, Rejection rejection) {}

    /**
     * Projects one step.
     *
     * @param listener told of every word, or {@code null} where nobody asks
     */
    void apply(Step step, @Nullable TableListener listener);

    /**
     * Translates an address.
     *
     * @return as {@link Translation} encodes it
     * @throws IllegalArgumentException when the space is not there
     */
    long translate(String space, long address, Access access, Privilege privilege);

    /** Translates an address and shows every level visited. */
    Walk walk(String space, long address, Access access, Privilege privilege);

    /**
     * Translates an address of a guest's space through a second one: the addresses of its tables, and its outputs, are
     * intermediate physical addresses.
     *
     * @param second the space of the second stage
     * @return {@code null} when these spaces are not two stages of one translation, or the model has no such thing
     * @throws IllegalArgumentException when a space is not there
     */
    default @Nullable Walk walk(String space, String second, long address, Access access, Privilege privilege) {
        return null;
    }

    /** Writes the tables of a space in the format of the kernel's own dump. */
    void dump(String space, Appendable out) throws IOException;

    /**
     * Writes what the kernel prints of an address when an access to it faults; nothing when the model does not know.
     *
     * @return whether something was written
     * @throws IllegalArgumentException when the space is not there
     */
    default boolean showPte(String space, long address, Appendable out) throws IOException {
        return false;
    }

    /**
     * The kernel's check of a space for what may be written and executed; {@code null} when the kernel, or the model, has
     * none for it.
     *
     * @throws IllegalArgumentException when the space is not there
     */
    default TableReader.@Nullable WxReport checkWx(String space) {
        return null;
    }

    /** The tables of a space from the root down, in input-address order, without their words. */
    List<TableView> tables(String space);

    /**
     * The same tables in the same order, each with its words as {@link #table} has them. Asking for one table after the
     * other searches all of them for each; a model that can, answers in one visit.
     *
     * @throws IllegalArgumentException when the space is not there
     */
    default List<TableView> tablesWithWords(String space) {
        List<TableView> whole = new ArrayList<>();
        for (TableView listed : tables(space)) {
            TableView table = table(listed.address());
            if (table == null) {
                throw new IllegalStateException("expected the listed table at 0x" + Long.toHexString(listed.address())
                        + ", but it is not there");
            }
            whole.add(table);
        }
        return whole;
    }

    /**
     * Shows what the tables of a space translate, in ascending input address; neighbours that differ in nothing but
     * their addresses may come as one.
     *
     * @throws IllegalArgumentException when the space is not there
     */
    void mappings(String space, MappingSink sink);

    /** The table at a physical address, or {@code null} when none is there. */
    @Nullable
    TableView table(long address);

    /** What the tables cost now. */
    ModelStatistics statistics();

    /**
     * What must be known of the words of a space to judge the order in which they are written; {@code null} when the
     * model does not say, and the order cannot be judged.
     *
     * @throws IllegalArgumentException when the space is not there
     */
    default @Nullable BreakRules breakRules(String space) {
        return null;
    }

    /**
     * The generic five levels of a space's tables, PGD first, each with a table of its own or folded; empty when the
     * model is no radix table.
     *
     * @throws IllegalArgumentException when the space is not there
     */
    default List<Geometry.Level> levels(String space) {
        return List.of();
    }

    /** The addresses that a space can have. */
    AddressRange inputRange(String space);

    /**
     * The image of all tables as (address, length in bytes, words) for hashing and comparing: every table in ascending
     * address order.
     */
    void image(ImageSink sink);

    /** Receives what the tables translate. */
    @FunctionalInterface
    interface MappingSink {
        /**
         * Neighbouring leaves of one size.
         *
         * @param range input addresses, a multiple of {@code entrySize} bytes
         * @param leafSize bytes that one leaf translates
         * @param entrySize bytes that one entry of a TLB can hold: a leaf, or all leaves of a contiguous run
         * @param attributes what leaves and tables say; an Access flag that is clear counts as set, and where the leaves of a
         *     contiguous run differ in what hardware has noted, the first one speaks
         */
        void mapping(AddressRange range, long leafSize, long entrySize, Attributes attributes);
    }

    /** Receives the table image. */
    interface ImageSink {
        void table(long address, long[] words, int offset, int length);
    }

    /** What must be known of a format's words to judge the order in which they are written. */
    interface BreakRules {

        /** Whether hardware would use the word. */
        boolean isValid(long word, int level);

        /** Whether a valid word points to a table. */
        boolean isTable(long word, int level);

        /** Where a table word points. */
        long tableAddress(long word);

        /**
         * Whether one valid word may not follow another without a break between them (Arm ARM D8.16): another output
         * address, memory type, shareability or size, or global after not global.
         */
        boolean needsBreak(long oldWord, long newWord, int level);

        /** log2 of the bytes that an entry of a level translates. */
        int entryShift(int level);

        /** log2 of the bytes of a word: 3 unless a format has shorter ones. */
        default int wordBits() {
            return 3;
        }
    }
}
