package pagefold.arm64.kvm;

import static pagefold.arm64.descriptor.Descriptor.TYPE_BLOCK;
import static pagefold.arm64.descriptor.Descriptor.TYPE_PAGE;
import static pagefold.arm64.descriptor.Descriptor.TYPE_TABLE;
import static pagefold.arm64.descriptor.Descriptor.WORD_SHIFT;
import static pagefold.arm64.descriptor.Descriptor.isTable;
import static pagefold.arm64.descriptor.Descriptor.isValid;

import pagefold.arm64.descriptor.OutputEncoding;
import pagefold.arm64.descriptor.Vmsa64Geometry;

/** One set of tables, the walk through them, and the rules that both of its kinds share. Used by one thread. */
final class KvmTables {
    static final int LAST_LEVEL = Vmsa64Geometry.LAST_LEVEL;

    final Vmsa64Geometry geometry;
    final KvmPolicy policy;
    final TablePages pages;
    final Maintenance maintenance = new Maintenance();
    final long root;

    private final OutputEncoding encoding;
    private final int rootPages;

    /**
     * Empty tables.
     *
     * @param limit most bytes of tables; there must be room for the root
     */
    KvmTables(Vmsa64Geometry geometry, KvmPolicy policy, long limit) {
        this.geometry = geometry;
        this.policy = policy;
        this.encoding = geometry.encoding();
        this.pages = new TablePages(geometry.granuleBits(), limit);
        this.rootPages = geometry.shape().rootPages();
        this.root = pages.allocateRoot(rootPages);
    }

    // The walk.

    /**
     * Walks a range in ascending order.
     *
     * @param address rounded down to a page
     * @param size added to the rounded address, and the sum rounded up; it may wrap around
     */
    Outcome walk(long address, long size, Visitor visitor) {
        long granule = 1L << geometry.granuleBits();
        long start = address & -granule;
        long end = start + size + granule - 1 & -granule;
        long limit = 1L << geometry.inputBits();
        if (Long.compareUnsigned(start, limit) > 0 || Long.compareUnsigned(end, limit) > 0) {
            return Outcome.OUT_OF_RANGE;
        }
        return new Walk(start, end, visitor).table(root, geometry.startLevel());
    }

    private final class Walk {
        private final long end;
        private final Visitor visitor;
        private long address;

        Walk(long start, long end, Visitor visitor) {
            this.address = start;
            this.end = end;
            this.visitor = visitor;
        }

        Outcome table(long table, int level) {
            int entries = geometry.entries(level);
            for (int index = geometry.index(address, level); index < entries && address < end; index++) {
                Outcome outcome = entry(table + ((long) index << WORD_SHIFT), level);
                if (outcome != Outcome.DONE) {
                    return outcome;
                }
            }
            return Outcome.DONE;
        }

        private Outcome entry(long entry, int level) {
            long at = address;
            long word = pages.load(entry);
            Outcome outcome;
            if (isTable(word, level)) {
                outcome = visitor.enter(new Visit(at, end, level, entry, word));
            } else {
                outcome = visitor.leaf(new Visit(at, end, level, entry, word));
                word = pages.load(entry);
            }
            if (outcome != Outcome.DONE) {
                return outcome;
            }
            if (!isTable(word, level)) {
                address = (at & -geometry.entrySize(level)) + geometry.entrySize(level);
                return Outcome.DONE;
            }
            outcome = table(tableAt(word), level + 1);
            return outcome == Outcome.DONE
                    ? visitor.leave(new Visit(at, end, level, entry, pages.load(entry)))
                    : outcome;
        }
    }

    // Words.

    /** The table that a table word is of. */
    long tableAt(long word) {
        return encoding.decode(word, geometry.granuleBits());
    }

    /** The word of a leaf. */
    long leafWord(long physical, long attributes, int level) {
        return encoding.encode(physical & -1L << geometry.granuleBits())
                | attributes
                | (level == LAST_LEVEL ? TYPE_PAGE : TYPE_BLOCK);
    }

    /** Whether a word holds a reference on the page of its table. */
    static boolean isCounted(long word) {
        return word != 0;
    }

    // Rules.

    /**
     * The block rule: whether one leaf may stand at this entry for what is left of the range.
     *
     * @param physical where the leaf's memory begins; without meaning where it is no physical address
     */
    boolean allowsLeaf(Visit visit, long physical) {
        int level = visit.level();
        if (level != LAST_LEVEL && !geometry.allowsBlock(level)) {
            return false;
        }
        long size = geometry.entrySize(level);
        if (visit.end() - visit.address() < size) {
            return false;
        }
        long misaligned = visit.address() | (policy.isPhysical(physical) ? physical : 0);
        return (misaligned & size - 1) == 0;
    }

    /** Puts an empty table into an entry and takes a reference for it. A valid word there is lost, with a warning. */
    Outcome installTable(long entry, long table) {
        if (isValid(pages.load(entry))) {
            maintenance.warn();
        }
        pages.store(entry, encoding.encode(table) | TYPE_TABLE);
        pages.get(entry);
        return Outcome.DONE;
    }

    /** Gives all pages back without invalidating anything; nothing may be asked of the tables afterwards. */
    void destroy() {
        walk(0, 1L << geometry.inputBits(), new Visitor() {
            @Override
            public Outcome leaf(Visit visit) {
                if (isCounted(visit.word())) {
                    pages.put(visit.entry());
                }
                return Outcome.DONE;
            }

            @Override
            public Outcome leave(Visit visit) {
                pages.put(visit.entry());
                pages.put(tableAt(visit.word()));
                return Outcome.DONE;
            }
        });
        pages.freeRoot(root, rootPages);
    }
}
