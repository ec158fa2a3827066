/** Certificates, requests, names and serial numbers (RFC 5280, RFC 2986). Pure: no I/O, no clock, no randomness of its own. */
@NullMarked
package io.lumia.x509;

import org.jspecify.annotations.NullMarked;
