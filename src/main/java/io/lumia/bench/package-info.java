/** Reproducible measurements of this program beside its peers, each as a process of its own. */
@NullMarked
package io.lumia.bench;

import org.jspecify.annotations.NullMarked;
