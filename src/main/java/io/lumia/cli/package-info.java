/** One class per command, and the composition root of the run command. */
@NullMarked
package io.lumia.cli;

import org.jspecify.annotations.NullMarked;
