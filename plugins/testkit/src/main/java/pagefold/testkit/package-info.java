/** The conformance test that plugin authors extend, seeded generators and readers of the conformance data. */
@NullMarked
package pagefold.testkit;

import org.jspecify.annotations.NullMarked;
