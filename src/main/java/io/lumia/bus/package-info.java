/** Every conversation between the parts: addresses, messages and outcomes of the event bus in one place. */
@NullMarked
package io.lumia.bus;

import org.jspecify.annotations.NullMarked;
