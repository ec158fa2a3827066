package io.lumia.authority;

import io.lumia.bus.FleetBus.TrustChanged;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.lumia.x509.RevokedCertificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the authority consists of at the moment; a rotation replaces it as a whole.
 *
 * @param issuing signs leaves
 * @param serving generations that have a CRL and OCSP answers, the one that issues first
 * @param accepted those of them whose clients are let in
 * @param trusted the roots that are published, that of the one that issues first
 * @param bundleAt since when these are published
 * @param revoked intermediates that were replaced and revoked, with the root that signed them
 * @param lacking the generation that should issue but has no keys on this node, which then issues nothing; null: none
 */
record CaState(
        Ca issuing,
        List<Ca> serving,
        List<Ca> accepted,
        List<X509Certificate> trusted,
        Instant bundleAt,
        List<Revoked> revoked,
        @Nullable Integer lacking) {
    /** An intermediate that its root's CRL lists. */
    record Revoked(X509Certificate root, RevokedCertificate intermediate) {}

    CaState {
        revoked = List.copyOf(revoked);
        serving = List.copyOf(serving);
        accepted = List.copyOf(accepted);
        trusted = List.copyOf(trusted);
    }

    String bundlePem() {
        return Pem.of(trusted);
    }

    TrustChanged bundle() {
        return new TrustChanged(bundlePem(), Fingerprint.ofBundle(trusted).hex(), bundleAt);
    }

    /** What the CRL of this root lists. */
    List<RevokedCertificate> revokedBy(X509Certificate root) {
        return revoked.stream()
                .filter(one -> one.root.equals(root))
                .map(Revoked::intermediate)
                .toList();
    }

    /** Of every generation that is accepted; null when the roots sign leaves themselves. */
    @Nullable
    String intermediatesPem() {
        var all = accepted.stream()
                .map(Ca::intermediatePem)
                .filter(Objects::nonNull)
                .collect(Collectors.joining());
        return all.isEmpty() ? null : all;
    }
}
