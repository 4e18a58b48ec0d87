/**
 * A plugin to learn from: the tables of a machine that does not exist, with all that a plugin needs and nothing else.
 *
 * <p><b>The machine.</b> It translates processes' addresses of 30 bits to physical ones of 36 bits, in pages of 4K or
 * blocks of 2M, by two levels of 512 words of 64 bits. Levels have Arm's numbers, so the last one is 3.
 *
 * <pre>
 *    29             21 20             12 11              0
 *   +-----------------+-----------------+-----------------+
 *   | word of level 2 | word of level 3 |  byte in a page |   input address
 *   +-----------------+-----------------+-----------------+
 *
 *    63 60 59      56 55 36 35        12 11 10   9   8   7   6    5    4   3   2   1   0
 *   +-----+----------+-----+------------+--+---+---+---+---+----+----+---+-------+---+---+
 *   |  0  | SOFTWARE |  0  |  address   |0 | G | A | D | R | UX | PX | U | MTYPE | 0 | V |   block or page
 *   +-----+----------+-----+------------+--+---+---+---+---+----+----+---+-------+---+---+
 *   |              0       |  address   |                 0                      | 1 | 1 |   table, level 2 only
 *   +----------------------+------------+----------------------------------------+---+---+
 * </pre>
 *
 * <dl>
 *   <dt>V<dd>whether the machine uses the word; one without V that is not zero is memory that grants nothing
 *   <dt>MTYPE<dd>0 device-nGnRnE, 1 device-nGnRE, 2 normal-nc, 3 normal-wb
 *   <dt>U<dd>unprivileged code may read, and write what privileged code may write
 *   <dt>PX, UX<dd>privileged, unprivileged code may execute; UX needs U
 *   <dt>R<dd>read-only
 *   <dt>D<dd>written: a word without D refuses writes, and the kernel sets D in the fault
 *   <dt>A<dd>accessed: a word without A refuses everything, and the kernel sets A in the fault
 *   <dt>G<dd>global: the same for all processes
 *   <dt>SOFTWARE<dd>four bits that the machine does not look at
 * </dl>
 *
 * <p>Memory is always readable by privileged code and inner shareable. A block's address is a multiple of 2M. Between
 * two valid words that differ in address, kind or MTYPE, or of which only the second has G, there must be an invalid
 * one, and an invalidation.
 */
@NullMarked
package sample;

import org.jspecify.annotations.NullMarked;
