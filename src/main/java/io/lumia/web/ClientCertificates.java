package io.lumia.web;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription.Known;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.store.CertificateRoles;
import io.lumia.web.Operator.How;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Whose client certificate it is. The names in it give nothing: what counts is the role that was recorded with its serial, and that our authority
 * knows exactly this certificate as one of the profile admin that is good now. Looked at on each request: a resumed TLS session skips the trust
 * manager, and a connection outlives a revocation.
 */
final class ClientCertificates {
    private final Vertx vertx;
    private final @Nullable CertificateRoles roles;
    private final Clock clock;

    /** @param roles null in a process without a store, where no certificate has a role */
    ClientCertificates(Vertx vertx, @Nullable CertificateRoles roles, Clock clock) {
        this.vertx = vertx;
        this.roles = roles;
        this.clock = clock;
    }

    Future<Optional<Operator>> whose(HttpServerRequest request) {
        var shown = shown(request);
        if (roles == null
                || shown == null
                || clock.instant().isAfter(shown.getNotAfter().toInstant())) {
            return Future.succeededFuture(Optional.empty());
        }
        var serial = SerialNumber.of(shown);
        return FleetBus.DESCRIBE_CERTIFICATE
                .ask(vertx, new DescribeCertificate(serial))
                .compose(described -> described instanceof Known known && isGood(known.certificate(), shown)
                        ? roles.of(serial).map(role -> role.map(label -> operator(known.certificate(), label)))
                        : Future.succeededFuture(Optional.empty()));
    }

    private static Operator operator(CertificateRecord certificate, String role) {
        return new Operator("certificate:" + certificate.identity(), Role.of(role), How.CERTIFICATE);
    }

    /** Another CA that is trusted here might use the same serial. */
    private static boolean isGood(CertificateRecord known, X509Certificate shown) {
        return known.profile() == Profile.ADMIN
                && known.status() == CertificateStatus.ACTIVE
                && Pem.of(shown).strip().equals(known.certificate().strip());
    }

    private static @Nullable X509Certificate shown(HttpServerRequest request) {
        try {
            var session = request.sslSession();
            return session == null ? null : (X509Certificate) session.getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException none) {
            return null;
        }
    }
}
