/** A client of MQTT 5: connections, and sessions that outlive them. */
@NullMarked
package io.lumia.mqtt;

import org.jspecify.annotations.NullMarked;
