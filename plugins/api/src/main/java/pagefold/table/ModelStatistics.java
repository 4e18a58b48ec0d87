package pagefold.table;

import java.util.List;

/**
 * What the tables of one simulation cost and hold.
 *
 * @param spaces by name
 * @param overMappedBytes bytes mapped beyond what the regions asked for, by coarsening
 * @param widenedPermissionBytes bytes that grant more than their regions asked for, by coarsening
 */
public record ModelStatistics(List<Space> spaces, long overMappedBytes, long widenedPermissionBytes) {

    /**
     * One space.
     *
     * @param space its name
     * @param kind the name of a {@link pagefold.model.SpaceKind}
     * @param root physical address of the start table
     * @param tables number of tables, the start table with them
     * @param tableBytes bytes of those tables
     * @param leaves valid leaves by level, highest table first
     * @param contiguousEntries how many of the leaves are marked contiguous
     * @param mappedBytes bytes that valid leaves translate
     * @param registers what registers say of the tables; empty when the model does not know
     */
    public record Space(
            String space,
            String kind,
            long root,
            long tables,
            long tableBytes,
            List<Leaves> leaves,
            long contiguousEntries,
            long mappedBytes,
            List<Register> registers) {

        /** Of a model that tells of no registers. */
        public Space(
                String space,
                String kind,
                long root,
                long tables,
                long tableBytes,
                List<Leaves> leaves,
                long contiguousEntries,
                long mappedBytes) {
            this(space, kind, root, tables, tableBytes, leaves, contiguousEntries, mappedBytes, List.of());
        }
    }

    /**
     * A register, or a field of one.
     *
     * @param name as {@code TTBR0_EL1} or {@code TCR_EL1.T0SZ}
     */
    public record Register(String name, long value) {}

    /**
     * The leaves of one level.
     *
     * @param level hardware level
     * @param size bytes a leaf translates
     * @param count how many there are
     */
    public record Leaves(int level, long size, long count) {}

    public long tables() {
        return spaces.stream().mapToLong(Space::tables).sum();
    }

    public long tableBytes() {
        return spaces.stream().mapToLong(Space::tableBytes).sum();
    }
}
