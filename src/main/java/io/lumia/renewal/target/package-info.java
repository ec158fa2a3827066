/** What a renewed certificate is installed in: Mosquitto, EMQX, HAProxy, files with a command, our own listeners. */
@NullMarked
package io.lumia.renewal.target;

import org.jspecify.annotations.NullMarked;
