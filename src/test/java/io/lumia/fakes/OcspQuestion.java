package io.lumia.fakes;

import io.lumia.x509.SerialNumber;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/** Asks as OCSP clients do, and reads the answers. */
public final class OcspQuestion {
    private final OCSPReqBuilder request = new OCSPReqBuilder();

    public OcspQuestion about(X509Certificate issuer, SerialNumber serial) {
        return about(issuer, serial.value());
    }

    public OcspQuestion about(X509Certificate issuer, BigInteger serial) {
        try {
            var sha1 = new JcaDigestCalculatorProviderBuilder()
                    .build()
                    .get(new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1));
            request.addRequest(new CertificateID(sha1, new JcaX509CertificateHolder(issuer), serial));
            return this;
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }

    public OcspQuestion withNonce(int octets) {
        try {
            var nonce = new DEROctetString(new DEROctetString(new byte[octets]));
            request.setRequestExtensions(
                    new Extensions(new Extension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false, nonce)));
            return this;
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }

    public byte[] der() {
        try {
            return request.build().getEncoded();
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }

    /** What came back, its signature verified with the certificate in it and that with the issuer's. */
    public record Answer(int status, @Nullable BasicOCSPResp basic) {
        public static Answer read(byte[] der, X509Certificate issuer) {
            try {
                var response = new OCSPResp(der);
                if (response.getStatus() != OCSPResp.SUCCESSFUL) {
                    return new Answer(response.getStatus(), null);
                }
                var basic = (BasicOCSPResp) response.getResponseObject();
                var responder = basic.getCerts()[0];
                if (!basic.isSignatureValid(new JcaContentVerifierProviderBuilder().build(responder))
                        || !responder.isSignatureValid(
                                new JcaContentVerifierProviderBuilder().build(issuer.getPublicKey()))) {
                    throw new AssertionError("the answer is not signed by a responder of the issuer");
                }
                return new Answer(response.getStatus(), basic);
            } catch (AssertionError unsigned) {
                throw unsigned;
            } catch (Exception broken) {
                throw new IllegalStateException(broken);
            }
        }

        /** Of the certificate at this place of the question: null for good, or BouncyCastle's type of status. */
        public @Nullable Object certificate(int index) {
            return java.util.Objects.requireNonNull(basic).getResponses()[index].getCertStatus();
        }
    }
}
