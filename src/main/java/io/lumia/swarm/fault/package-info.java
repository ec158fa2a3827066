/** What goes wrong with simulated devices, on purpose. */
@NullMarked
package io.lumia.swarm.fault;

import org.jspecify.annotations.NullMarked;
