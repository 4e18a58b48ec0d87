package pagefold.arm64.capture;

import static pagefold.arm64.descriptor.Descriptor.PXN;
import static pagefold.arm64.descriptor.Descriptor.RDONLY;
import static pagefold.arm64.descriptor.Descriptor.UXN;

import java.io.IOException;
import java.util.function.LongUnaryOperator;
import pagefold.arm64.descriptor.Vmsa64Geometry;
import pagefold.model.Hex;
import pagefold.table.PhysicalMemory;
import pagefold.table.TableReader.WxReport;

/**
 * The kernel's check of its own tables, letter by letter as Linux 6.12 (arch/arm64/mm/ptdump.c): what may be written and
 * executed at EL1, and what may be executed at EL0.
 *
 * <p>It looks at leaves alone, also at those that are not valid, and not at the tables' attributes: as the kernel does.
 * Of each kind the first address is named, as by WARN_ONCE, without the hashing of pointers.
 */
public final class WxCheck {
    private final long granuleBits;
    private final StringBuilder text = new StringBuilder();
    private long writableExecutable;
    private long userExecutable;

    private WxCheck(int granuleBits) {
        this.granuleBits = granuleBits;
    }

    /**
     * Checks the tables of a kernel.
     *
     * @param base the input address of the first entry of {@code root}
     * @throws IllegalArgumentException when there are more than {@link TableDump#MAX_TABLES} tables
     */
    public static WxReport of(Vmsa64Geometry geometry, boolean bigEndian, PhysicalMemory memory, long root, long base) {
        return of(new TableTree(geometry, bigEndian, memory, root, base));
    }

    /**
     * Checks the tables of a kernel that shares some of them; one page stands for what is below a shared table.
     *
     * @param shared the word of every page below the shared table at an address; 0 for any other table
     */
    public static WxReport of(
            Vmsa64Geometry geometry, PhysicalMemory memory, long root, long base, LongUnaryOperator shared) {
        return of(new TableTree(geometry, false, memory, root, base, shared));
    }

    private static WxReport of(TableTree tree) {
        Vmsa64Geometry geometry = tree.geometry();
        WxCheck check = new WxCheck(geometry.granuleBits());
        try {
            tree.visit((address, level, word) -> {
                if ((word & DumpStyle.KERNEL.mask()) != 0) {
                    check.leaf(address, geometry.entrySize(level), word);
                }
            });
        } catch (IOException e) {
            throw new IllegalStateException("expected a check to write nothing, but it failed", e);
        }
        return check.report();
    }

    private void leaf(long address, long bytes, long word) {
        if ((word & UXN) == 0) {
            warn(userExecutable, "non-UXN", address);
            userExecutable += bytes >>> granuleBits;
        }
        if ((word & (RDONLY | PXN)) == 0) {
            warn(writableExecutable, "insecure W+X", address);
            writableExecutable += bytes >>> granuleBits;
        }
    }

    private void warn(long before, String what, long address) {
        if (before == 0) {
            String shown = Hex.address(address);
            text.append("arm64/mm: Found ")
                    .append(what)
                    .append(" mapping at address ")
                    .append(shown, 2, shown.length())
                    .append('/')
                    .append(shown)
                    .append('\n');
        }
    }

    private WxReport report() {
        boolean passed = writableExecutable == 0 && userExecutable == 0;
        text.append("Checked W+X mappings: ")
                .append(
                        passed
                                ? "passed, no W+X pages found"
                                : "FAILED, " + writableExecutable + " W+X pages found, " + userExecutable
                                        + " non-UXN pages found")
                .append('\n');
        return new WxReport(text.toString(), writableExecutable, userExecutable);
    }
}
