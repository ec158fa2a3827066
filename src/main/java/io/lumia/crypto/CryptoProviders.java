package io.lumia.crypto;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.Security;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which provider signs and verifies. SunEC of JDK 17 takes about 0.8 ms to sign and 1.9 ms to verify with P-256; the native provider takes
 * 0.024 and 0.068.
 */
public final class CryptoProviders {
    private static final Logger log = LoggerFactory.getLogger(CryptoProviders.class);

    private CryptoProviders() {}

    /** Puts the native provider first where it loads, and BouncyCastle before SunEC where it does not. Idempotent. */
    public static synchronized void install() {
        if (Security.getProvider(BouncyCastleProvider.PROVIDER_NAME) != null) {
            return;
        }
        if (installNative()) {
            Security.addProvider(new BouncyCastleProvider());
        } else {
            Security.insertProviderAt(new BouncyCastleProvider(), 1);
            log.atWarn()
                    .addKeyValue("provider", "BouncyCastle")
                    .log("native signature provider does not load here; signing is about five times slower");
        }
    }

    private static boolean installNative() {
        try {
            AmazonCorrettoCryptoProvider.install();
            return AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError() == null;
        } catch (LinkageError | RuntimeException notHere) {
            return false;
        }
    }
}
