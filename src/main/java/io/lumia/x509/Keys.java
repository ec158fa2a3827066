package io.lumia.x509;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;

/** Key encodings, and which keys and signature algorithms Lumia accepts. Uses whichever providers the process has installed. */
public final class Keys {
    private static final int LEAST_RSA_BITS = 2048;
    private static final int MOST_RSA_BITS = 8192;
    /** FIPS 186-5, A.1.1; a longer one makes each verification dear. */
    private static final int LONGEST_RSA_EXPONENT = 256;

    private static final BigInteger P256_ORDER =
            ECNamedCurveTable.getByOID(SECObjectIdentifiers.secp256r1).getN();
    private static final BigInteger P384_ORDER =
            ECNamedCurveTable.getByOID(SECObjectIdentifiers.secp384r1).getN();

    private Keys() {}

    /** @param pkcs8 DER. @throws GeneralSecurityException when it is malformed or of an unknown algorithm */
    public static PrivateKey privateKey(byte[] pkcs8) throws GeneralSecurityException {
        var algorithm =
                PrivateKeyInfo.getInstance(pkcs8).getPrivateKeyAlgorithm().getAlgorithm();
        return KeyFactory.getInstance(name(algorithm.getId())).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    /** @param spki DER (RFC 5280, 4.1.2.7). @throws GeneralSecurityException when it is malformed or of an unknown algorithm */
    public static PublicKey publicKey(byte[] spki) throws GeneralSecurityException {
        var algorithm = SubjectPublicKeyInfo.getInstance(spki).getAlgorithm().getAlgorithm();
        return KeyFactory.getInstance(name(algorithm.getId())).generatePublic(new X509EncodedKeySpec(spki));
    }

    /** Why the key is too weak or of a kind that Lumia does not take; empty when it is fit. */
    public static Optional<String> unfit(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            int bits = rsa.getModulus().bitLength();
            if (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS) {
                return Optional.of("the RSA key has " + bits + " bits; use " + LEAST_RSA_BITS + " to " + MOST_RSA_BITS);
            }
            var exponent = rsa.getPublicExponent();
            return exponent.testBit(0) && exponent.bitLength() >= 17 && exponent.bitLength() <= LONGEST_RSA_EXPONENT
                    ? Optional.empty()
                    : Optional.of("the RSA key's exponent is unsafe; use 65537");
        }
        if (key instanceof ECPublicKey ec) {
            // other curves have 256 bits as well, and few peers know them
            var order = ec.getParams().getOrder();
            return order.equals(P256_ORDER) || order.equals(P384_ORDER)
                    ? Optional.empty()
                    : Optional.of(
                            "the EC key is on another curve of " + order.bitLength() + " bits; use P-256 or P-384");
        }
        if (isEd25519(key)) {
            return Optional.empty();
        }
        return Optional.of(
                "keys of type " + key.getAlgorithm() + " are not accepted; use EC P-256, P-384, Ed25519 or RSA");
    }

    /** By the encoding: providers call the algorithm EdDSA or Ed25519, and not all keys have the platform's type. */
    private static boolean isEd25519(PublicKey key) {
        try {
            return key.getEncoded() != null
                    && SubjectPublicKeyInfo.getInstance(key.getEncoded())
                            .getAlgorithm()
                            .getAlgorithm()
                            .equals(EdECObjectIdentifiers.id_Ed25519);
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    /** JCA name of the algorithm with which this key signs certificates and requests. */
    public static String signatureAlgorithm(PublicKey key) {
        if (key instanceof ECPublicKey ec) {
            return ec.getParams().getCurve().getField().getFieldSize() > 256 ? "SHA384withECDSA" : "SHA256withECDSA";
        }
        return key instanceof RSAPublicKey ? "SHA256withRSA" : "Ed25519";
    }

    /** Whether the two belong together: a signature made with one verifies with the other. */
    public static boolean match(PrivateKey signing, PublicKey verifying) {
        try {
            var signer = Signature.getInstance(signatureAlgorithm(verifying));
            signer.initSign(signing);
            signer.update(verifying.getEncoded());
            return verifies(signer.sign(), verifying);
        } catch (GeneralSecurityException differentKinds) {
            return false;
        }
    }

    /** Whether the signatures of this signer verify with the key. */
    public static boolean match(Signer signing, PublicKey verifying) {
        try {
            return signing.publicKey().equals(verifying) && verifies(signing.sign(verifying.getEncoded()), verifying);
        } catch (GeneralSecurityException | IllegalStateException differentKinds) {
            return false;
        }
    }

    private static boolean verifies(byte[] signature, PublicKey verifying) throws GeneralSecurityException {
        var verifier = Signature.getInstance(signatureAlgorithm(verifying));
        verifier.initVerify(verifying);
        verifier.update(verifying.getEncoded());
        return verifier.verify(signature);
    }

    /** The pair of this private key, its public half computed. @throws IllegalArgumentException when the key is of an unknown kind */
    public static KeyPair pair(PrivateKey key) {
        try {
            if (key instanceof ECPrivateKey ec) {
                var curve = ec.getParams().getCurve().getField().getFieldSize() == 256
                        ? SECObjectIdentifiers.secp256r1
                        : SECObjectIdentifiers.secp384r1;
                var point = new FixedPointCombMultiplier()
                        .multiply(ECNamedCurveTable.getByOID(curve).getG(), ec.getS())
                        .getEncoded(false);
                var spki = new SubjectPublicKeyInfo(
                        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve), point);
                return new KeyPair(publicKey(spki.getEncoded()), key);
            }
            if (key instanceof RSAPrivateCrtKey rsa) {
                return new KeyPair(
                        KeyFactory.getInstance("RSA")
                                .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent())),
                        key);
            }
            var info = PrivateKeyInfo.getInstance(key.getEncoded());
            if (info.getPrivateKeyAlgorithm().getAlgorithm().equals(EdECObjectIdentifiers.id_Ed25519)) {
                // Neither JCA nor the PKCS#8 of most tools holds the public half (RFC 8410, 7).
                var seed = ASN1OctetString.getInstance(info.parsePrivateKey()).getOctets();
                var point = new Ed25519PrivateKeyParameters(seed).generatePublicKey();
                return new KeyPair(
                        publicKey(new SubjectPublicKeyInfo(info.getPrivateKeyAlgorithm(), point.getEncoded())
                                .getEncoded()),
                        key);
            }
        } catch (GeneralSecurityException | IOException malformed) {
            throw new IllegalArgumentException("private key is malformed", malformed);
        }
        throw new IllegalArgumentException("private keys of type " + key.getAlgorithm() + " are not kept");
    }

    private static String name(String objectIdentifier) throws GeneralSecurityException {
        return switch (objectIdentifier) {
            case "1.2.840.10045.2.1" -> "EC";
            case "1.2.840.113549.1.1.1" -> "RSA";
            case "1.3.101.112" -> "Ed25519";
            default -> throw new GeneralSecurityException("unknown key algorithm " + objectIdentifier);
        };
    }
}
