/** Watches everything that can expire and says so on the bus. */
@NullMarked
package io.lumia.expiry;

import org.jspecify.annotations.NullMarked;
