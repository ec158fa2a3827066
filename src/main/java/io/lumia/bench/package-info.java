/** Reproducible measurements against processes of their own, side by side with a peer. Knows the protocols, not the parts. */
@NullMarked
package io.lumia.bench;

import org.jspecify.annotations.NullMarked;
