/**
 * The tables of Linux's KVM on arm64: those of the hypervisor itself (EL2, stage 1) and those of a guest (stage 2).
 *
 * <p>The kernel has one walker for both, and small visitors for its operations; so has this package. What is written,
 * in which order, what is invalidated and which page is given back when is that of a named version of Linux:
 * {@link pagefold.arm64.kvm.KvmPolicy}.
 *
 * <dl>
 *   <dt>entry<dd>the place of a word in a table, by its physical address
 *   <dt>leaf<dd>in a visit: an entry whose word is no table, be it valid or not
 *   <dt>counted<dd>a word that is not zero: it holds a reference on the page of its table
 *   <dt>annotation<dd>a word that is not valid and not zero: it says who owns the page
 * </dl>
 */
@NullMarked
package pagefold.arm64.kvm;

import org.jspecify.annotations.NullMarked;
