package io.lumia.crypto;

import io.lumia.x509.Keys;
import io.lumia.x509.Signer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;

/** Signs with a key in memory, by the provider that {@link CryptoProviders} put first. */
public final class KeySigner implements Signer {
    private final PrivateKey key;
    private final PublicKey publicKey;
    private final String algorithm;
    private final AlgorithmIdentifier identifier;

    /** One for each thread, made ready once: choosing the provider and handing it the key takes a fifth to a half of a signature's time. */
    private final ThreadLocal<Signature> ready = ThreadLocal.withInitial(this::begin);

    /** @param pair of a kind that {@link Keys#unfit} lets pass */
    public KeySigner(KeyPair pair) {
        this(pair.getPrivate(), pair.getPublic());
    }

    /** Whether the two belong together is not checked here. */
    public KeySigner(PrivateKey key, PublicKey publicKey) {
        CryptoProviders.install();
        this.key = key;
        this.publicKey = publicKey;
        this.algorithm = Keys.signatureAlgorithm(publicKey);
        this.identifier = new DefaultSignatureAlgorithmIdentifierFinder().find(algorithm);
    }

    @Override
    public AlgorithmIdentifier algorithm() {
        return identifier;
    }

    @Override
    public PublicKey publicKey() {
        return publicKey;
    }

    @Override
    public byte[] sign(byte[] message) {
        try {
            var signature = ready.get();
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException broken) {
            ready.remove();
            throw unusable(broken);
        }
    }

    private Signature begin() {
        try {
            var signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            return signature;
        } catch (GeneralSecurityException broken) {
            throw unusable(broken);
        }
    }

    private IllegalStateException unusable(GeneralSecurityException broken) {
        return new IllegalStateException("the key cannot sign with " + algorithm, broken);
    }

    /** Never shows the private key. */
    @Override
    public String toString() {
        return "KeySigner[" + algorithm + "]";
    }
}
