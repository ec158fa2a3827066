package io.lumia.broker;

import static io.lumia.bus.FleetBus.DESCRIBE_CERTIFICATE;
import static io.lumia.bus.FleetBus.LIST_DEVICES;

import io.lumia.access.Standing;
import io.lumia.broker.Admission.Verdict.Admitted;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.ListDevices;
import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides at CONNECT what a certificate is good for, by what the authority recorded for its serial. It asks for every connection, because a
 * resumed TLS session skips the trust manager.
 */
final class Admission {
    private static final Logger log = LoggerFactory.getLogger(Admission.class);
    private static final int MOST_ALIKE = 1000;

    private final Vertx vertx;
    private final Clock clock;
    private final ClientIdentity names;
    private final ClientGate gate;

    Admission(Vertx vertx, Clock clock, ClientIdentity names, ClientGate gate) {
        this.vertx = vertx;
        this.clock = clock;
        this.names = names;
        this.gate = gate;
    }

    /** What became of a certificate. */
    sealed interface Verdict {
        /**
         * @param standing decides on topics of its own
         * @param chain as the client showed it
         */
        record Admitted(
                String identity, SerialNumber serial, Instant notAfter, Standing standing, List<X509Certificate> chain)
                implements Verdict {
            /** For as long as it is connected: certificates take memory. */
            Admitted withoutChain() {
                return new Admitted(identity, serial, notAfter, standing, List.of());
            }

            private Admitted as(Standing recorded) {
                return new Admitted(identity, serial, notAfter, recorded, chain);
            }
        }

        record Refused(Refusal refusal) implements Verdict {}
    }

    /** @param chain as the client showed it; empty: none */
    Future<Verdict> judge(List<X509Certificate> chain) {
        if (chain.isEmpty()) {
            return refused(Refusal.NO_CERTIFICATE);
        }
        var leaf = chain.get(0);
        if (leaf.getSerialNumber().signum() <= 0) {
            return refused(Refusal.BAD_CERTIFICATE);
        }
        var identity = names.of(leaf);
        if (identity.isEmpty()) {
            return refused(Refusal.NO_IDENTITY);
        }
        var validity = Validity.of(leaf);
        if (!validity.contains(clock.instant())) {
            return refused(Refusal.EXPIRED);
        }
        var candidate = new Admitted(
                identity.get(), SerialNumber.of(leaf), validity.notAfter(), Standing.GUEST, List.copyOf(chain));
        var objection = objection(candidate);
        return objection == null ? recorded(candidate) : refused(objection);
    }

    /** Null while the operator's files have nothing against the client; they can change while it waits. */
    @Nullable
    Refusal objection(Admitted client) {
        if (!gate.isAllowed(client.identity)) {
            return Refusal.NOT_ALLOWED;
        }
        return gate.isRevoked(client.chain) ? Refusal.REVOKED : null;
    }

    /** For the log; null when the certificate does not say. */
    @Nullable
    String identity(List<X509Certificate> chain) {
        return chain.isEmpty() ? null : names.of(chain.get(0)).orElse(null);
    }

    private Future<Verdict> recorded(Admitted candidate) {
        return DESCRIBE_CERTIFICATE
                .ask(vertx, new DescribeCertificate(candidate.serial))
                .compose(description -> description instanceof CertificateDescription.Known known
                                && isThe(known.certificate(), candidate.chain.get(0))
                        ? verdict(known.certificate(), candidate)
                        : ofAnother(candidate))
                .recover(broken -> {
                    log.atWarn()
                            .addKeyValue("serial", candidate.serial)
                            .addKeyValue("reason", broken.getMessage())
                            .log("authority did not describe a certificate");
                    return refused(Refusal.NO_AUTHORITY);
                });
    }

    /** Another CA may use the same serial. */
    private static boolean isThe(CertificateRecord recorded, X509Certificate presented) {
        return recorded.certificate().strip().equals(Pem.of(presented).strip())
                || Pem.certificates(recorded.certificate()).get(0).equals(presented);
    }

    private Future<Verdict> verdict(CertificateRecord certificate, Admitted candidate) {
        if (certificate.status() == CertificateStatus.REVOKED) {
            return refused(Refusal.REVOKED);
        }
        if (!gate.isStillTrusted(candidate.chain)) {
            return refused(Refusal.NOT_TRUSTED);
        }
        return switch (certificate.profile()) {
            case BOOTSTRAP -> refused(Refusal.BOOTSTRAP);
            case SERVER -> refused(Refusal.SERVER);
            case DEVICE ->
                isOwn(certificate, candidate.identity)
                        ? Future.succeededFuture(candidate.as(Standing.DEVICE))
                        : refused(Refusal.NOT_A_MEMBER);
            case ADMIN ->
                isNamed(certificate, candidate.identity)
                        ? Future.succeededFuture(candidate)
                        : refused(Refusal.NOT_A_MEMBER);
            case SITE ->
                isNamed(certificate, candidate.identity)
                        ? unlessMember(candidate.as(Standing.SITE))
                        : refused(Refusal.NOT_A_MEMBER);
        };
    }

    /** A client of another CA that the operator trusts. */
    private Future<Verdict> ofAnother(Admitted candidate) {
        return gate.isFromOtherAuthority(candidate.chain) ? unlessMember(candidate) : refused(Refusal.UNKNOWN_SERIAL);
    }

    /** Rules and sessions go by the identity, so one of the fleet's devices keeps its name to itself. */
    private Future<Verdict> unlessMember(Admitted candidate) {
        return LIST_DEVICES
                .ask(vertx, new ListDevices(candidate.identity, 0, MOST_ALIKE))
                .map(alike -> {
                    boolean free = alike.total() <= MOST_ALIKE
                            && alike.devices().stream()
                                    .noneMatch(device -> device.name().value().equals(candidate.identity));
                    return free ? candidate : new Verdict.Refused(Refusal.NAME_OF_MEMBER);
                });
    }

    private static boolean isNamed(CertificateRecord certificate, String identity) {
        return certificate.identity().equals(identity) || certificate.names().contains(identity);
    }

    private static boolean isOwn(CertificateRecord certificate, String identity) {
        var device = certificate.device();
        return device != null && device.value().equals(identity);
    }

    private static Future<Verdict> refused(Refusal refusal) {
        return Future.succeededFuture(new Verdict.Refused(refusal));
    }
}
