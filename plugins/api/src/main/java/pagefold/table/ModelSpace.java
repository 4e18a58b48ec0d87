package pagefold.table;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pagefold.model.Access;
import pagefold.model.AddressRange;
import pagefold.model.AddressSpace;
import pagefold.model.Attributes;
import pagefold.model.MemoryChange;
import pagefold.model.Output;
import pagefold.model.Permissions;
import pagefold.model.Region;
import pagefold.model.Sharing;

/**
 * The projection of one space: what its regions mean for its tables, its objects' frames and its private copies.
 *
 * <p>Mapped memory is populated at once. Memory without any permission is not: its words stay zero, or, where it was
 * populated before, become invalid words that keep the frame (Linux's {@code PAGE_NONE}).
 */
final class ModelSpace {
    private final TranslationRegime regime;
    private final TableFormat format;
    private final Backings backings;
    private final PageTable table;
    private final TableFolder folder;
    private final TableSplitter splitter;
    private final ContiguousRuns runs;
    private final TableReader reader;
    private final CopyOnWrite copyOnWrite;
    private final CacheAliases aliases;
    private final long granule;
    /** Whether Linux has copied these tables to resume from: nothing may be executed through them. */
    private boolean isCopy;

    ModelSpace(String name, TranslationRegime regime, TableMemory memory, Backings backings) {
        this(new PageTable(name, memory, regime), regime, memory, backings);
    }

    private ModelSpace(PageTable table, TranslationRegime regime, TableMemory memory, Backings backings) {
        this.regime = regime;
        this.format = regime.format();
        this.backings = backings;
        this.table = table;
        this.folder = new TableFolder(table, memory, regime, backings);
        this.splitter = new TableSplitter(table, regime);
        this.runs = new ContiguousRuns(table, regime);
        this.copyOnWrite = new CopyOnWrite(table, splitter, regime, backings);
        this.aliases = new CacheAliases(table, regime, backings);
        this.reader = regime.reader(memory, table.root(), table.editor().shared()::leafOf);
        this.granule = regime.geometry().granule();
    }

    /** The space whose start table is in memory already. */
    ModelSpace(String name, long root, TranslationRegime regime, TableMemory memory, Backings backings) {
        this(new PageTable(new TableEditor(name, memory, regime), memory, regime, root), regime, memory, backings);
    }

    /** The same space in copies of its memory and frames. */
    ModelSpace copy(TableMemory memory, Backings copied) {
        PageTable same = new PageTable(table.editor().copy(memory, regime), memory, regime, table.root());
        ModelSpace copy = new ModelSpace(same, regime, memory, copied);
        copy.isCopy = isCopy;
        same.entries().copyFrom(table.entries());
        return copy;
    }

    TranslationRegime regime() {
        return regime;
    }

    TableReader reader() {
        return reader;
    }

    PageTable table() {
        return table;
    }

    ContiguousRuns runs() {
        return runs;
    }

    boolean isCopy() {
        return isCopy;
    }

    /** Says of a space that was written down that it is one that Linux resumes from. */
    void becomeCopy() {
        isCopy = true;
    }

    /** Makes this space, which is empty, a copy of a kernel's tables to resume from. */
    void copy(AddressSpace before, AddressRange range, PageTable from, TranslationRegime.CopyWords words) {
        isCopy = true;
        before.forEachIn(range, this::count);
        new TableCopier(from, table, regime, words).copy(range);
    }

    private void count(Region region) {
        String object = region.output().backing();
        if (object != null) {
            backings.count(object, region.range().size());
        }
    }

    /** Maps a region where nothing is mapped; {@code after} has it. */
    void map(Region region, AddressSpace after) {
        count(region);
        if (!region.attributes().permissions().isNone()) {
            populate(region);
            Region whole = after.at(region.range().start());
            if (whole != null && !whole.range().equals(region.range())) {
                folder.foldEnds(region.range(), whole);
            }
            aliases.settle(after);
        }
    }

    void populate(Region region) {
        aliases.faulted(region.range());
        long bits = populatedBits(region);
        Leaves leaves = Leaves.of(region, regime, bits);
        AddressRange range = region.range();
        switch (region.output()) {
            case Output.Physical(long address) -> table.map(range.start(), range.last(), address, leaves);
            case Output.Backed(String object, long offset, Sharing sharing) ->
                backings.place(object, offset, range.size(), alignment(region), range.start(), (at, bytes, frame) -> {
                    long start = range.start() + (at - offset);
                    table.map(start, start + bytes - 1, frame, leaves);
                });
            case Output.Repeated(String object) ->
                backings.place(
                        object,
                        0,
                        granule,
                        granule,
                        0,
                        (at, bytes, frame) -> table.mapShared(range.start(), range.last(), frame, bits));
        }
    }

