/**
 * What Linux 6.12 does on arm32 with short and long descriptors alike: where it puts things, and how it writes a dump.
 *
 * <dl>
 *   <dt>PAGE_OFFSET<dd>first address of the kernel's part
 *   <dt>TASK_SIZE<dd>first address that is no process's; modules lie from there to PAGE_OFFSET
 *   <dt>high memory<dd>first virtual address behind the memory that is mapped linearly
 *   <dt>marker<dd>a heading of the kernel's dump
 * </dl>
 */
@NullMarked
package pagefold.arm32.linux;

import org.jspecify.annotations.NullMarked;
