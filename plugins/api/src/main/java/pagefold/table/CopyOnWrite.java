package pagefold.table;

import pagefold.model.AddressRange;
import pagefold.model.Output;
import pagefold.model.Region;
import pagefold.model.Sharing;

/**
 * The private copies of one space's pages: made by writes, shared by forks, dropped by unmapping. What is done to
 * neighbouring frames is done to the run of them at once.
 */
final class CopyOnWrite {
    /** Most pages of copy-on-write memory that one write may touch: 16 GB of 4K pages. */
    static final int MAX_PAGES = 1 << 22;

    private final PageTable table;
    private final TableSplitter splitter;
    private final TranslationRegime regime;
    private final TableFormat format;
    private final Backings backings;
    private final long granule;

    CopyOnWrite(PageTable table, TableSplitter splitter, TranslationRegime regime, Backings backings) {
        this.table = table;
        this.splitter = splitter;
        this.regime = regime;
        this.format = regime.format();
        this.backings = backings;
        this.granule = regime.geometry().granule();
    }

    /** Whether a write to a region's pages needs a copy of them. */
    static boolean isCopyOnWrite(Region region) {
        return region.output() instanceof Output.Backed(String object, long offset, Sharing sharing)
                && sharing == Sharing.COPY_ON_WRITE;
    }

    /** Gathers neighbouring frames to runs. */
    private final class Gathered {
        private final Copies.Frames runs;
        private long frame;
        private long bytes;

        Gathered(Copies.Frames runs) {
            this.runs = runs;
        }

        void add(long next) {
            add(next, granule);
        }

        void add(long next, long size) {
            if (next != frame + bytes) {
                finish();
                frame = next;
            }
            bytes += size;
        }

        void finish() {
            if (bytes > 0) {
                runs.run(frame, bytes);
                bytes = 0;
            }
        }
    }

    /** A write to pages of copy-on-write memory: each gets a frame of its own, unless it has one already. */
    void write(AddressRange pages, long bits) {
        Gathered made = new Gathered(backings::addCopies);
        Gathered left = new Gathered(backings::dropCopies);
        // A page with a frame of its own can be neither in a block nor in a contiguous run.
        splitter.loosen(pages.start(), pages.last(), granule);
        table.update(pages.start(), pages.last(), true, (word, level, address) -> {
            long frame = format.outputAddress(word, level);
            int references = backings.references(frame);
            if (references == 1) {
                return written(word, bits);
            }
            if (references > 1) {
                left.add(frame);
            }
            long copy = backings.takeFrame(granule);
            made.add(copy);
            return format.populatedByWrite(format.leafWord(copy, level, bits));
        });
        made.finish();
        left.finish();
    }

    /**
     * What a fault does to huge pages before hardware writes to a part of them: each is copied whole where it is not its
     * space's own, and made writable whole ({@code hugetlb_wp} of mm/hugetlb.c).
     */
    void makeWritable(Region region, long bits, ContiguousRuns runs) {
        long pageSize = region.attributes().pageSize();
        AddressRange pages = region.range().widened(pageSize);
        long count = isCopyOnWrite(region) ? pages.size() / pageSize : 0;
        for (long i = 0; i < count; i++) {
            AddressRange page = AddressRange.ofSize(pages.start() + i * pageSize, pageSize);
            table.visit(
                    page.start(),
                    page.start(),
                    (word, level, address) -> own(page, format.outputAddress(word, level), bits, runs));
        }
        runs.rewrite(pages, false, (word, level, address) -> isWritable(word, bits) ? word : written(word, bits));
    }

    private void own(AddressRange page, long frame, long bits, ContiguousRuns runs) {
        int references = backings.references(frame);
        if (references == 1) {
            return;
        }
        if (references > 1) {
            backings.dropCopies(frame, page.size());
        }
        long copy = backings.takeFrame(page.size());
        backings.addCopies(copy, page.size());
        runs.rewrite(
                page,
                true,
                (word, level, address) ->
                        format.populatedByWrite(format.leafWord(copy + (address - page.start()), level, bits)));
    }

    /** The word after a write: by hardware where the word grants it, else by a fault that grants it again. */
    long written(long word, long bits) {
        return isWritable(word, bits)
                ? format.dirtied(format.withAccessed(word, true))
                : format.populatedByWrite(format.withAccessed(format.modified(word, bits), true));
    }

    /** Whether a word grants what the leaf bits of its region do, whatever it says of earlier writes. */
    boolean isWritable(long word, long bits) {
        return format.clean(format.modified(word, bits)) == format.clean(word);
    }

    /** The words of a range are about to go. */
    void drop(AddressRange range) {
        forEachCopy(range, backings::dropCopies);
    }

    /** The words of a range are about to be copied to another space. */
    void share(AddressRange range) {
        forEachCopy(range, backings::shareCopies);
    }

    private void forEachCopy(AddressRange range, Copies.Frames runs) {
        if (backings.hasCopies()) {
            Gathered gathered = new Gathered(runs);
            table.visit(range.start(), range.last(), (word, level, address) -> {
                long frame = format.outputAddress(word, level);
                if (backings.isCopy(frame)) {
                    // Only a huge page is copied as more than a page.
                    gathered.add(frame, 1L << regime.geometry().shift(level));
                }
            });
            gathered.finish();
        }
    }
}
