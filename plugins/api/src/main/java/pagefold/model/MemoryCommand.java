package pagefold.model;

import org.jspecify.annotations.Nullable;

/** What a user asks of a simulation. A command is decided; what it leads to are {@link MemoryEvent}s. */
public sealed interface MemoryCommand {

    /** Makes an empty space. */
    record CreateSpace(String space, SpaceKind kind) implements MemoryCommand {
        public CreateSpace {
            Names.checkIdentifier("space", space);
        }
    }

    /** Removes a space with all its regions. */
    record DestroySpace(String space) implements MemoryCommand {}

    /**
     * Maps a range.
     *
     * @param replace whether what is mapped there goes first, as with {@code MAP_FIXED}; otherwise an overlap is
     *     rejected
     */
    record MapRange(String space, AddressRange range, Output output, Attributes attributes, boolean replace)
            implements MemoryCommand {
        public MapRange {
            if (output instanceof Output.Backed(String object, long offset, Sharing sharing)) {
                Names.checkNotReserved(object);
            }
            if (output instanceof Output.Repeated(String object)) {
                Names.checkNotReserved(object);
            }
        }
    }

    /**
     * Unmaps a range; regions that cross its ends are cut.
     *
     * @param holes whether parts that are not mapped are passed over, as {@code munmap(2)} does; otherwise they are
     *     rejected
     * @param policy what becomes of the tables; all but {@link UnmapPolicy#FREE_TABLES} are for kernels
     */
    record UnmapRange(String space, AddressRange range, boolean holes, UnmapPolicy policy) implements MemoryCommand {

        /** As {@code munmap(2)} does. */
        public UnmapRange(String space, AddressRange range, boolean holes) {
            this(space, range, holes, UnmapPolicy.FREE_TABLES);
        }
    }

    /** What becomes of tables when memory is unmapped. */
    enum UnmapPolicy {
        /** Tables go with the last word in them, as {@code munmap(2)} has it. */
        FREE_TABLES,
        /** Tables stay when they are empty, as {@code vunmap} has it; a larger mapping takes their place later. */
        KEEP_TABLES,
        /**
         * All leaves go first, then the tables that are empty, as when memory is removed while the machine runs; a leaf
         * or contiguous run that reaches beyond the range is rejected.
         */
        HOT_REMOVE
    }

    /** Sets the permissions of a range, all of which must be mapped. */
    record ProtectRange(String space, AddressRange range, Permissions permissions) implements MemoryCommand {}

    /**
     * Moves a range, as {@code mremap(2)} does. A longer destination extends the last region moved; the destination
     * may start where the source does and extend it in place.
     *
     * @param from what moves; all of it must be mapped
     * @param to where to; not shorter than {@code from}
     * @param replace whether what is mapped at the destination goes first; otherwise an overlap is rejected
     */
    record MoveRange(String space, AddressRange from, AddressRange to, boolean replace) implements MemoryCommand {}

    /** Makes {@code child} a copy of the user space {@code parent}; private memory becomes copy-on-write in both. */
    record ForkSpace(String parent, String child) implements MemoryCommand {
        public ForkSpace {
            Names.checkIdentifier("space", child);
        }
    }

    /**
     * Makes {@code child} a kernel space with a copy of the tables of a range of {@code parent}, from which a hibernated
     * kernel resumes: all that is mapped may be written there, and what was invalid is valid. Nothing in the range may
     * be executable or grant nothing; holes are passed over.
     */
    record CopyKernel(String parent, String child, AddressRange range) implements MemoryCommand {
        public CopyKernel {
            Names.checkIdentifier("space", child);
        }
    }

    /**
     * Simulated accesses to every byte of a range. Where a process has nothing mapped and the kernel that it carries has,
     * they are accesses to the kernel.
     */
    record TouchRange(String space, AddressRange range, Access access, Privilege privilege) implements MemoryCommand {}

    /** Clears the accessed state of a range. */
    record AgeRange(String space, AddressRange range) implements MemoryCommand {}

    /** Makes the writable pages of a range fault on the next write, as dirty logging does. */
    record WriteProtectRange(String space, AddressRange range) implements MemoryCommand {}

    /**
     * Adds permissions to a range, all of which must be mapped, and takes none away, as a permission fault of a guest is
     * resolved. Pages that are write-protected stay so unless writing is among what is added.
     */
    record RelaxRange(String space, AddressRange range, Permissions permissions) implements MemoryCommand {}

    /**
     * Splits the leaves of a range, all of which must be mapped, that are larger than wanted: blocks before dirty
     * logging. Leaves that are small enough stay as they are. Nothing changes in what is mapped.
     *
     * @param leafSize bytes of the largest leaf or contiguous run that may stay, from 1
     */
    record SplitRange(String space, AddressRange range, long leafSize) implements MemoryCommand {
        public SplitRange {
            MemoryEvent.RangeSplit.check(leafSize);
        }
    }

    /** What Linux does to its own tables: a command for a space of kind {@link SpaceKind#KERNEL}. */
    sealed interface InKernel extends MemoryCommand {
        String space();
    }

