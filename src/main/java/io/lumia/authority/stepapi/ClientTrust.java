package io.lumia.authority.stepapi;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Which client certificates pass the TLS handshake of the CA's listener: those the CA signed, whatever their purpose, even a while after
 * expiry. That says who asks and nothing more: each path that looks at the certificate decides by the record of its serial.
 */
final class ClientTrust extends X509ExtendedTrustManager {
    private final Supplier<Issuers> issuers;
    private final Duration grace;
    private final Clock clock;

    ClientTrust(Supplier<Issuers> issuers, Duration grace, Clock clock) {
        this.issuers = issuers;
        this.grace = grace;
        this.clock = clock;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        if (chain.length == 0 || !issuers.get().signed(chain[0])) {
            throw new CertificateException("the client's certificate is not issued by this CA");
        }
        var now = clock.instant();
        if (now.isBefore(chain[0].getNotBefore().toInstant())) {
            throw new CertificateNotYetValidException("the client's certificate is not valid yet");
        }
        if (now.isAfter(chain[0].getNotAfter().toInstant().plus(grace))) {
            throw new CertificateExpiredException("the client's certificate expired too long ago");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("for clients only");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("for clients only");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        throw new CertificateException("for clients only");
    }

    /** Roots and intermediates, since clients may hold the leaf alone. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        var now = issuers.get();
        return Stream.concat(now.roots().stream(), now.issuers().stream())
                .distinct()
                .toArray(X509Certificate[]::new);
    }
}