    /** Linux populates anonymous memory by writes, so that its pages start dirty; all others start clean. */
    private long populatedBits(Region region) {
        long bits = validity(region, initialBits(region));
        boolean isPrivate = region.output() instanceof Output.Backed(String object, long offset, Sharing sharing)
                && sharing == Sharing.PRIVATE;
        return isPrivate ? format.populatedByWrite(bits) : bits;
    }

    /** Leaf bits of pages that a write has not given frames of their own: those of copy-on-write memory deny writes. */
    private long initialBits(Region region) {
        Attributes attributes = region.attributes();
        Permissions withoutWrite = attributes.permissions().readOnly();
        if (!CopyOnWrite.isCopyOnWrite(region)) {
            return regime.leafBits(attributes);
        }
        // What may only be written grants nothing for now, and is there all the same.
        return withoutWrite.isNone()
                ? format.writeProtected(regime.leafBits(attributes))
                : regime.leafBits(attributes.withPermissions(withoutWrite));
    }

    /** The alignment that lets a region's frames carry its largest leaf or run. */
    private long alignment(Region region) {
        return LargestUnit.of(regime, region.range(), region.attributes());
    }

    /** Makes room for a mapping. */
    void clear(AddressSpace before, AddressRange range) {
        if (before.firstIn(range) != null) {
            unmap(before, range);
        }
    }

    /** Unmaps what a space has mapped in a range, and frees the tables that are empty then or were before. */
    void unmap(AddressSpace before, AddressRange range) {
        forget(before, range, false);
    }

    /** Unmaps what a space has mapped in a range; the tables stay. */
    void vacate(AddressSpace before, AddressRange range) {
        forget(before, range, true);
    }

    /**
     * The part of a range that these tables can have, or {@code null}. What is unmapped need not have been mapped, and
     * a history may have been made under a profile with more addresses.
     */
    @Nullable
    AddressRange within(AddressRange range) {
        AddressRange input = regime.inputRange();
        return input.overlaps(range) ? input.intersection(range) : null;
    }

    private void forget(AddressSpace before, AddressRange whole, boolean keep) {
        AddressRange range = within(whole);
        if (range == null) {
            return;
        }
        dropCopies(before, range);
        table.unmap(range.start(), range.last(), keep);
        before.forEachIn(range, region -> {
            String object = region.output().backing();
            if (object != null) {
                backings.uncount(object, region.range().size());
            }
        });
    }

    private void dropCopies(AddressSpace before, AddressRange range) {
        before.forEachIn(range, region -> {
            if (CopyOnWrite.isCopyOnWrite(region)) {
                copyOnWrite.drop(region.range());
            }
        });
    }

    /** Gives a range, all of which is mapped, other permissions; what has them already stays as it is. */
    void protect(AddressSpace before, AddressSpace after, AddressRange range, Permissions permissions) {
        before.forEachIn(range, region -> {
            if (!permissions.equals(region.attributes().permissions())) {
                protect(region, permissions);
                if (!permissions.isNone()) {
                    folder.fold(region.range(), after);
                }
            }
        });
        aliases.settle(after);
    }

    private void protect(Region region, Permissions permissions) {
        Region changed = region.withAttributes(region.attributes().withPermissions(permissions));
        takeApart(region);
        update(region, (word, level, address) -> format.modified(word, bits(changed, word, level)));
        if (region.attributes().permissions().isNone()) {
            Holes.in(table, regime.geometry(), region.range()).forEach(hole -> populate(changed.slice(hole)));
        }
    }

    /** Changes the words of a region, and of no other: huge pages whole. */
    private void update(Region region, PageTable.LeafUpdate update) {
        AddressRange range = region.range();
        if (region.attributes().isHuge()) {
            runs.rewrite(range, true, update);
        } else {
            table.update(range.start(), range.last(), true, update);
        }
    }

    /** Where Linux changes page by page, runs come apart first. */
    private void takeApart(Region region) {
        if (regime.joinsLeaves() && !region.attributes().isHuge()) {
            splitter.unmark(region.range().start(), region.range().last());
        }
    }

    /** Adds permissions to a range, all of which is mapped. Words change where they are; nothing is joined. */
    void relax(AddressSpace before, AddressRange range, Permissions added) {
        before.forEachIn(range, region -> {
            Permissions old = region.attributes().permissions();
            Region changed = region.withAttributes(region.attributes().withPermissions(old.union(added)));
            update(region, (word, level, address) -> relaxed(word, bits(changed, word, level), added));
            if (old.isNone() && !added.isNone()) {
                Holes.in(table, regime.geometry(), region.range()).forEach(hole -> populate(changed.slice(hole)));
            }
        });
        aliases.settle(before);
    }

    /** Write protection is lifted only where writing is asked for. */
    private long relaxed(long word, long bits, Permissions added) {
        long granting = format.modified(word, bits);
        boolean isProtected = !added.isWritable() && format.writeProtected(word) == word;
        return isProtected ? format.writeProtected(granting) : granting;
    }

