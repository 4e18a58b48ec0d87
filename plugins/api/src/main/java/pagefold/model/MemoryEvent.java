package pagefold.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What has happened in a simulation: architecture-neutral, never changed, the only truth. */
public sealed interface MemoryEvent {

    /** An event in one named space. */
    sealed interface InSpace extends MemoryEvent {
        String space();
    }

    record SpaceCreated(String space, SpaceKind kind) implements InSpace {}

    record SpaceDestroyed(String space) implements InSpace {}

    /** The range is mapped; whatever was mapped there before is gone. */
    record RangeMapped(String space, AddressRange range, Output output, Attributes attributes) implements InSpace {}

    /** Nothing is mapped in the range any more. */
    record RangeUnmapped(String space, AddressRange range) implements InSpace {}

    record RangeProtected(String space, AddressRange range, Permissions permissions) implements InSpace {}

    /** The contents of {@code from} are at {@code to}, extended to its length; {@code from} is no longer mapped. */
    record RangeMoved(String space, AddressRange from, AddressRange to) implements InSpace {}

    /** {@code child} is a copy of {@code space}. */
    record SpaceForked(String space, String child) implements InSpace {}

    /** {@code child} is a kernel space with a writable copy of a range of {@code space}. */
    record KernelCopied(String space, String child, AddressRange range) implements InSpace {}

    record RangeTouched(String space, AddressRange range, Access access, Privilege privilege) implements InSpace {}

    record RangeAged(String space, AddressRange range) implements InSpace {}

    record RangeWriteProtected(String space, AddressRange range) implements InSpace {}

    /** The range grants these permissions, too; none has gone. */
    record RangeRelaxed(String space, AddressRange range, Permissions permissions) implements InSpace {}

    /** No leaf in the range is larger than {@code leafSize} bytes, which is positive. */
    record RangeSplit(String space, AddressRange range, long leafSize) implements InSpace {
        public RangeSplit {
            check(leafSize);
        }

        static void check(long leafSize) {
            if (leafSize < 1) {
                throw new IllegalArgumentException("expected a leaf size from 1 to 2^63-1, but it is " + leafSize);
            }
        }
    }

    /**
     * What has happened to the kernel's half that a process carries in its own start table: an event in a space of kind
     * {@link SpaceKind#USER}. The kernel's own tables are as they were.
     */
    sealed interface WithKernel extends InSpace {}

    /** The process carries a kernel from now on: its start table has copies of all of the kernel's entries. */
    record KernelAttached(String space, String kernel) implements WithKernel {}

    /** The entries of a range in the process's start table are copies of those that its kernel has now. */
    record KernelEntriesCopied(String space, AddressRange range) implements WithKernel {}

    /**
     * Accesses have reached memory of the kernel through the process's tables: entries that were missing at them are
     * copies of those that the kernel has now.
     */
    record KernelTouched(String space, AddressRange range, Access access, Privilege privilege) implements WithKernel {}

    /** The sections of a range grant these permissions in the process's start table, whatever they do elsewhere. */
    record KernelEntriesProtected(String space, AddressRange range, Permissions permissions) implements WithKernel {}

    /** What Linux has done to its own tables: an event in a space of kind {@link SpaceKind#KERNEL}. */
    sealed interface InKernel extends InSpace {}

    /** Every live word of the range has been written over, without a break, with these attributes. */
    record RangeChanged(String space, AddressRange range, Attributes attributes) implements InKernel {}

    /** The pages of the range, and of the linear map where they are mapped again, have changed. */
    record MemorySet(
            String space,
            AddressRange range,
            MemoryChange change,
            @Nullable AddressRange aliases) implements InKernel {

        /** Everything that changes in a space: the range, then its aliases in order. */
        public List<AddressRange> ranges(AddressSpace before) {
            List<AddressRange> all = new ArrayList<>(List.of(range));
            if (aliases != null) {
                all.addAll(Aliases.of(before, range, aliases));
            }
            return all;
        }
    }

    /** Nothing is mapped in the range any more, and its tables have stayed. */
    record RangeVacated(String space, AddressRange range) implements InKernel {}

    /** Nothing is mapped in the range any more: first its leaves went, then the tables that were empty. */
    record RangeHotRemoved(String space, AddressRange range) implements InKernel {}

    /**
     * From here on this plugin projects the simulation.
     *
     * @param digest SHA-256 of the plugin's jar, 64 hexadecimal digits; {@code null} where nobody knew it
     */
    record PluginSelected(PluginBinding binding, @Nullable String digest) implements MemoryEvent {}

    record Annotated(@Nullable String space, String text) implements MemoryEvent {}
}
