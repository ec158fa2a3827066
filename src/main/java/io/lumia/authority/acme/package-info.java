/**
 * ACME server (RFC 8555) of the embedded CA, as routes of the authority's HTTPS listener.
 *
 * <p>Front: {@code AcmeServer} (routes and answers), {@code RequestGate} (who signed this?). Resources: {@code AccountResource}, {@code
 * OrderResource}, {@code ChallengeResource}. Rules: {@code OrderState}, {@code NamePolicy}, {@code AddressPolicy}. Validation: {@code
 * Http01Validation}. Storage: {@code *Rows}.
 */
@NullMarked
package io.lumia.authority.acme;

import org.jspecify.annotations.NullMarked;
