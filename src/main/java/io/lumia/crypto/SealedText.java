package io.lumia.crypto;

import io.lumia.x509.Pem;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSAuthEnvelopedData;
import org.bouncycastle.cms.CMSAuthEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.PasswordRecipient;
import org.bouncycastle.cms.RecipientInformation;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JcePasswordAuthEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JcePasswordRecipientInfoGenerator;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OutputAEADEncryptor;

/**
 * Small texts under a password: CMS AuthEnvelopedData (RFC 5083) with AES-256-GCM and a password recipient (RFC 3211), as PEM, which {@code openssl
 * cms -decrypt -inform PEM -pwri_password} opens as well. Takes some tenths of a second of CPU; call from a worker.
 */
public final class SealedText {
    private static final String LABEL = "CMS";
    private static final int SALT = 16;
    /** OWASP's figure for PBKDF2 with HMAC-SHA512. */
    private static final int ITERATIONS = 210_000;

    private SealedText() {}

    public static String seal(String text, String password) {
        CryptoProviders.install();
        var characters = password.toCharArray();
        var salt = new byte[SALT];
        new SecureRandom().nextBytes(salt);
        try {
            var generator = new CMSAuthEnvelopedDataGenerator();
            generator.addRecipientInfoGenerator(
                    new JcePasswordRecipientInfoGenerator(CMSAlgorithm.AES256_CBC, characters)
                            .setProvider(BouncyCastleProvider.PROVIDER_NAME)
                            .setPRF(PasswordRecipient.PRF.HMacSHA512)
                            .setSaltAndIterationCount(salt, ITERATIONS));
            var content = new JceCMSContentEncryptorBuilder(CMSAlgorithm.AES256_GCM)
                    .setProvider(BouncyCastleProvider.PROVIDER_NAME)
                    .build();
            var sealed = generator.generate(
                    new CMSProcessableByteArray(text.getBytes(StandardCharsets.UTF_8)), (OutputAEADEncryptor) content);
            return Pem.text(LABEL, sealed.getEncoded());
        } catch (CMSException | java.io.IOException broken) {
            throw new IllegalStateException("this Java platform cannot encrypt", broken);
        } finally {
            Arrays.fill(characters, '\0');
        }
    }

    /**
     * @throws WrongPassword when the password does not open it, or it was changed
     * @throws IllegalArgumentException when it is no such text
     */
    public static String open(String pem, String password) throws WrongPassword {
        CryptoProviders.install();
        var sealed = Pem.content(LABEL, pem);
        var characters = password.toCharArray();
        try {
            RecipientInformation recipient = new CMSAuthEnvelopedData(sealed)
                    .getRecipientInfos()
                    .iterator()
                    .next();
            var plain = recipient.getContent(
                    new JcePasswordAuthEnvelopedRecipient(characters).setProvider(BouncyCastleProvider.PROVIDER_NAME));
            return new String(plain, StandardCharsets.UTF_8);
        } catch (CMSException | RuntimeException wrong) {
            throw new WrongPassword();
        } finally {
            Arrays.fill(characters, '\0');
        }
    }
}
