/** The scheduler that renews the certificates of our own listeners before they expire. */
@NullMarked
package io.lumia.renewal;

import org.jspecify.annotations.NullMarked;
