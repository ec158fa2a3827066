package io.lumia.fakes;

import io.lumia.authority.AuthorityVerticle;
import io.lumia.bus.FleetBus;
import io.lumia.config.AuthorityConfig;
import io.lumia.config.CrlConfig;
import io.lumia.config.FleetConfig;
import io.lumia.config.LifetimesConfig;
import io.lumia.config.NameRules;
import io.lumia.config.OcspConfig;
import io.lumia.config.SitesConfig;
import io.lumia.config.StepApiConfig;
import io.lumia.config.TlsConfig;
import io.lumia.config.TlsSection;
import io.lumia.store.Store;
import io.lumia.x509.FleetDomain;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The real authority on free ports of loopback, with a DNS of its own. */
public final class LoopbackAuthority implements AutoCloseable {
    public final Vertx vertx = Vertx.vertx();
    public final FakeDns dns;
    public final int http01Port;
    public final int httpPort;
    public final Path root;
    public final Store store;
    private final AuthorityVerticle authority;

    public LoopbackAuthority(Path data) throws IOException {
        this(data, settings -> {});
    }

    /** @param change made to the settings of the ACME server before they are used */
    public LoopbackAuthority(Path data, Consumer<AcmeSettings> change) throws IOException {
        this(data, change, stepApi((Path) null), Clock.systemUTC());
    }

    public LoopbackAuthority(Path data, StepApiConfig stepApi, Clock clock) throws IOException {
        this(data, settings -> {}, stepApi, clock);
    }

    public LoopbackAuthority(Path data, Consumer<AcmeSettings> change, StepApiConfig stepApi, Clock clock)
            throws IOException {
        FleetBus.install(vertx);
        dns = new FakeDns(vertx);
        http01Port = FreePort.on(InetAddress.getLoopbackAddress());
        httpPort = another(http01Port);
        store = Store.open(vertx, data).await();
        authority = new AuthorityVerticle(
                config(change, stepApi),
                lifetimes(),
                new FleetConfig(new FleetDomain("devices.lumia.internal")),
                new TlsConfig(TlsConfig.TlsVersion.TLS_1_2, List.of(), true),
                data,
                store,
                clock);
        vertx.deployVerticle(authority).await();
        root = Files.writeString(
                data.resolve("root.pem"), authority.description().root());
    }

    public String url() {
        return authority.description().publicUrl();
    }

    public String fingerprint() {
        return authority.description().rootFingerprint();
    }

    public String directory() {
        return authority.description().acmeDirectories().get("acme");
    }

    @Override
    public void close() {
        // One after the other: a chain across the end of Vert.x would never be completed.
        vertx.undeploy(authority.deploymentID()).await();
        store.close().await();
        vertx.close().await();
    }

    private AuthorityConfig config(Consumer<AcmeSettings> change, StepApiConfig stepApi) {
        var acme = new AcmeSettings();
        acme.http01Port = http01Port;
        acme.resolver = dns.address();
        acme.allowed = List.of("127.0.0.0/8");
        change.accept(acme);
        return new AuthorityConfig(
                "127.0.0.1",
                0,
                httpPort,
                List.of("localhost", "127.0.0.1"),
                null,
                null,
                null,
                "interop-password",
                "Lumia",
                Duration.ofMinutes(1),
                Duration.ofDays(3650),
                Duration.ofDays(1825),
                2,
                100,
                acme.requests,
                acme.requestTimeout,
                acme.build(),
                stepApi,
                acme.keyType,
                acme.hierarchy,
                acme.nameConstraints,
                new CrlConfig(Duration.ofDays(1), Duration.ofHours(8), Duration.ofDays(90)),
                new OcspConfig(Duration.ofHours(1), Duration.ofDays(7)),
                TlsSection.of(TlsSection.Mode.EMBEDDED));
    }

    /** With these names for tokens of the provisioner jwk. */
    public static StepApiConfig stepApi(NameRules jwkNames) {
        return new StepApiConfig(
                "jwk",
                "x5c",
                Duration.ofDays(1),
                null,
                null,
                null,
                List.of("mqtt-acme"),
                Duration.ofDays(7),
                jwkNames,
                NameRules.ALL,
                new SitesConfig("site", null, List.of()));
    }

    /** @param x5cRoots file of further roots; null: none */
    public static StepApiConfig stepApi(@Nullable Path x5cRoots) {
        return new StepApiConfig(
                "jwk",
                "x5c",
                Duration.ofDays(1),
                null,
                null,
                x5cRoots,
                List.of("mqtt-acme"),
                Duration.ofDays(7),
                NameRules.ALL,
                NameRules.ALL,
                new SitesConfig("site", null, List.of()));
    }

    private static LifetimesConfig lifetimes() {
        var day = Duration.ofDays(1);
        var least = Duration.ofSeconds(10);
        var most = Duration.ofDays(366);
        return new LifetimesConfig(
                Duration.ofHours(1),
                day,
                Duration.ofDays(30),
                day,
                Duration.ofDays(30),
                new LifetimesConfig.Bounds(least, least, least, least, least),
                new LifetimesConfig.Bounds(most, most, most, most, most));
    }

    private static int another(int port) {
        int other = FreePort.on(InetAddress.getLoopbackAddress());
        return other == port ? another(port) : other;
    }
}
