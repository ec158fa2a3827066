package io.lumia.authority.stepapi;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.RevokeCertificate;
import io.lumia.bus.FleetBus.RevokeOutcome;
import io.lumia.x509.Printable;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Revocation by a provisioner's token, or by the certificate for itself over TLS. */
final class RevokeResource {
    private final Vertx vertx;
    private final TokenGate gate;
    private final Signers signers;

    RevokeResource(Vertx vertx, TokenGate gate, Signers signers) {
        this.vertx = vertx;
        this.gate = gate;
        this.signers = signers;
    }

    /**
     * @param serial decimal, or hexadecimal after 0x
     * @param reasonCode CRLReason (RFC 5280, 5.3.1); null: unspecified
     * @param passive must be true: step knows nothing else
     */
    record Revoke(
            @Nullable String serial,
            @Nullable String ott,
            @Nullable Integer reasonCode,
            boolean passive) {}

    record Done(String status) {}

    /** Fails with {@link StepRefusal}. */
    Future<Done> run(Revoke asked, Optional<X509Certificate> peer) {
        var serial = serial(asked.serial());
        var reason = reason(asked.reasonCode());
        if (!asked.passive()) {
            throw new StepRefusal(501, "only passive revocation is implemented; set 'passive' to true");
        }
        return actor(asked.ott(), serial, peer)
                .compose(actor -> FleetBus.REVOKE_CERTIFICATE.ask(vertx, new RevokeCertificate(serial, reason, actor)))
                .map(RevokeResource::answer);
    }

    /** Who revokes, if they may. */
    private Future<String> actor(@Nullable String token, SerialNumber serial, Optional<X509Certificate> peer) {
        if (token != null && !token.isEmpty()) {
            return gate.admit(token, "revoke").map(allowed -> byToken(allowed, serial));
        }
        var certificate = peer.orElseThrow(() -> StepRefusal.badRequest(
                "missing ott or client certificate: send a token, or present the certificate" + " to revoke by TLS"));
        return signers.ours(certificate).map(known -> {
            Signers.requireActive(known);
            if (!known.serial().equals(serial)) {
                throw StepRefusal.forbidden("the request is to revoke " + serial + ", but the client's certificate is "
                        + known.serial() + "; it can revoke itself only");
            }
            return "certificate " + serial;
        });
    }

    private static String byToken(OneTimeToken allowed, SerialNumber serial) {
        if (!serial(allowed.subject()).equals(serial)) {
            throw StepRefusal.unauthorized(
                    "the token is to revoke " + Printable.quoted(allowed.subject()) + " (sub), not " + serial);
        }
        var signer = allowed.signerRecord();
        var limited = allowed.signer() != null && (signer == null || signer.profile() != Profile.ADMIN);
        if (limited && (signer == null || !signer.serial().equals(serial))) {
            throw StepRefusal.forbidden("the certificate that signed the token can revoke itself only");
        }
        return "provisioner " + allowed.provisioner();
    }

    private static Done answer(RevokeOutcome outcome) {
        if (outcome instanceof RevokeOutcome.AlreadyRevoked already) {
            throw StepRefusal.badRequest(
                    "the certificate " + already.certificate().serial() + " was revoked before");
        }
        if (outcome instanceof RevokeOutcome.Unknown unknown) {
            throw new StepRefusal(404, "this CA did not issue a certificate " + unknown.serial());
        }
        return new Done("ok");
    }

    private static SerialNumber serial(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            throw StepRefusal.badRequest("the request needs 'serial'");
        }
        var plain = text.toLowerCase(Locale.ROOT);
        try {
            return new SerialNumber(
                    plain.startsWith("0x") ? new BigInteger(plain.substring(2), 16) : new BigInteger(plain));
        } catch (IllegalArgumentException noNumber) {
            throw StepRefusal.badRequest(
                    "the serial is " + Printable.quoted(text) + "; expected a number, hexadecimal after 0x");
        }
    }

    private static RevocationReason reason(@Nullable Integer code) {
        int wanted = code == null ? 0 : code;
        return Stream.of(RevocationReason.values())
                .filter(reason -> reason.code() == wanted && reason != RevocationReason.CA_COMPROMISE)
                .findFirst()
                .orElseThrow(() ->
                        StepRefusal.badRequest("reasonCode " + wanted + " is not accepted; use 0, 1, 3, 4, 5 or 9"));
    }
}
