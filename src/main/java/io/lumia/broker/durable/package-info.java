/** What the broker keeps on disk: rows in an embedded store, and the thread that commits them together. */
@NullMarked
package io.lumia.broker.durable;

import org.jspecify.annotations.NullMarked;
