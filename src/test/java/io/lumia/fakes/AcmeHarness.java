package io.lumia.fakes;

import io.lumia.authority.acme.AcmeServer;
import io.lumia.bus.FleetBus;
import io.lumia.config.AcmeConfig;
import io.lumia.config.FleetConfig;
import io.lumia.config.LifetimesConfig;
import io.lumia.crypto.CryptoProviders;
import io.lumia.crypto.KeyPairs;
import io.lumia.lifecycle.RenewalPolicy;
import io.lumia.store.Store;
import io.lumia.x509.FleetDomain;
import io.lumia.x509.Pem;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** An ACME server with a CA in memory, a DNS of its own and a web server that answers challenges, all on loopback. */
public final class AcmeHarness implements AutoCloseable {
    public final Vertx vertx = Vertx.vertx();
    public final MovableClock clock = new MovableClock(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    public final FakeIssuer issuer;
    public final FakeDns dns;
    public final Map<String, String> answers = new ConcurrentHashMap<>();
    public final Store store;
    public final String base;

    private final AcmeServer acme;
    private final HttpServer web;
    private volatile Consumer<HttpServerRequest> onChallenge = this::answer;

    /** @param tls whether ACME is served over HTTPS, with a certificate of the CA */
    public AcmeHarness(Path data, boolean tls) {
        this(data, tls, List.of("127.0.0.0/8"), 0);
    }

    /** @param http01Port where challenges are fetched; 0: at the web server of this harness */
    public AcmeHarness(Path data, boolean tls, List<String> allowed, int http01Port) {
        this(data, tls, settings -> {
            settings.allowed = allowed;
            settings.http01Port = http01Port;
        });
    }

    /** @param change made to the settings before they are used; port 0 stays that of the web server of this harness */
    public AcmeHarness(Path data, boolean tls, Consumer<AcmeSettings> change) {
        CryptoProviders.install();
        FleetBus.install(vertx);
        issuer = new FakeIssuer(clock);
        dns = new FakeDns(vertx);
        web = vertx.createHttpServer()
                .requestHandler(request -> onChallenge.accept(request))
                .listen(0, "127.0.0.1")
                .await();
        store = Store.open(vertx, data).await();
        issuer.keepIn(store);
        var settings = new AcmeSettings();
        settings.http01Port = 0;
        settings.allowed = List.of("127.0.0.0/8");
        settings.timeout = Duration.ofSeconds(20);
        settings.tries = 1;
        settings.provisioners.put("acme-cloud", new AcmeConfig.Provisioner(Duration.ofHours(48), null));
        settings.resolver = dns.address();
        change.accept(settings);
        settings.http01Port = settings.http01Port == 0 ? web.actualPort() : settings.http01Port;
        acme = new AcmeServer(
                vertx,
                settings.build(),
                new FleetConfig(new FleetDomain("devices.lumia.internal")),
                lifetimes(),
                store,
                issuer,
                new RenewalPolicy(0.25, null, 0.5),
                certificate -> Optional.empty(),
                clock);
        acme.start().await();
        var router = Router.router(vertx);
        var server =
                vertx.createHttpServer(tls ? tls() : new HttpServerOptions()).requestHandler(router);
        var address = new String[1];
        acme.mount(router, () -> address[0]);
        server.listen(0, "127.0.0.1").await();
        address[0] = (tls ? "https://localhost:" : "http://127.0.0.1:") + server.actualPort();
        base = address[0];
    }

    public String directory() {
        return base + "/acme/acme/directory";
    }

    public int webPort() {
        return web.actualPort();
    }

    /** What the web server does instead of answering challenges. */
    public void onChallenge(Consumer<HttpServerRequest> behaviour) {
        onChallenge = behaviour;
    }

    @Override
    public void close() {
        acme.close().await();
        store.close().await();
        vertx.close().await();
    }

    /** As the web server of a client answers challenges. */
    public void answer(HttpServerRequest request) {
        var token = request.path().substring(request.path().lastIndexOf('/') + 1);
        var known = answers.get(token);
        request.response().setStatusCode(known == null ? 404 : 200).end(known == null ? "" : known + "\n");
    }

    private HttpServerOptions tls() {
        var pair = KeyPairs.p256();
        return new HttpServerOptions()
                .setSsl(true)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(issuer.serverChain(pair)))
                        .addKeyValue(Buffer.buffer(Pem.of(pair.getPrivate()))));
    }

    private static LifetimesConfig lifetimes() {
        var usual = new LifetimesConfig.Bounds(
                Duration.ofHours(1),
                Duration.ofHours(24),
                Duration.ofHours(720),
                Duration.ofHours(720),
                Duration.ofHours(720));
        var least = new LifetimesConfig.Bounds(
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10));
        var most = new LifetimesConfig.Bounds(
                Duration.ofDays(1),
                Duration.ofDays(30),
                Duration.ofDays(366),
                Duration.ofDays(366),
                Duration.ofDays(366));
        return new LifetimesConfig(
                usual.bootstrap(), usual.device(), usual.server(), usual.admin(), usual.site(), least, most);
    }
}
