/** Answers questions to the authority in a process that does not run one, by asking the process that does. */
@NullMarked
package io.lumia.upstream;

import org.jspecify.annotations.NullMarked;
