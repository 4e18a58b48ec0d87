package pagefold.arm32.linux;

import pagefold.table.TableReader.WxReport;

/**
 * The kernel's check of its own tables, letter by letter as Linux 6.12 (arch/arm/mm/dump.c): what is neither read-only
 * nor execute-never.
 *
 * <p>The first address is named, as by WARN_ONCE.
 */
public final class WxCheck {
    private static final int PAGE_BITS = 12;

    private final StringBuilder text = new StringBuilder();
    private long pages;

    /** A check that has seen nothing yet. */
    public WxCheck() {}

    /**
     * An entry that is no table.
     *
     * @param address of 32 bits
     * @param bytes that it translates
     * @param isShown whether any bit of it shows in a dump; the kernel passes over the others
     * @param isReadOnly whether it matches its level's read-only bits
     * @param isExecuteNever whether it matches its level's execute-never bits
     */
    public void note(long address, long bytes, boolean isShown, boolean isReadOnly, boolean isExecuteNever) {
        if (!isShown || isReadOnly || isExecuteNever) {
            return;
        }
        if (pages == 0) {
            text.append("arm/mm: Found insecure W+X mapping at address 0x");
            for (int shift = 28; shift >= 0; shift -= 4) {
                text.append(Character.forDigit((int) (address >>> shift) & 0xf, 16));
            }
            text.append('\n');
        }
        pages += bytes >>> PAGE_BITS;
    }

    /** What was found. */
    public WxReport report() {
        String found = pages == 0 ? "passed, no W+X pages found" : "FAILED, " + pages + " W+X pages found";
        return new WxReport(text + "Checked W+X mappings: " + found + "\n", pages, 0);
    }
}
