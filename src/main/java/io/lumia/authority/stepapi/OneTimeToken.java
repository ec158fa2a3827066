package io.lumia.authority.stepapi;

import io.lumia.bus.FleetBus.CertificateRecord;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token that was verified and used up: what its signer allows.
 *
 * @param provisioner by which it was made
 * @param subject common name of the new certificate, or serial of the one to revoke
 * @param names that the new certificate shall carry; empty: the subject
 * @param csrDigest SHA-256 of the only CSR it is good for, base64url; empty: any
 * @param signer certificate whose key signed it; null: the provisioner key did
 * @param signerRecord what the authority recorded of the signer; null: not one of ours
 */
record OneTimeToken(
        String provisioner,
        String subject,
        List<String> names,
        String csrDigest,
        @Nullable X509Certificate signer,
        @Nullable CertificateRecord signerRecord) {}
