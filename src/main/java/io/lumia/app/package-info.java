/** The Lumia application: talks with the devices over MQTT and measures delivery. */
@NullMarked
package io.lumia.app;

import org.jspecify.annotations.NullMarked;
