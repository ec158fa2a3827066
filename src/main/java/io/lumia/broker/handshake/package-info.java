/** A connection's way from TCP to CONNECT: how many may be on it, and in which order their TLS handshakes get the processor. */
@NullMarked
package io.lumia.broker.handshake;

import org.jspecify.annotations.NullMarked;
