package io.lumia.authority.stepapi;

import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.config.StepApiConfig;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Profile;
import io.lumia.x509.UnfitRequest;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The next certificate for whoever holds the key of the present one. */
final class RenewResource {
    private final TokenGate gate;
    private final Signers signers;
    private final StepIssuer issuer;
    private final StepApiConfig config;
    private final WorkerExecutor worker;
    private final Clock clock;

    RenewResource(
            TokenGate gate,
            Signers signers,
            StepIssuer issuer,
            StepApiConfig config,
            WorkerExecutor worker,
            Clock clock) {
        this.gate = gate;
        this.signers = signers;
        this.issuer = issuer;
        this.config = config;
        this.worker = worker;
        this.clock = clock;
    }

    record Rekey(@Nullable String csr) {}

    /**
     * The same key again. Fails with {@link StepRefusal}.
     *
     * @param peer presented by TLS
     * @param bearer token that presents a certificate instead; empty: none
     */
    Future<ChainAnswer> renew(Optional<X509Certificate> peer, String bearer) {
        return peer.map(Future::succeededFuture)
                .orElseGet(() -> {
                    if (bearer.isEmpty()) {
                        throw StepRefusal.badRequest("missing client certificate: present the one to renew by TLS, or a"
                                + " token signed with its key");
                    }
                    return gate.presented(bearer);
                })
                .compose(certificate -> again(certificate, certificate.getPublicKey(), "renew"));
    }

    /** Another key, from the CSR, of which nothing else counts. Fails with {@link StepRefusal}. */
    Future<ChainAnswer> rekey(Optional<X509Certificate> peer, Rekey asked) {
        var present = peer.orElseThrow(
                () -> StepRefusal.badRequest("missing client certificate: present the one to rekey by TLS"));
        var csr = asked.csr();
        if (csr == null || csr.isEmpty()) {
            throw StepRefusal.badRequest("the request needs 'csr'");
        }
        return worker.executeBlocking(() -> key(csr), false).compose(key -> again(present, key, "rekey"));
    }

    private Future<ChainAnswer> again(X509Certificate present, PublicKey key, String via) {
        return signers.ours(present)
                .map(known -> {
                    requireRenewable(known, via);
                    var forClients = known.profile() == Profile.SERVER && Signers.forClients(present);
                    return new Reissue(known, key, forClients, via);
                })
                .compose(issuer::reissue)
                .map(ChainAnswer::of);
    }

    private void requireRenewable(CertificateRecord known, String via) {
        var now = clock.instant();
        if (now.isBefore(known.validity().notBefore())) {
            throw StepRefusal.unauthorized("the certificate " + known.serial() + " is not valid before "
                    + known.validity().notBefore());
        }
        if (known.profile() == Profile.BOOTSTRAP && via.equals("rekey")) {
            throw StepRefusal.forbidden("a bootstrap certificate carries the device's identity key, which stays");
        }
        if (known.status() != CertificateStatus.EXPIRED || !graceful(known)) {
            Signers.requireActive(known);
        }
    }

    private boolean graceful(CertificateRecord known) {
        var provisioner = known.provisioner();
        return provisioner != null
                && config.renewalAfterExpiry().contains(provisioner)
                && !clock.instant().isAfter(known.validity().notAfter().plus(config.grace()));
    }

    private static PublicKey key(String csr) {
        try {
            return CertificateRequest.parse(csr).publicKey();
        } catch (UnfitRequest unfit) {
            throw StepRefusal.badRequest(String.valueOf(unfit.getMessage()));
        }
    }
}
