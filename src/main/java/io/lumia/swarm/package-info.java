/** Simulated devices, each with its own key, certificate and address. */
@NullMarked
package io.lumia.swarm;

import org.jspecify.annotations.NullMarked;