    /** Splits what is larger than so many bytes. */
    void split(AddressRange range, long leafSize) {
        splitter.shorten(range.start(), range.last(), leafSize);
    }

    /** Leaf bits of a page of a region: writable only where a write needs no copy. */
    long bits(Region region, long word, int level) {
        boolean mayWrite =
                !CopyOnWrite.isCopyOnWrite(region) || backings.references(format.outputAddress(word, level)) == 1;
        return validity(region, mayWrite ? regime.leafBits(region.attributes()) : initialBits(region));
    }

    /** Memory that was made invalid stays so, whatever else changes. */
    private long validity(Region region, long bits) {
        TranslationRegime.LiveWords words = region.valid() ? null : regime.liveWords();
        return words == null ? bits : words.changed(bits, MemoryChange.INVALID);
    }

    /** Moves a range as it is and populates what the destination has more. */
    void move(AddressSpace before, AddressSpace after, AddressRange from, AddressRange to) {
        boolean inPlace = from.start() == to.start();
        if (!inPlace) {
            clear(before, to);
            before.forEachIn(from, this::detach);
            carry(from, to.start() - from.start());
            folder.foldMoved(AddressRange.ofSize(to.start(), from.size()), after);
        } else if (before.firstIn(new AddressRange(from.last() + 1, to.last())) != null) {
            unmap(before, new AddressRange(from.last() + 1, to.last()));
        }
        if (to.size() != from.size()) {
            AddressRange more = new AddressRange(to.start() + from.size(), to.last());
            after.forEachIn(more, region -> map(region, after));
        }
    }

    /** Pages move one by one, and huge pages whole. */
    private void detach(Region region) {
        takeApart(region);
        if (region.attributes().isHuge()) {
            runs.rewrite(region.range(), true, (word, level, address) -> word);
        }
    }

    private void carry(AddressRange from, long distance) {
        splitter.loosen(from.start(), from.last(), distance);
        List<long[]> words = new ArrayList<>();
        table.visit(
                from.start(),
                from.last(),
                (word, level, address) -> words.add(new long[] {address + distance, level, word}));
        table.unmap(from.start(), from.last());
        words.forEach(leaf -> table.place(leaf[0], (int) leaf[1], leaf[2]));
    }

    /** Makes {@code child}, which is empty, a copy; private memory may no longer be written without a copy. */
    void fork(AddressSpace before, ModelSpace child) {
        new Fork(table, child.table, regime, backings, copyOnWrite).copy(before.regions());
    }

    /** Accesses to a range, as hardware and the fault handler would leave the words. */
    void touch(AddressSpace before, AddressRange range, Access access) {
        before.forEachIn(range, region -> {
            if (region.output() instanceof Output.Repeated) {
                return;
            }
            AddressRange pages = region.range().widened(granule);
            long bits = regime.leafBits(region.attributes());
            if (access == Access.WRITE && region.attributes().isHuge()) {
                copyOnWrite.makeWritable(region, bits, runs);
                write(pages, bits);
            } else if (access == Access.WRITE && CopyOnWrite.isCopyOnWrite(region)) {
                copyOnWrite.write(pages, bits);
            } else if (access == Access.WRITE) {
                write(pages, bits);
            } else {
                update(pages, (word, level, address) -> format.withAccessed(word, true));
            }
        });
        aliases.settle(before);
    }

    /** A write to pages that need no copy. One entry of a contiguous run is not made writable again alone. */
    private void write(AddressRange pages, long bits) {
        List<AddressRange> protectedRuns = new ArrayList<>();
        table.visit(pages.start(), pages.last(), (word, level, address) -> {
            if (format.isContiguous(word) && !copyOnWrite.isWritable(word, bits)) {
                protectedRuns.add(new AddressRange(address, address));
            }
        });
        protectedRuns.forEach(page -> splitter.unmark(page.start(), page.last()));
        update(pages, (word, level, address) -> copyOnWrite.written(word, bits));
    }

    /** What a fault, or hardware, does to the words of pages. */
    private void update(AddressRange pages, PageTable.LeafUpdate update) {
        table.update(pages.start(), pages.last(), false, aliases.faulting(update));
    }

    /** As one entry of a contiguous run ages, all of them do. */
    void age(AddressRange range) {
        AddressRange whole = runs.around(range);
        table.update(
                whole.start(),
                whole.last(),
                false,
                (word, level, address) -> format.isLeaf(word, level) ? format.withAccessed(word, false) : word);
    }

    void writeProtect(AddressSpace before, AddressRange range) {
        before.forEachIn(
                range,
                region -> update(
                        region,
                        (word, level, address) -> format.isLeaf(word, level) ? format.writeProtected(word) : word));
    }

    void listen(@Nullable TableListener listener) {
        table.listen(listener);
    }
}
