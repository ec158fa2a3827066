/** A real Mosquitto as the fleet's broker: topic rules, revocation and the end of sessions. */
@NullMarked
package io.lumia.mosquitto;

import org.jspecify.annotations.NullMarked;
