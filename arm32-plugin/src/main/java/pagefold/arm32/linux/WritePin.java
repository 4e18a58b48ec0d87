package pagefold.arm32.linux;

import pagefold.model.Access;
import pagefold.model.Privilege;
import pagefold.model.SpaceKind;
import pagefold.table.Walk;

/**
 * Whether {@code __copy_to_user} of Linux 6.12 may write a page by itself while it holds the lock of its table, or lets a
 * write of one byte fault first ({@code pin_page_for_write}, arch/arm/lib/uaccess_with_memcpy.c).
 */
public final class WritePin {
    private WritePin() {}

    /**
     * Whether an access is one that Linux may do for a process: a write to the process's own memory.
     *
     * @param end where the addresses of processes end
     */
    public static boolean isAsked(SpaceKind kind, long address, Access access, Privilege privilege, long end) {
        return kind == SpaceKind.USER
                && access == Access.WRITE
                && privilege == Privilege.UNPRIVILEGED
                && Long.compareUnsigned(address, end) < 0;
    }

    /** Of an address whose tables end in an empty entry. */
    public static Walk.Pin ofNothing() {
        return new Walk.Pin(false, "nothing is mapped");
    }

    /** Of a page; what is said is the first thing that it lacks, in Linux's order. */
    public static Walk.Pin ofPage(boolean isYoung, boolean isWritable, boolean isDirty) {
        if (!isYoung || !isWritable) {
            return ofSection(isYoung, isWritable);
        }
        return isDirty
                ? new Walk.Pin(true, "young, writable and dirty")
                : new Walk.Pin(false, "clean: no write has marked it dirty");
    }

    /** Of a section of 2 MB, with LPAE ({@code pmd_hugewillfault}): it is not asked whether that is dirty. */
    public static Walk.Pin ofSection(boolean isYoung, boolean isWritable) {
        if (!isYoung) {
            return new Walk.Pin(false, "old: no access has made it young");
        }
        return isWritable
                ? new Walk.Pin(true, "a section that is young and writable, dirty or not")
                : new Walk.Pin(false, "read-only");
    }
}
