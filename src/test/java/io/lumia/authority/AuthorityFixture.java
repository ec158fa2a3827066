package io.lumia.authority;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.config.AuthorityConfig;
import io.lumia.config.CrlConfig;
import io.lumia.config.FleetConfig;
import io.lumia.config.LifetimesConfig;
import io.lumia.config.NameRules;
import io.lumia.config.OcspConfig;
import io.lumia.config.SitesConfig;
import io.lumia.config.StepApiConfig;
import io.lumia.config.StoreConfig;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsSection;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.AcmeSettings;
import io.lumia.store.Store;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.lumia.x509.FleetDomain;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An authority on free ports, deployed; close it after the test. */
public final class AuthorityFixture implements AutoCloseable {
    static final FleetDomain DOMAIN = new FleetDomain("devices.lumia.internal");

    public final Vertx vertx = Vertx.vertx();
    public final Store store;
    public final AuthorityVerticle authority;

    public AuthorityFixture(Path data, Clock clock) {
        this(data, config(null, 0, 2000), clock);
    }

    /** @param database that it shares with others */
    public AuthorityFixture(Path data, StoreConfig database, Clock clock) {
        this(data, config(null, 0, 2000), database, clock);
    }

    AuthorityFixture(Path data, AuthorityConfig config, Clock clock) {
        this(data, config, null, clock);
    }

    private AuthorityFixture(Path data, AuthorityConfig config, @Nullable StoreConfig database, Clock clock) {
        FleetBus.install(vertx);
        store = (database == null ? Store.open(vertx, data) : Store.open(vertx, data, database)).await();
        authority = new AuthorityVerticle(
                config,
                lifetimes(),
                new FleetConfig(DOMAIN),
                new TlsConfig(TlsConfig.TlsVersion.TLS_1_2, List.of(), true),
                data,
                store,
                clock);
        try {
            vertx.deployVerticle(authority).await();
        } catch (RuntimeException cannotStart) {
            close();
            throw cannotStart;
        }
    }

    static AuthorityConfig config(@Nullable String password, int port, int queue) {
        return config(password, port, queue, List.of("localhost", "127.0.0.1"));
    }

    static AuthorityConfig config(@Nullable String password, int port, int queue, List<String> names) {
        return config(password, port, queue, names, new AcmeSettings());
    }

    /** The CA as these settings want it. */
    static AuthorityConfig config(AcmeSettings settings) {
        return config(null, 0, 2000, List.of("localhost", "127.0.0.1"), settings);
    }

    private static AuthorityConfig config(
            @Nullable String password, int port, int queue, List<String> names, AcmeSettings settings) {
        return new AuthorityConfig(
                "127.0.0.1",
                port,
                0,
                names,
                null,
                null,
                null,
                password,
                "Lumia",
                Duration.ofMinutes(1),
                Duration.ofDays(3650),
                Duration.ofDays(1825),
                2,
                queue,
                settings.requests,
                settings.requestTimeout,
                settings.build(),
                new StepApiConfig(
                        "jwk",
                        "x5c",
                        Duration.ofDays(1),
                        null,
                        null,
                        null,
                        List.of("mqtt-acme"),
                        Duration.ofDays(7),
                        NameRules.ALL,
                        NameRules.ALL,
                        new SitesConfig("site", null, List.of())),
                settings.keyType,
                settings.hierarchy,
                settings.nameConstraints,
                new CrlConfig(Duration.ofDays(1), Duration.ofHours(8), Duration.ofDays(90)),
                new OcspConfig(Duration.ofHours(1), Duration.ofDays(7)),
                TlsSection.of(TlsSection.Mode.EMBEDDED));
    }

    static LifetimesConfig lifetimes() {
        var least = Duration.ofSeconds(10);
        var month = Duration.ofDays(30);
        return new LifetimesConfig(
                Duration.ofHours(1),
                Duration.ofDays(1),
                month,
                month,
                month,
                new LifetimesConfig.Bounds(least, least, least, least, least),
                new LifetimesConfig.Bounds(Duration.ofDays(1), month, month, month, month));
    }

    IssueOutcome issue(IssueCertificate asked) {
        return FleetBus.ISSUE_CERTIFICATE.ask(vertx, asked).await();
    }

    CertificateBundle issued(IssueCertificate asked) {
        var outcome = issue(asked);
        if (outcome instanceof IssueOutcome.Issued issued) {
            return issued.bundle();
        }
        throw new AssertionError("refused: " + outcome);
    }

    IssueOutcome.Refused refused(IssueCertificate asked) {
        var outcome = issue(asked);
        if (outcome instanceof IssueOutcome.Refused refused) {
            return refused;
        }
        throw new AssertionError("issued");
    }

    static IssueCertificate request(
            Profile profile, KeyPair pair, @Nullable String device, @Nullable Duration lifetime) {
        return new IssueCertificate(
                profile,
                CertificateRequest.create(pair, device == null ? "someone" : device, List.of()),
                List.of(),
                lifetime,
                device == null ? null : new Claim(new DeviceName(device), "127.20.0.3"),
                "test",
                "provisioning");
    }

    static IssueCertificate server(String commonName, List<String> names) {
        return new IssueCertificate(
                Profile.SERVER,
                CertificateRequest.create(KeyPairs.p256(), commonName, names),
                List.of(),
                null,
                null,
                "test",
                "sign");
    }

    static X509Certificate leaf(CertificateBundle bundle) {
        return Pem.certificates(bundle.certificate()).get(0);
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
