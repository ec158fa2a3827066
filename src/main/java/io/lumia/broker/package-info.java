/** The embedded MQTT broker: identity from the client certificate, topic rules, sessions, retained messages. */
@NullMarked
package io.lumia.broker;

import org.jspecify.annotations.NullMarked;
