package io.lumia.crypto;

import io.lumia.x509.KeyType;
import io.lumia.x509.Keys;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/** Makes keys. */
public final class KeyPairs {
    private KeyPairs() {}

    /** EC on P-256, the default of every certificate. */
    public static KeyPair p256() {
        return of(KeyType.P256);
    }

    /** RSA of 4096 bits may take seconds; call from a worker. */
    public static KeyPair of(KeyType type) {
        try {
            return switch (type) {
                case P256 -> ec("secp256r1");
                case P384 -> ec("secp384r1");
                case RSA_2048, RSA_3072, RSA_4096 -> rsa(type.bits());
                case ED25519 -> KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            };
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("this Java platform has no " + type.label(), broken);
        }
    }

    private static KeyPair ec(String curve) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    private static KeyPair rsa(int bits) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    /** The pair of a P-256 private key, whose public half is computed. @throws IllegalArgumentException when it is another kind of key */
    public static KeyPair p256(PrivateKey key) {
        if (!(key instanceof ECPrivateKey ec) || ec.getS().bitLength() > 256) {
            throw new IllegalArgumentException("not a P-256 key: " + key.getAlgorithm());
        }
        var curve = CustomNamedCurves.getByOID(SECObjectIdentifiers.secp256r1);
        var point = new FixedPointCombMultiplier().multiply(curve.getG(), ec.getS());
        var algorithm = new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1);
        try {
            var encoded = new SubjectPublicKeyInfo(algorithm, point.getEncoded(false)).getEncoded();
            return new KeyPair(Keys.publicKey(encoded), key);
        } catch (GeneralSecurityException | IOException otherCurve) {
            throw new IllegalArgumentException("not a P-256 key", otherCurve);
        }
    }
}
