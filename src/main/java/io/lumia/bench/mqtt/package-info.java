/** A light MQTT 5 client for load: as little processor time as may be, and the same towards every broker. */
@NullMarked
package io.lumia.bench.mqtt;

import org.jspecify.annotations.NullMarked;
