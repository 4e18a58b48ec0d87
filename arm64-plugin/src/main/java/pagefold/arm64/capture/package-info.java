/**
 * Captured machines: registers and memory read as the machine's own MMU and its own kernel would read them.
 *
 * <dl>
 *   <dt>dump<dd>{@code /sys/kernel/debug/kernel_page_tables} of Linux 6.12, and KVM's {@code stage2_page_tables}
 *   <dt>marker<dd>a heading in a dump at an address of the kernel's layout
 *   <dt>note<dd>one entry that a dump looks at; neighbours that look alike become one line
 * </dl>
 */
@NullMarked
package pagefold.arm64.capture;

import org.jspecify.annotations.NullMarked;
