/**
 * The long-descriptor format of VMSAv8-32 (LPAE; Arm ARM G5.5): stage 1 of PL1&amp;0 and of PL2 with 4 KB pages and 32-bit
 * virtual addresses, stage 2 with intermediate physical addresses of up to 40 bits, 40-bit physical addresses. Stage 1
 * of PL1&amp;0 is as Linux 6.12 writes it (arch/arm/include/asm/pgtable-3level.h).
 *
 * <dl>
 *   <dt>L1<dd>Linux's PGD: 4 entries of 1 GB; P4D and PUD are folded into it
 *   <dt>L2<dd>Linux's PMD: 512 entries of 2 MB, tables or blocks ("sections" in the kernel's words)
 *   <dt>L3<dd>Linux's PTE: 512 pages
 *   <dt>PL1, PL0<dd>privileged and unprivileged execution
 *   <dt>PL2<dd>execution of the hypervisor (Hyp mode)
 *   <dt>concatenated<dd>up to 16 pages side by side as one start table of stage 2
 *   <dt>swapper<dd>the kernel's own tables, {@code swapper_pg_dir}
 * </dl>
 */
@NullMarked
package pagefold.arm32.lpae;

import org.jspecify.annotations.NullMarked;
