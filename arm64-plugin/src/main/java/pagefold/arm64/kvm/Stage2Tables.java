package pagefold.arm64.kvm;

import static pagefold.arm64.descriptor.Descriptor.AF;
import static pagefold.arm64.descriptor.Descriptor.S2_AP;
import static pagefold.arm64.descriptor.Descriptor.S2_MEM_ATTR;
import static pagefold.arm64.descriptor.Descriptor.S2_WRITE;
import static pagefold.arm64.descriptor.Descriptor.S2_XN1;
import static pagefold.arm64.descriptor.Descriptor.isTable;
import static pagefold.arm64.descriptor.Descriptor.isValid;

import java.util.OptionalLong;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.table.PhysicalMemory;

/** The tables of a guest: stage 2 of EL1&amp;0. Used by one thread at a time. */
public final class Stage2Tables {
    private static final int OWNER_SHIFT = 2;

    /** What a map may not change in a leaf that is there; relaxing may. */
    private static final long PERMISSIONS = S2_AP | S2_XN1;

    /** No physical address: the walk annotates. */
    private static final long NO_MEMORY_BEHIND = -1;

    private final KvmTables tables;
    private final TablePages pages;
    private final Maintenance maintenance;
    private final boolean forcedWriteBack;
    private final boolean pagesOnly;

    /**
     * Empty tables.
     *
     * @param geometry as {@link KvmGeometry#stage2} makes it
     * @param forcedWriteBack HCR_EL2.FWB: MemAttr has its other meaning, and the data caches need no cleaning
     * @param pagesOnly never map by blocks
     * @param limit most bytes of tables, at least those of the root
     */
    public Stage2Tables(
            Vmsa64Geometry geometry, KvmPolicy policy, boolean forcedWriteBack, boolean pagesOnly, long limit) {
        this.tables = new KvmTables(geometry, policy, limit);
        this.pages = tables.pages;
        this.maintenance = tables.maintenance;
        this.forcedWriteBack = forcedWriteBack;
        this.pagesOnly = pagesOnly;
    }

    KvmTables tables() {
        return tables;
    }

    /**
     * Maps a range to memory that follows on from {@code physical}, by blocks where they fit.
     *
     * <p>A valid leaf that differs is replaced by break before make. One that is the same, or differs in permissions
     * alone, ends the map with {@link Outcome#AGAIN}. A table that a block takes the place of is given back with all
     * below it after one flush; a block that a table takes the place of is lost outside the range, to be faulted in again.
     *
     * @param protection bits as in {@link Protection}
     */
    public Outcome map(long address, long size, long physical, long protection) {
        OptionalLong attributes = Protection.stage2(protection, forcedWriteBack);
        if (attributes.isEmpty()) {
            return Outcome.INVALID;
        }
        long start = physical & -1L << tables.geometry.granuleBits();
        return tables.walk(address, size, new Mapping(start, attributes.getAsLong(), 0, pagesOnly));
    }

    /**
     * Takes a range from the guest and notes its owner, page by page.
     *
     * @param owner 0, the guest itself, leaves zero words
     */
    public Outcome setOwner(long address, long size, long owner) {
        if (owner < 0 || owner > tables.policy.lastOwner()) {
            return Outcome.INVALID;
        }
        return tables.walk(address, size, new Mapping(NO_MEMORY_BEHIND, 0, owner << OWNER_SHIFT, true));
    }

    private final class Mapping implements Visitor {
        private final long attributes;
        private final long annotation;
        private final boolean pageByPage;
        private long physical;

        /** The entry whose table is being taken down to make room for a block, or 0. */
        private long anchor;

        private long detached;

        Mapping(long physical, long attributes, long annotation, boolean pageByPage) {
            this.physical = physical;
            this.attributes = attributes;
            this.annotation = annotation;
            this.pageByPage = pageByPage;
        }

        @Override
        public Outcome enter(Visit visit) {
            if (anchor == 0 && allowed(visit)) {
                anchor = visit.entry();
                detached = tables.tableAt(visit.word());
                pages.store(anchor, 0);
                maintenance.flush();
            }
            return Outcome.DONE;
        }

        @Override
        public Outcome leaf(Visit visit) {
            if (anchor != 0) {
                if (KvmTables.isCounted(visit.word())) {
                    pages.put(visit.entry());
                }
                return Outcome.DONE;
            }
            if (allowed(visit)) {
                return place(visit);
            }
            if (visit.level() == KvmTables.LAST_LEVEL) {
                maintenance.warn();
                return Outcome.INVALID;
            }
            long child = pages.allocate();
            if (child == 0) {
                return Outcome.NO_MEMORY;
            }
            if (KvmTables.isCounted(visit.word())) {
                remove(visit);
            }
            return tables.installTable(visit.entry(), child);
        }

        @Override
        public Outcome leave(Visit visit) {
            if (anchor == 0) {
                return Outcome.DONE;
            }
            if (anchor != visit.entry()) {
                pages.put(tables.tableAt(visit.word()));
                pages.put(visit.entry());
                return Outcome.DONE;
            }
            anchor = 0;
            Outcome outcome = leaf(visit);
            pages.put(detached);
            pages.put(visit.entry());
            return outcome;
        }

        private boolean allowed(Visit visit) {
            return (visit.level() == KvmTables.LAST_LEVEL || !pageByPage) && tables.allowsLeaf(visit, physical);
        }

