package io.lumia.authority.acme;

import io.lumia.authority.acme.Problem.Kind;
import io.lumia.authority.acme.RequestGate.ByAccount;
import io.lumia.authority.acme.RequestGate.BySelf;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.RevokeCertificate;
import io.lumia.bus.FleetBus.RevokeOutcome;
import io.lumia.store.Store;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Revocation (RFC 8555, 7.6) by the account that ordered a certificate, by one that has proven all of its names since, or by the certificate's own
 * key.
 */
final class RevocationResource {
    private final Vertx vertx;
    private final Store store;
    private final Clock clock;

    RevocationResource(Vertx vertx, Store store, Clock clock) {
        this.vertx = vertx;
        this.store = store;
        this.clock = clock;
    }

    private record Revoke(
            @Nullable String certificate, @Nullable Integer reason) {}

    Future<Answer> byAccount(ByAccount signed) {
        var wanted = signed.request().payload(Revoke.class);
        var certificate = certificate(wanted);
        var account = signed.account();
        return ours(certificate)
                .compose(known -> mayRevoke(account, known))
                .compose(may -> may
                        ? revoke(certificate, reason(wanted), account.actor())
                        : AcmeRefusal.failed(
                                Kind.UNAUTHORIZED,
                                "the certificate was not issued to this account, and the account has no valid"
                                        + " authorizations for all of its names"));
    }

    private Future<Boolean> mayRevoke(Account account, CertificateRecord known) {
        var now = clock.instant();
        return store.read(handle -> OrderRows.issuedTo(handle, account.id(), known.serial())
                || proves(AuthorizationRows.validOf(handle, account.id(), now), known));
    }

    /** Whether these names are all that the certificate speaks for. A device's common name is short for its DNS name. */
    static boolean proves(Set<String> proven, CertificateRecord certificate) {
        var names = new HashSet<>(certificate.names());
        if (certificate.device() == null) {
            names.add(certificate.identity());
        }
        return !certificate.names().isEmpty()
                && names.stream().map(Identifier::canonical).allMatch(proven::contains);
    }

    Future<Answer> byKey(BySelf signed) {
        var wanted = signed.request().payload(Revoke.class);
        var certificate = certificate(wanted);
        if (!Fingerprint.of(certificate.getPublicKey()).equals(signed.key().fingerprint())) {
            throw new AcmeRefusal(Kind.UNAUTHORIZED, "the request is not signed with the certificate's key");
        }
        return ours(certificate).compose(known -> revoke(certificate, reason(wanted), "acme certificate key"));
    }

    private Future<Answer> revoke(X509Certificate certificate, RevocationReason reason, String actor) {
        var serial = SerialNumber.of(certificate);
        return FleetBus.REVOKE_CERTIFICATE
                .ask(vertx, new RevokeCertificate(serial, reason, actor))
                .map(RevocationResource::answer);
    }

    /** A certificate of one's own making with the serial of another must not revoke that one. */
    private Future<CertificateRecord> ours(X509Certificate certificate) {
        return FleetBus.DESCRIBE_CERTIFICATE
                .ask(vertx, new DescribeCertificate(SerialNumber.of(certificate)))
                .map(told -> {
                    if (told instanceof CertificateDescription.Known known
                            && Pem.certificates(known.certificate().certificate())
                                    .get(0)
                                    .equals(certificate)) {
                        return known.certificate();
                    }
                    throw unknown();
                });
    }

    private static Answer answer(RevokeOutcome outcome) {
        if (outcome instanceof RevokeOutcome.Revoked) {
            return Answer.empty(200);
        }
        if (outcome instanceof RevokeOutcome.AlreadyRevoked) {
            throw new AcmeRefusal(Kind.ALREADY_REVOKED, "the certificate was revoked before");
        }
        throw unknown();
    }

    private static AcmeRefusal unknown() {
        return new AcmeRefusal(Problem.of(Kind.MALFORMED, "this CA did not issue the certificate")
                .as(404));
    }

    private static X509Certificate certificate(Revoke wanted) {
        if (wanted.certificate() == null) {
            throw AcmeRefusal.malformed("'certificate' is missing");
        }
        try {
            var der = Base64.getUrlDecoder().decode(wanted.certificate());
            return Pem.certificates(Pem.text("CERTIFICATE", der)).get(0);
        } catch (IllegalArgumentException unreadable) {
            throw AcmeRefusal.malformed("'certificate' is not an X.509 certificate in base64url");
        }
    }

    private static RevocationReason reason(Revoke wanted) {
        int code = wanted.reason() == null ? 0 : wanted.reason();
        Optional<RevocationReason> reason = Stream.of(RevocationReason.values())
                .filter(known -> known.code() == code)
                .findFirst();
        return reason.filter(known -> known != RevocationReason.CA_COMPROMISE)
                .orElseThrow(() -> new AcmeRefusal(
                        Kind.BAD_REVOCATION_REASON, "reason " + code + " is not accepted; use 0, 1, 3, 4, 5 or 9"));
    }
}
