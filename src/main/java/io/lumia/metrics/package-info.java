/** Owns the meter registry; serves metrics and health. */
@NullMarked
package io.lumia.metrics;

import org.jspecify.annotations.NullMarked;
