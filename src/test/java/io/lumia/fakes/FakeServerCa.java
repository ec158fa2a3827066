package io.lumia.fakes;

import io.lumia.crypto.KeyPairs;
import io.lumia.tls.CertificateNotObtained;
import io.lumia.tls.FleetTrust;
import io.lumia.tls.ListenerCertificates.AcmeListener;
import io.lumia.tls.ListenerSource;
import io.lumia.tls.ServerFitness;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateTemplate;
import io.lumia.x509.IssuerLocations;
import io.lumia.x509.Profile;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A CA of others that issues for servers at once, or fails as it is told. */
public final class FakeServerCa {
    private final Clock clock;
    private final TestAuthority authority;
    private final SecureRandom randomness = new SecureRandom();
    private final AtomicInteger issued = new AtomicInteger();
    public volatile Duration lifetime = Duration.ofDays(1);
    public volatile Duration backdated = Duration.ofMinutes(1);
    public volatile String directory = "https://localhost/acme";
    /** Why nothing is issued; null: it is. */
    public volatile @Nullable String failing;
    /** In place of those that are asked for; null: those. */
    public volatile @Nullable List<String> names;

    public FakeServerCa(Clock clock) {
        this.clock = clock;
        this.authority = TestAuthority.at(clock.instant());
    }

    public X509Certificate root() {
        return authority.root();
    }

    /** How many certificates were obtained by {@link #source}. */
    public int issued() {
        return issued.get();
    }

    public TlsMaterial issue(List<String> carried, Duration validFor) {
        var pair = KeyPairs.p256();
        var now = clock.instant();
        var leaf = CertificateTemplate.leaf(
                        Profile.SERVER,
                        carried.get(0),
                        carried,
                        pair.getPublic(),
                        SerialNumber.random(randomness),
                        new Validity(now.minus(backdated), now.plus(validFor)),
                        IssuerLocations.NONE)
                .signedBy(authority.intermediate());
        return new TlsMaterial(
                pair.getPrivate(), List.of(leaf, authority.intermediate().certificate()));
    }

    /** For a listener. */
    public ListenerSource source(AcmeListener wanted) {
        return new ListenerSource() {
            private final String origin = directory;

            @Override
            public String method() {
                return "acme";
            }

            @Override
            public String origin() {
                return origin;
            }

            @Override
            public Future<TlsMaterial> obtain(@Nullable TlsMaterial current) {
                var why = failing;
                if (why != null) {
                    return Future.failedFuture(
                            new CertificateNotObtained("unreachable", why, new IllegalStateException(why)));
                }
                issued.incrementAndGet();
                var other = names;
                return Future.succeededFuture(issue(other == null ? wanted.names() : other, lifetime));
            }

            @Override
            public void check(TlsMaterial material, Instant now) throws CertificateException {
                ServerFitness.check(material, wanted.names(), trust(material), now);
            }

            @Override
            public FleetTrust trust(TlsMaterial material) {
                return ServerFitness.topOf(material);
            }
        };
    }
}