    /**
     * Gives a range, all of which must be mapped, other attributes in place: every live word is written over, without a
     * break. What Linux calls unsafe (another memory type, a mark of contiguity, global after not global, a leaf cut by
     * an end of the range) is rejected with the first word it would happen to.
     */
    record ChangeRange(String space, AddressRange range, Attributes attributes) implements InKernel {}

    /**
     * Changes kernel memory page by page, all of which must be mapped, grant something and belong to the kernel; blocks
     * and contiguous runs are rejected.
     *
     * @param aliases the linear map, of which the pages that the range leads to change, too, as a kernel does that
     *     protects read-only data everywhere ({@code rodata=full}); only for {@link MemoryChange#reachesAliases}. Its
     *     first byte must lead to a given physical address, and each page to the one that follows from it
     */
    record SetMemory(
            String space,
            AddressRange range,
            MemoryChange change,
            @Nullable AddressRange aliases) implements InKernel {}

    /**
     * What becomes of the kernel's half that a process carries in its own start table, where hardware finds all of an
     * address space through one table: a command for a space of kind {@link SpaceKind#USER}.
     */
    sealed interface WithKernel extends MemoryCommand {
        String space();
    }

    /**
     * Makes a process carry a kernel, as {@code pgd_alloc} does: the entries that the kernel has now are copied. Later
     * ones come with {@link CopyKernelEntries} or, one by one, with {@link TouchRange}. Children of a process carry its
     * kernel, too, which is not destroyed before them.
     */
    record AttachKernel(String space, String kernel) implements WithKernel {}

    /**
     * Copies the entries of a range from the kernel that a process carries, as Linux does for the range of {@code
     * vmalloc} when it switches to a process whose copies are old ({@code check_vmalloc_seq}).
     */
    record CopyKernelEntries(String space, AddressRange range) implements WithKernel {}

    /**
     * Sets the permissions of sections of the kernel in the start table of one process and nowhere else, as {@code
     * section_update} of arch/arm/mm/init.c does with the tables that it is given. All of the range must be mapped by
     * the kernel, and by sections in the process.
     */
    record ProtectKernelEntries(String space, AddressRange range, Permissions permissions) implements WithKernel {}

    /** Binds the simulation to a plugin and a profile. */
    record SelectPlugin(PluginBinding binding) implements MemoryCommand {}

    /** Leaves a remark in the history. */
    record Annotate(@Nullable String space, String text) implements MemoryCommand {}

    /** The command that leads to an event in the state in which it has happened, and there only to this one. */
    static MemoryCommand repeating(MemoryEvent event) {
        return switch (event) {
            case MemoryEvent.SpaceCreated e -> new CreateSpace(e.space(), e.kind());
            case MemoryEvent.SpaceDestroyed e -> new DestroySpace(e.space());
            case MemoryEvent.RangeMapped e -> new MapRange(e.space(), e.range(), e.output(), e.attributes(), true);
            case MemoryEvent.RangeUnmapped e -> new UnmapRange(e.space(), e.range(), true, UnmapPolicy.FREE_TABLES);
            case MemoryEvent.RangeProtected e -> new ProtectRange(e.space(), e.range(), e.permissions());
            case MemoryEvent.RangeMoved e -> new MoveRange(e.space(), e.from(), e.to(), true);
            case MemoryEvent.SpaceForked e -> new ForkSpace(e.space(), e.child());
            case MemoryEvent.RangeTouched e -> new TouchRange(e.space(), e.range(), e.access(), e.privilege());
            case MemoryEvent.RangeAged e -> new AgeRange(e.space(), e.range());
            case MemoryEvent.RangeWriteProtected e -> new WriteProtectRange(e.space(), e.range());
            case MemoryEvent.RangeRelaxed e -> new RelaxRange(e.space(), e.range(), e.permissions());
            case MemoryEvent.RangeSplit e -> new SplitRange(e.space(), e.range(), e.leafSize());
            case MemoryEvent.RangeChanged e -> new ChangeRange(e.space(), e.range(), e.attributes());
            case MemoryEvent.MemorySet e -> new SetMemory(e.space(), e.range(), e.change(), e.aliases());
            case MemoryEvent.RangeVacated e -> new UnmapRange(e.space(), e.range(), true, UnmapPolicy.KEEP_TABLES);
            case MemoryEvent.RangeHotRemoved e -> new UnmapRange(e.space(), e.range(), true, UnmapPolicy.HOT_REMOVE);
            case MemoryEvent.KernelCopied e -> new CopyKernel(e.space(), e.child(), e.range());
            case MemoryEvent.KernelAttached e -> new AttachKernel(e.space(), e.kernel());
            case MemoryEvent.KernelEntriesCopied e -> new CopyKernelEntries(e.space(), e.range());
            case MemoryEvent.KernelTouched e -> new TouchRange(e.space(), e.range(), e.access(), e.privilege());
            case MemoryEvent.KernelEntriesProtected e ->
                new ProtectKernelEntries(e.space(), e.range(), e.permissions());
            case MemoryEvent.PluginSelected e -> new SelectPlugin(e.binding());
            case MemoryEvent.Annotated e -> new Annotate(e.space(), e.text());
        };
    }
}
