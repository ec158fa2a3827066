package io.lumia.cli;

import io.lumia.config.ChallengeType;
import io.lumia.config.HostPort;
import io.lumia.config.IssuerConfig;
import io.lumia.issuance.CertificateSource;
import io.lumia.issuance.CertificateSources;
import io.lumia.issuance.CertificateWish;
import io.lumia.issuance.IssuanceFailed;
import io.lumia.tls.CertificateNotObtained;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.ListenerCertificates.AcmeListener;
import io.lumia.tls.ListenerCertificates.AcmeSources;
import io.lumia.tls.ListenerSource;
import io.lumia.tls.ServerFitness;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.KeyType;
import io.vertx.core.Future;
import java.net.URI;
import java.security.cert.CertificateException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lets a listener have its certificate from an ACME server.
 *
 * @param key of the listener's section, for messages
 * @param names to certify
 */
record AcmeListenerSource(CertificateSource source, URI directory, String key, List<String> names)
        implements ListenerSource {
    /** @param sources those of the process: everybody's challenges at one port are answered by one server */
    static AcmeSources by(CertificateSources sources) {
        return wanted -> {
            var directory = Objects.requireNonNull(wanted.section().acme().directoryUrl(), "mode acme has a directory");
            var source = sources.of(wanted.listener(), issuer(wanted, directory));
            return new AcmeListenerSource(source, directory, wanted.key(), wanted.names());
        };
    }

    private static IssuerConfig issuer(AcmeListener wanted, URI directory) {
        var acme = wanted.section().acme();
        var configured = acme.challengeAddress();
        int port = acme.challengeType() == ChallengeType.HTTP_01 ? 80 : 443;
        return IssuerConfig.acme(
                directory,
                acme.email(),
                acme.challengeType(),
                configured == null ? new HostPort(wanted.host(), port) : configured,
                acme.caBundle(),
                wanted.storage(),
                acme.dns());
    }

    @Override
    public String method() {
        return source.method();
    }

    @Override
    public String origin() {
        return directory.toString();
    }

    @Override
    public Future<TlsMaterial> obtain(@Nullable TlsMaterial current) {
        return source.obtain(new CertificateWish(names.get(0), names, KeyType.P256, current))
                .recover(failed -> Future.failedFuture(told(failed)));
    }

    @Override
    public void check(TlsMaterial material, Instant now) throws CertificateException {
        ServerFitness.check(material, names, trust(material), now);
    }

    @Override
    public FleetTrust trust(TlsMaterial material) {
        return ServerFitness.topOf(material);
    }

    private CertificateNotObtained told(Throwable failed) {
        var reason = failed instanceof IssuanceFailed known ? known.reason() : IssuanceFailed.Reason.INTERNAL;
        return new CertificateNotObtained(
                reason.label(), key + ".acme.directory-url " + directory + ": " + failed.getMessage(), failed);
    }
}
