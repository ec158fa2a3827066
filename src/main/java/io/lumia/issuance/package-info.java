/** Where a certificate comes from: an ACME server, step-ca's own API, the embedded CA, and what is tried when one fails. */
@NullMarked
package io.lumia.issuance;

import org.jspecify.annotations.NullMarked;