        private Outcome place(Visit visit) {
            boolean memory = tables.policy.isPhysical(physical);
            long word = memory ? tables.leafWord(physical, attributes, visit.level()) : annotation;
            if (KvmTables.isCounted(visit.word())) {
                if (isValid(visit.word()) && isValid(word) && ((visit.word() ^ word) & ~PERMISSIONS) == 0) {
                    return Outcome.AGAIN;
                }
                remove(visit);
            }
            long size = tables.geometry.entrySize(visit.level());
            if (memory) {
                if (isCacheable(word)) {
                    clean(size);
                }
                if (isExecutable(word)) {
                    maintenance.refetch(size);
                }
                physical += size;
            }
            pages.store(visit.entry(), word);
            if (KvmTables.isCounted(word)) {
                pages.get(visit.entry());
            }
            return Outcome.DONE;
        }
    }

    /**
     * Unmaps a range and forgets its owners. A block goes whole, also where the range has only a part of it. Tables that
     * become empty are given back.
     */
    public Outcome unmap(long address, long size) {
        return tables.walk(address, size, new Unmapping());
    }

    private final class Unmapping implements Visitor {
        @Override
        public Outcome leaf(Visit visit) {
            if (KvmTables.isCounted(visit.word())) {
                remove(visit);
                if (isValid(visit.word()) && isCacheable(visit.word())) {
                    clean(tables.geometry.entrySize(visit.level()));
                }
            }
            return Outcome.DONE;
        }

        @Override
        public Outcome leave(Visit visit) {
            if (!isTable(visit.word(), visit.level())) {
                throw new IllegalStateException("expected a table to stay while it is visited, but it went");
            }
            long table = tables.tableAt(visit.word());
            if (pages.references(table) == 1) {
                remove(visit);
                pages.put(table);
            }
            return Outcome.DONE;
        }
    }

    /** Write-protects what is mapped in a range. Nothing is invalidated: that is the caller's to do. */
    public Outcome writeProtect(long address, long size) {
        return tables.walk(address, size, new Change(0, S2_WRITE));
    }

    /**
     * Sets the Access flag of the leaf for an address.
     *
     * @return the leaf as it was, or 0 where there is none
     */
    public long makeYoung(long address) {
        return change(address, new Change(AF, 0));
    }

    /**
     * Clears the Access flag of the leaf for an address. Nothing is invalidated: that is the caller's to do.
     *
     * @return the leaf as it was, or 0 where there is none
     */
    public long makeOld(long address) {
        return change(address, new Change(0, AF));
    }

    /** Whether the leaf for an address has its Access flag set. */
    public boolean isYoung(long address) {
        return (change(address, new Change(0, 0)) & AF) != 0;
    }

    private long change(long address, Change change) {
        tables.walk(address, 1, change);
        return change.before;
    }

    /**
     * Grants the leaf for an address what the protection says, and takes nothing away. The address is invalidated,
     * whether there is a leaf or not.
     *
     * @param protection bits as in {@link Protection}; software bits are refused
     */
    public Outcome relaxPermissions(long address, long protection) {
        if (Protection.has(protection, Protection.SOFTWARE)) {
            return Outcome.INVALID;
        }
        long cleared = Protection.has(protection, Protection.EXECUTE) ? S2_XN1 : 0;
        Outcome outcome = tables.walk(address, 1, new Change(Protection.stage2Access(protection), cleared));
        if (outcome == Outcome.DONE) {
            maintenance.invalidate(tables.policy.invalidationsByAddress());
        }
        return outcome;
    }

    /** Sets and clears attributes in place. */
    private final class Change implements Visitor {
        private final long set;
        private final long cleared;
        private long before;

        Change(long set, long cleared) {
            this.set = set;
            this.cleared = cleared;
        }

        @Override
        public Outcome leaf(Visit visit) {
            if (!isValid(visit.word())) {
                return Outcome.DONE;
            }
            before = visit.word();
            long word = before & ~cleared | set;
            if (isExecutable(word) && !isExecutable(before)) {
                maintenance.refetch(tables.geometry.entrySize(visit.level()));
            }
            pages.store(visit.entry(), word);
            return Outcome.DONE;
        }
    }

    /** Cleans the cacheable memory behind a range from the data caches. */
    public Outcome flush(long address, long size) {
        if (forcedWriteBack) {
            return Outcome.DONE;
        }
        return tables.walk(address, size, visit -> {
            if (isValid(visit.word()) && isCacheable(visit.word())) {
                clean(tables.geometry.entrySize(visit.level()));
            }
            return Outcome.DONE;
        });
    }

    /** Empties a counted entry and drops its reference; what was valid is invalidated. */
    private void remove(Visit visit) {
        pages.store(visit.entry(), 0);
        if (isValid(visit.word())) {
            maintenance.invalidate(tables.policy.invalidationsByAddress());
        }
        pages.put(visit.entry());
    }

    private void clean(long bytes) {
        if (!forcedWriteBack) {
            maintenance.clean(bytes);
        }
    }

    private boolean isCacheable(long word) {
        return (word & S2_MEM_ATTR) == Protection.cacheable(forcedWriteBack);
    }

    private static boolean isExecutable(long word) {
        return (word & S2_XN1) == 0;
    }

    /** Address of the root, for VTTBR_EL2. */
    public long root() {
        return tables.root;
    }

    /** The memory that the tables are in. */
    public PhysicalMemory memory() {
        return pages.memory();
    }

    /** What the operations so far made the processor do. */
    public Maintenance maintenance() {
        return maintenance;
    }

    /** Pages of tables that are in use; with the root where it is one page. */
    public int liveTables() {
        return pages.live();
    }

    /** Gives all tables back; nothing may be asked afterwards. */
    public void destroy() {
        tables.destroy();
    }
}
