/** The ACME server (RFC 8555) in front of the embedded authority. */
@NullMarked
package io.lumia.authority.acme;

import org.jspecify.annotations.NullMarked;
