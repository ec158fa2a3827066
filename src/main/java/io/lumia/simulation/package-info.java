/** A fleet's renewals in simulated time, by the rules that devices and CA really go by; no clock, no files, no threads. */
@NullMarked
package io.lumia.simulation;

import org.jspecify.annotations.NullMarked;
