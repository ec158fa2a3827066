package io.lumia.x509;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.ResponderID;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.jspecify.annotations.Nullable;

/**
 * What a responder says (RFC 6960, 4.2), ready to be signed; fit for the profile of RFC 5019.
 *
 * @param window thisUpdate and nextUpdate of every status in it; cut to whole seconds
 * @param nonce of the request; null: none
 */
public record OcspAnswer(
        Validity window, List<Status> statuses, @Nullable Extension nonce) {

    /** Of one certificate, in the words of the request. */
    public sealed interface Status {
        CertID certificate();

        record Good(CertID certificate) implements Status {}

        record Revoked(CertID certificate, RevokedCertificate revocation) implements Status {}

        record Unknown(CertID certificate) implements Status {}
    }

    /** Why there is no answer; needs no signature (RFC 6960, 2.3). */
    public enum Refusal {
        MALFORMED_REQUEST(OCSPRespBuilder.MALFORMED_REQUEST),
        INTERNAL_ERROR(OCSPRespBuilder.INTERNAL_ERROR),
        TRY_LATER(OCSPRespBuilder.TRY_LATER),
        UNAUTHORIZED(OCSPRespBuilder.UNAUTHORIZED);

        private final int code;

        Refusal(int code) {
            this.code = code;
        }

        /** OCSPResponse, DER. */
        public byte[] der() {
            return encoded(code, null);
        }
    }

    /**
     * OCSPResponse, DER.
     *
     * @param responder who signs; its certificate goes with the answer
     */
    public byte[] signedBy(Issuer responder) {
        try {
            var keyHash = responder.keyIdentifier().getKeyIdentifierOctets();
            var builder = new BasicOCSPRespBuilder(new RespID(new ResponderID(new DEROctetString(keyHash))));
            for (Status status : statuses) {
                builder.addResponse(
                        new CertificateID(status.certificate()),
                        value(status),
                        Date.from(window.notBefore()),
                        Date.from(window.notAfter()));
            }
            if (nonce != null) {
                builder.setResponseExtensions(new Extensions(nonce));
            }
            var chain = new X509CertificateHolder[] {holder(responder.certificate())};
            var signed = builder.build(responder.signer().content(), chain, Date.from(window.notBefore()));
            return encoded(OCSPRespBuilder.SUCCESSFUL, signed);
        } catch (OCSPException broken) {
            throw new IllegalStateException("the OCSP answer cannot be signed", broken);
        }
    }

    private static @Nullable CertificateStatus value(Status status) {
        if (status instanceof Status.Revoked revoked) {
            var when = Date.from(revoked.revocation().revokedAt());
            var reason = revoked.revocation().reason();
            return reason == RevocationReason.UNSPECIFIED
                    ? new RevokedStatus(when)
                    : new RevokedStatus(when, reason.code());
        }
        return status instanceof Status.Good ? CertificateStatus.GOOD : new UnknownStatus();
    }

    private static X509CertificateHolder holder(X509Certificate certificate) {
        try {
            return new JcaX509CertificateHolder(certificate);
        } catch (GeneralSecurityException unreadable) {
            throw new IllegalStateException("the responder's certificate cannot be encoded", unreadable);
        }
    }

    private static byte[] encoded(int status, @Nullable Object basic) {
        try {
            OCSPResp response = new OCSPRespBuilder().build(status, basic);
            return response.getEncoded();
        } catch (OCSPException | IOException broken) {
            throw new IllegalStateException("the OCSP answer cannot be encoded", broken);
        }
    }
}
