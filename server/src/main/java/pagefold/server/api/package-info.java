/**
 * The server's HTTP interface, as {@code openapi.yaml} says it.
 *
 * <dl>
 *   <dt>problem<dd>an error on the wire, RFC 9457: a stable type, a sentence, and the numbers as members
 *   <dt>read<dd>a GET of a state; every one takes {@code at=POSITION}
 *   <dt>unit<dd>one command or a batch of them, which is accepted or rejected as a whole
 * </dl>
 */
@NullMarked
package pagefold.server.api;

import org.jspecify.annotations.NullMarked;
