package io.lumia.broker;

import static io.lumia.bus.FleetBus.DESCRIBE_CERTIFICATE;

import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides at CONNECT what a certificate is good for, by what the authority recorded for its serial. It asks for every connection, because a
 * resumed TLS session skips the trust manager.
 */
final class Admission {
    private static final Logger log = LoggerFactory.getLogger(Admission.class);

    private final Vertx vertx;
    private final Clock clock;

    Admission(Vertx vertx, Clock clock) {
        this.vertx = vertx;
        this.clock = clock;
    }

    /** What became of a certificate. */
    sealed interface Verdict {
        /** @param member whether it is a device of the fleet, with topics of its own */
        record Admitted(String identity, SerialNumber serial, Instant notAfter, boolean member) implements Verdict {}

        record Refused(Refusal refusal) implements Verdict {}
    }

    Future<Verdict> judge(@Nullable X509Certificate presented) {
        if (presented == null) {
            return refused(Refusal.NO_CERTIFICATE);
        }
        var identity = commonName(presented);
        if (identity == null || presented.getSerialNumber().signum() <= 0) {
            return refused(Refusal.BAD_CERTIFICATE);
        }
        var validity = Validity.of(presented);
        if (!validity.contains(clock.instant())) {
            return refused(Refusal.EXPIRED);
        }
        var serial = SerialNumber.of(presented);
        return DESCRIBE_CERTIFICATE
                .ask(vertx, new DescribeCertificate(serial))
                .map(description -> verdict(description, identity, validity.notAfter()))
                .recover(broken -> {
                    log.atWarn()
                            .addKeyValue("serial", serial)
                            .addKeyValue("reason", broken.getMessage())
                            .log("authority did not describe a certificate");
                    return refused(Refusal.NO_AUTHORITY);
                });
    }

    private static Verdict verdict(CertificateDescription description, String identity, Instant notAfter) {
        if (!(description instanceof CertificateDescription.Known known)) {
            return new Verdict.Refused(Refusal.UNKNOWN_SERIAL);
        }
        var certificate = known.certificate();
        if (certificate.status() == CertificateStatus.REVOKED) {
            return new Verdict.Refused(Refusal.REVOKED);
        }
        return switch (certificate.profile()) {
            case BOOTSTRAP -> new Verdict.Refused(Refusal.BOOTSTRAP);
            case SERVER -> new Verdict.Refused(Refusal.SERVER);
            case DEVICE ->
                isOwn(certificate, identity)
                        ? new Verdict.Admitted(identity, certificate.serial(), notAfter, true)
                        : new Verdict.Refused(Refusal.NOT_A_MEMBER);
            case ADMIN ->
                certificate.identity().equals(identity)
                        ? new Verdict.Admitted(identity, certificate.serial(), notAfter, false)
                        : new Verdict.Refused(Refusal.NOT_A_MEMBER);
        };
    }

    private static boolean isOwn(CertificateRecord certificate, String identity) {
        var device = certificate.device();
        return device != null && device.value().equals(identity);
    }

    /** CN of the subject; null when there is none or more than one. */
    static @Nullable String commonName(X509Certificate certificate) {
        var subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        var names = subject.getRDNs(BCStyle.CN);
        if (names.length != 1 || names[0].isMultiValued()) {
            return null;
        }
        var name = IETFUtils.valueToString(names[0].getFirst().getValue());
        return name.isBlank() ? null : name;
    }

    private static Future<Verdict> refused(Refusal refusal) {
        return Future.succeededFuture(new Verdict.Refused(refusal));
    }
}
