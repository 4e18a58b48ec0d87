package pagefold.arm64.kvm;

import static pagefold.arm64.descriptor.Descriptor.isTable;
import static pagefold.arm64.descriptor.Descriptor.isValid;

import java.util.OptionalLong;
import pagefold.arm64.descriptor.Descriptor;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.table.PhysicalMemory;

/** The hypervisor's own tables: stage 1 of EL2. Used by one thread at a time. */
public final class HypTables {
    private final KvmTables tables;
    private final TablePages pages;
    private final Maintenance maintenance;

    /**
     * Empty tables.
     *
     * @param geometry as {@link KvmGeometry#hyp} makes it
     * @param limit most bytes of tables, at least a page
     */
    public HypTables(Vmsa64Geometry geometry, KvmPolicy policy, long limit) {
        this.tables = new KvmTables(geometry, policy, limit);
        this.pages = tables.pages;
        this.maintenance = tables.maintenance;
    }

    KvmTables tables() {
        return tables;
    }

    /**
     * Maps a range to memory that follows on from {@code physical}.
     *
     * <p>A leaf that is there already may change its software bits, nothing else: other leaves are in the way. A page in
     * the way ends the map. A block in the way is overwritten by a table, and as the kernel has counted that block's
     * bytes as mapped by then, what follows comes from memory that much farther on.
     *
     * @param protection bits as in {@link Protection}
     */
    public Outcome map(long address, long size, long physical, long protection) {
        OptionalLong attributes = Protection.hyp(protection, tables.policy);
        return attributes.isEmpty()
                ? Outcome.INVALID
                : tables.walk(address, size, new Mapping(physical, attributes.getAsLong()));
    }

    private final class Mapping implements Visitor {
        private final long attributes;
        private long physical;

        Mapping(long physical, long attributes) {
            this.physical = physical & -1L << tables.geometry.granuleBits();
            this.attributes = attributes;
        }

        @Override
        public Outcome leaf(Visit visit) {
            if (placed(visit)) {
                return Outcome.DONE;
            }
            if (visit.level() == KvmTables.LAST_LEVEL) {
                maintenance.warn();
                return Outcome.INVALID;
            }
            long child = pages.allocate();
            return child == 0 ? Outcome.NO_MEMORY : tables.installTable(visit.entry(), child);
        }

        private boolean placed(Visit visit) {
            if (!tables.allowsLeaf(visit, physical)) {
                return false;
            }
            long word = tables.leafWord(physical, attributes, visit.level());
            physical += tables.geometry.entrySize(visit.level());
            if (word == visit.word()) {
                return true;
            }
            if (!isValid(visit.word())) {
                pages.get(visit.entry());
            } else if (((visit.word() ^ word) & ~Descriptor.SOFTWARE) != 0) {
                maintenance.warn();
                return false;
            }
            pages.store(visit.entry(), word);
            return true;
        }
    }

    /**
     * Unmaps from the start of a range up to the first entry that is not mapped, or is a block beyond the range's end.
     * Tables that become empty are given back.
     *
     * @return bytes that were unmapped
     */
    public long unmap(long address, long size) {
        Unmapping unmapping = new Unmapping();
        tables.walk(address, size, unmapping);
        return unmapping.unmapped;
    }

    private final class Unmapping implements Visitor {
        private long unmapped;

        @Override
        public Outcome leaf(Visit visit) {
            long size = tables.geometry.entrySize(visit.level());
            if (!isValid(visit.word()) || visit.end() - visit.address() < size) {
                return Outcome.INVALID;
            }
            clear(visit);
            unmapped += size;
            return Outcome.DONE;
        }

        @Override
        public Outcome leave(Visit visit) {
            if (!isTable(visit.word(), visit.level())) {
                throw new IllegalStateException("expected a table to stay while it is visited, but it went");
            }
            long table = tables.tableAt(visit.word());
            if (pages.references(table) == 1) {
                clear(visit);
                pages.put(table);
            }
            return Outcome.DONE;
        }

        private void clear(Visit visit) {
            pages.store(visit.entry(), 0);
            maintenance.invalidate(1);
            pages.put(visit.entry());
        }
    }

    /** Address of the root, for TTBR0_EL2. */
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

    /** Pages of tables that are in use, with the root. */
    public int liveTables() {
        return pages.live();
    }

    /** Gives all tables back; nothing may be asked afterwards. */
    public void destroy() {
        tables.destroy();
    }
}
