package io.lumia.authority.acme;

import io.lumia.authority.acme.Problem.Kind;
import io.lumia.authority.acme.RequestGate.ByAccount;
import io.lumia.authority.acme.RequestGate.BySelf;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
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
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Revocation by the account that ordered a certificate or by the certificate's own key (RFC 8555, 7.6). */
final class RevocationResource {
    private final Vertx vertx;
    private final Store store;

    RevocationResource(Vertx vertx, Store store) {
        this.vertx = vertx;
        this.store = store;
    }

    private record Revoke(
            @Nullable String certificate, @Nullable Integer reason) {}

    Future<Answer> byAccount(ByAccount signed) {
        var wanted = signed.request().payload(Revoke.class);
        var certificate = certificate(wanted);
        var serial = SerialNumber.of(certificate);
        return store.read(handle -> OrderRows.issuedTo(handle, signed.account().id(), serial))
                .compose(own -> own
                        ? revoke(certificate, reason(wanted), signed.account().actor())
                        : AcmeRefusal.failed(Kind.UNAUTHORIZED, "the certificate was not issued to this account"));
    }

    Future<Answer> byKey(BySelf signed) {
        var wanted = signed.request().payload(Revoke.class);
        var certificate = certificate(wanted);
        if (!Fingerprint.of(certificate.getPublicKey()).equals(signed.key().fingerprint())) {
            throw new AcmeRefusal(Kind.UNAUTHORIZED, "the request is not signed with the certificate's key");
        }
        return revoke(certificate, reason(wanted), "acme certificate key");
    }

    private Future<Answer> revoke(X509Certificate certificate, RevocationReason reason, String actor) {
        var serial = SerialNumber.of(certificate);
        return FleetBus.DESCRIBE_CERTIFICATE
                .ask(vertx, new DescribeCertificate(serial))
                .map(known -> requireOurs(known, certificate))
                .compose(ours -> FleetBus.REVOKE_CERTIFICATE.ask(vertx, new RevokeCertificate(serial, reason, actor)))
                .map(RevocationResource::answer);
    }

    /** A certificate of one's own making with the serial of another must not revoke that one. */
    private static boolean requireOurs(CertificateDescription known, X509Certificate certificate) {
        if (known instanceof CertificateDescription.Known found
                && Pem.certificates(found.certificate().certificate()).get(0).equals(certificate)) {
            return true;
        }
        throw unknown();
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
