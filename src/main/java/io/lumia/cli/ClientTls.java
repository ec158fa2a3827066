package io.lumia.cli;

import io.lumia.tls.FleetTrust;
import io.lumia.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** TLS of commands on the admin API, from the files that an operator names. */
final class ClientTls {
    private ClientTls() {}

    /**
     * @param ca root that the server must have; null: those of the Java platform
     * @param certificate to show, leaf first; null: none
     * @param key of the certificate
     */
    static SSLContext context(@Nullable Path ca, @Nullable Path certificate, @Nullable Path key) throws CommandFailed {
        var trust = ca == null ? null : new TrustManager[] {trust(ca)};
        var keys = certificate == null || key == null ? null : keys(certificate, key);
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(keys, trust, null);
            return context;
        } catch (GeneralSecurityException broken) {
            throw new CommandFailed("this Java platform has no TLS: " + broken.getMessage());
        }
    }

    private static TrustManager trust(Path file) throws CommandFailed {
        try {
            return new FleetTrust(Pem.certificates(Files.readString(file)));
        } catch (IOException | IllegalArgumentException unusable) {
            throw new CommandFailed("cannot use " + file + " as root certificate (" + unusable.getMessage()
                    + "); --ca expects a PEM file");
        }
    }

    private static KeyManager[] keys(Path certificate, Path key) throws CommandFailed {
        try {
            var chain = Pem.certificates(Files.readString(certificate));
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "own", Pem.privateKey(Files.readString(key)), new char[0], chain.toArray(Certificate[]::new));
            var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            return factory.getKeyManagers();
        } catch (IOException | GeneralSecurityException | IllegalArgumentException unusable) {
            throw new CommandFailed("cannot use " + certificate + " with " + key + " (" + unusable.getMessage()
                    + "); --certificate expects the certificate and its chain, --key its private key, both PEM");
        }
    }
}
