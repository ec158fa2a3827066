package io.lumia.x509;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.security.PublicKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.ContentSigner;

/**
 * Signs certificates, CRLs and OCSP answers with a key that nobody sees: in memory, or in a token that never hands it out. Used by several
 * threads at once.
 */
public interface Signer {
    /** Of every signature, as it stands in what is signed (RFC 5280, 4.1.1.2). */
    AlgorithmIdentifier algorithm();

    /** With which the signatures verify. */
    PublicKey publicKey();

    /**
     * The signature over the message, in the form that X.509 wants. Costs CPU time or a way to a token: call from a worker.
     *
     * @throws IllegalStateException when the key cannot be used any more; never shows key material
     */
    byte[] sign(byte[] message);

    /** For one object that is to be signed by BouncyCastle's builders. */
    default ContentSigner content() {
        var message = new ByteArrayOutputStream(1024);
        return new ContentSigner() {
            @Override
            public AlgorithmIdentifier getAlgorithmIdentifier() {
                return algorithm();
            }

            @Override
            public OutputStream getOutputStream() {
                return message;
            }

            @Override
            public byte[] getSignature() {
                return sign(message.toByteArray());
            }
        };
    }
}
