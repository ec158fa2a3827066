/** MQTT packets on a connection: framing and checks before Netty's codec, reading on demand, writing in batches. */
@NullMarked
package io.lumia.broker.wire;

import org.jspecify.annotations.NullMarked;
