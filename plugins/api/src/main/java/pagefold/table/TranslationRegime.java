package pagefold.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.Attributes;
import pagefold.model.MemoryChange;
import pagefold.model.MemoryType;
import pagefold.model.Permissions;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;

/**
 * How one kind of space is translated under a profile: what an architecture supplies to {@link TableModel}.
 *
 * <p><b>Guarantees.</b>
 *
 * <ol>
 *   <li>No state that a call changes in a way that another call could see.
 *   <li>{@link #leafBits} is only asked for attributes that {@link #unfit} has passed.
 * </ol>
 */
public interface TranslationRegime {

    /** What kind of space this translates. */
    SpaceKind kind();

    Geometry geometry();

    /** The registers that say where the tables are and how many bits of an address they translate; none by default. */
    default List<ModelStatistics.Register> registers(long root) {
        return List.of();
    }

    TableFormat format();

    /** The addresses that can be mapped. */
    AddressRange inputRange();

    /** Size of output addresses in bits. */
    int outputBits();

    /**
     * What an end of a mapping that leads to an output address must be a multiple of: the page, unless only larger
     * leaves reach so far; 0 when none with such attributes does.
     */
    default long unit(long output, Attributes attributes) {
        return geometry().granule();
    }

    /**
     * Why attributes cannot be held, or {@code null} when they can.
     */
    @Nullable
    Unfit unfit(Attributes attributes);

    /**
     * Why attributes do not fit.
     *
     * @param reason {@code permissions}, {@code memory-type} or {@code attributes}
     * @param expected what would fit, in words
     * @param capability name of the capability that the profile does not declare, without which nothing would fit
     */
    record Unfit(String reason, String expected, @Nullable String capability) {

        public Unfit(String reason, String expected) {
            this(reason, expected, null);
        }

        /** The first capability that attributes need and a profile does not declare, or {@code null} where all are. */
        public static @Nullable Unfit lacking(Attributes attributes, Set<String> declared) {
            for (String name : needs(attributes)) {
                if (!declared.contains(name)) {
                    return new Unfit("missing-capability", "a profile with " + name, name);
                }
            }
            return null;
        }

        /** Names of the capabilities that attributes need, whatever the kind of space. */
        public static List<String> needs(Attributes attributes) {
            List<String> names = new ArrayList<>();
            if (attributes.guarded()) {
                names.add("GUARDED_PAGES");
            }
            if (attributes.memoryType() == MemoryType.NORMAL_TAGGED) {
                names.add("MEMORY_TAGGING");
            }
            Permissions p = attributes.permissions();
            if (p.allows(Access.EXECUTE, Privilege.UNPRIVILEGED) && !p.allows(Access.READ, Privilege.UNPRIVILEGED)) {
                names.add("EXECUTE_ONLY");
            }
            return names;
        }
    }

    /** Attributes that fit and grant at least as much, for {@code coarsen: widen}; or the same when none do. */
    Attributes widened(Attributes attributes);

    /** The sizes that huge pages, or sections of a kernel, may have, ascending; none where there are none. */
    default List<Long> pageSizes() {
        return List.of();
    }

    /** Leaf bits of a clean, accessed page. */
    long leafBits(Attributes attributes);

    /**
     * Whether smaller leaves are joined to larger ones when neighbours of one region have become alike. A regime that
     * says no gets larger leaves only by mapping.
     */
    default boolean joinsLeaves() {
        return true;
    }

    /** What must be known of the words that hardware reads to judge the order in which they are written. */
    default PageTableModel.BreakRules breakRules() {
        return new RegimeWords(format(), geometry());
    }

    /** Linux's rules for its own live words, or {@code null} where the profile does not declare LIVE_CHANGES. */
    default @Nullable LiveWords liveWords() {
        return null;
    }

    /** What may happen to a live word without a break. Pure functions on words. */
    interface LiveWords {

        /**
         * Why one word may not be written over another, as part of a sentence, or {@code null} when it may. Writing over
         * a word that is not valid, or making one so, is always safe.
         */
        @Nullable
        String unsafe(long oldWord, long newWord);

        /** A word after a change of memory; leaf bits may be given as well. */
        long changed(long word, MemoryChange change);
    }

    /** The words of a copy that Linux resumes from, or {@code null} where the profile does not declare KERNEL_COPIES. */
    default @Nullable CopyWords copyWords() {
        return null;
    }

    /** Words of copied tables. Pure functions on words. */
    interface CopyWords {

        /** The word at a level that points to a table of the copy. */
        long table(long table, int level);

        /** The copy of a word that is neither zero nor a table. */
        long leaf(long word, int level);
    }

    /** How shared tables are linked, or {@code null} where the profile does not declare SHARED_TABLES. */
    default @Nullable SharedLinks sharedLinks() {
        return null;
    }

    /** Words of shared tables. Pure functions on words. */
    interface SharedLinks {

        /** The word in a shared table that points to the one of the next level, but for the first. */
        long link(long table);
    }

    /** Whether start tables have room for a kernel's half; only where the profile declares KERNEL_ENTRIES. */
    default boolean carriesKernel() {
        return false;
    }

    /**
     * The pages that a process has at its lowest addresses once it carries a kernel, in tables of its own, or
     * {@code null} where the profile does not declare LOW_VECTORS.
     */
    default @Nullable LowVectors lowVectors() {
        return null;
    }

    /** Pages that are copied word by word from the kernel's tables. Pure functions on words. */
    interface LowVectors {

        /** Where they are in the process; the input range begins behind them. */
        AddressRange range();

        /** Where the first of them is in the kernel. */
        long high();

        /** The word of the start table that points to the table with them. */
        long tableWord(long word);

        /** The word of a page, from the one that the kernel has for it. */
        long pageWord(long word);
    }

    /**
     * The words of pages that a process maps more than once, or {@code null} where the profile does not declare
     * ALIAS_COHERENCE.
     */
    default @Nullable AliasWords aliasWords() {
        return null;
    }

    /** Words of pages that are found in a data cache under more than one address. Pure functions on words. */
    interface AliasWords {

        /** The last-level word of the same page in memory that such a cache leaves alone. */
        long coherent(long word);
    }

    /**
     * Reads the tables under a root.
     *
     * @param shared the leaf word of every page below the shared table at an address; 0 for any other table
     */
    default TableReader reader(PhysicalMemory memory, long root, LongUnaryOperator shared) {
        return reader(memory, root);
    }

    /** Reads the tables under a root. The reader belongs to one thread at a time. */
    TableReader reader(PhysicalMemory memory, long root);

    /**
     * Reads the same tables as a guest's: their addresses, and the outputs, are intermediate physical addresses, which a
     * second stage translates.
     *
     * @param first what {@link #reader} of this regime has given
     * @param second what the second stage's has
     * @return {@code null} where such tables have no such second stage
     */
    default @Nullable TableReader through(TableReader first, TableReader second) {
        return null;
    }
}
