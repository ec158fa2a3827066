package io.lumia.crypto;

import io.lumia.x509.Keys;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.util.Arrays;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.crypto.util.ScryptConfig;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfoBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;

/**
 * Private keys under a password: PKCS#8 with PBES2, scrypt and AES-256 (RFC 5958, RFC 8018, RFC 7914), which {@code openssl pkey} reads as
 * well. Takes about 0.1 s of CPU; call from a worker.
 */
public final class EncryptedKeys {
    private static final String LABEL = "ENCRYPTED PRIVATE KEY";

    /** 16 MB for each guess, and OpenSSL's own limit of 32 MB is kept. */
    private static final ScryptConfig COST =
            new ScryptConfig.Builder(1 << 14, 8, 2).withSaltLength(16).build();

    private EncryptedKeys() {}

    /** PEM with the label ENCRYPTED PRIVATE KEY. */
    public static String encrypt(PrivateKey key, String password) {
        CryptoProviders.install();
        var characters = password.toCharArray();
        var plain = key.getEncoded();
        try {
            var encryptor = new JcePKCSPBEOutputEncryptorBuilder(COST, NISTObjectIdentifiers.id_aes256_CBC)
                    .setProvider(BouncyCastleProvider.PROVIDER_NAME)
                    .build(characters);
            return Pem.text(
                    LABEL,
                    new PKCS8EncryptedPrivateKeyInfoBuilder(PrivateKeyInfo.getInstance(plain))
                            .build(encryptor)
                            .getEncoded());
        } catch (IOException | OperatorCreationException broken) {
            throw new IllegalStateException("this Java platform cannot encrypt keys", broken);
        } finally {
            Arrays.fill(characters, '\0');
            Arrays.fill(plain, (byte) 0);
        }
    }

    /**
     * @throws WrongPassword when the password does not open it
     * @throws IllegalArgumentException when the text is no encrypted PEM key; never shows key material
     */
    public static PrivateKey decrypt(String pem, String password) throws WrongPassword {
        var encrypted = parse(pem);
        CryptoProviders.install();
        var characters = password.toCharArray();
        byte[] plain = new byte[0];
        try {
            var decryptor = new JcePKCSPBEInputDecryptorProviderBuilder()
                    .setProvider(BouncyCastleProvider.PROVIDER_NAME)
                    .build(characters);
            plain = encrypted.decryptPrivateKeyInfo(decryptor).getEncoded();
            return Keys.privateKey(plain);
        } catch (PKCSException | IOException | GeneralSecurityException | RuntimeException wrong) {
            // A wrong password shows as bad padding or, once in 256 times, as a key that is none.
            throw new WrongPassword();
        } finally {
            Arrays.fill(characters, '\0');
            Arrays.fill(plain, (byte) 0);
        }
    }

    private static PKCS8EncryptedPrivateKeyInfo parse(String pem) {
        try (var parser = new PEMParser(new StringReader(pem))) {
            if (parser.readObject() instanceof PKCS8EncryptedPrivateKeyInfo encrypted) {
                return encrypted;
            }
        } catch (IOException | RuntimeException malformed) {
            throw new IllegalArgumentException(
                    "not a PEM key (" + malformed.getClass().getSimpleName() + ")");
        }
        throw new IllegalArgumentException("expected -----BEGIN " + LABEL + "-----");
    }
}
