/** TLS material as values, and listeners that change their certificate while running. */
@NullMarked
package io.lumia.tls;

import org.jspecify.annotations.NullMarked;
