/**
 * What the CA tells of revoked certificates: CRLs (RFC 5280), OCSP (RFC 6960), and the journal by which revocations outlive the database.
 *
 * <p>Front: {@code RevocationService}, {@code RevocationRoutes}. CRLs: {@code CrlPublisher} (when), {@code CrlBuilder} (what). OCSP: {@code
 * OcspResponder}, {@code OcspSigner}. Journal: {@code RevocationJournal}, {@code JournalMerge}.
 */
@NullMarked
package io.lumia.authority.revocation;

import org.jspecify.annotations.NullMarked;
