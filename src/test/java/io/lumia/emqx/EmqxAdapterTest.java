package io.lumia.emqx;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateIssued;
import io.lumia.bus.FleetBus.CertificatePage;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateRevoked;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.RevocationEnforced;
import io.lumia.config.EmqxConfig;
import io.lumia.config.RenewalTargetConfig;
import io.lumia.config.TlsConfig;
import io.lumia.fakes.Await;
import io.lumia.fakes.FakeEmqx;
import io.lumia.fakes.FleetCa;
import io.lumia.renewal.target.Installation;
import io.lumia.renewal.target.RestartPace;
import io.lumia.renewal.target.Snapshot;
import io.lumia.renewal.target.Target;
import io.lumia.renewal.target.Targets;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a stand-in that answers as EMQX 5's documentation says; EMQX itself is not run. */
class EmqxAdapterTest {
    private static final TlsConfig TLS = new TlsConfig(TlsConfig.TlsVersion.TLS_1_2, List.of(), true);
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final Instant END = NOW.plus(Duration.ofDays(30));

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final List<CertificateRecord> certificates = new CopyOnWriteArrayList<>();
    private final List<RevocationEnforced> enforced = new CopyOnWriteArrayList<>();
    private FakeEmqx emqx;
    private volatile boolean caughtUp;

    @BeforeEach
    void start() {
        FleetBus.install(vertx);
        emqx = new FakeEmqx(vertx);
        Await.result(FleetBus.LIST_CERTIFICATES.serve(vertx, asked -> {
            var found = certificates.stream()
                    .filter(each ->
                            each.status() == asked.status() && each.identity().contains(asked.query()))
                    .toList();
            caughtUp |= asked.status() == CertificateStatus.REVOKED;
            return Future.succeededFuture(new CertificatePage(found, found.size(), true, 0, asked.size()));
        }));
        Await.result(FleetBus.DESCRIBE_CERTIFICATE.serve(
                vertx,
                asked -> Future.succeededFuture(certificates.stream()
                        .filter(each -> each.serial().equals(asked.serial()))
                        .findFirst()
                        .<CertificateDescription>map(CertificateDescription.Known::new)
                        .orElse(new CertificateDescription.Unknown(asked.serial())))));
        Await.result(FleetBus.REVOCATION_ENFORCED.listen(vertx, enforced::add));
    }

    @AfterEach
    void stop() {
        Await.result(vertx.close());
    }

    @Test
    void gives_the_listener_a_certificate_and_leaves_the_rest_of_it() {
        var ca = new FleetCa(Clock.systemUTC());
        var target = target("ssl:default");
        var material = ca.issue("broker", List.of("localhost"), Duration.ofDays(1));

        Await.result(target.install(new Installation(material, List.of(ca.root()))));
        assertThat(emqx.requests).isEmpty();
        assertThat(Await.result(target.reload())).contains("/api/v5/listeners/ssl:default");

        var options = emqx.listener().getJsonObject("ssl_options");
        assertThat(options.getString("certfile")).isEqualTo(Pem.of(material.chain()));
        assertThat(options.getString("cacertfile")).isEqualTo(Pem.of(List.of(ca.root())));
        assertThat(options.getString("verify")).isEqualTo("verify_peer");
        assertThat(options.getBoolean("fail_if_no_peer_cert")).isTrue();
        assertThat(options.getBoolean("enable_crl_check")).isTrue();
        assertThat(emqx.listener().getString("bind")).isEqualTo("0.0.0.0:8883");
        assertThat(Await.result(target.current()).orElseThrow().leaf()).isEqualTo(material.leaf());
    }

    @Test
    void keeps_the_key_to_itself_and_puts_the_old_pair_back() throws Exception {
        var ca = new FleetCa(Clock.systemUTC());
        var target = target("ssl:default");
        var first = ca.issue("broker", List.of("localhost"), Duration.ofDays(1));
        Await.result(target.install(new Installation(first, List.of(ca.root()))));
        var mode = Files.getPosixFilePermissions(directory.resolve("server.key"));
        assertThat(PosixFilePermissions.toString(mode)).isEqualTo("rw-------");
        Snapshot before = Await.result(target.snapshot());
        var second = ca.issue("broker", List.of("localhost"), Duration.ofDays(2));
        Await.result(target.install(new Installation(second, List.of(ca.root()))));
        Await.result(target.reload());

        Await.result(target.restore(before));
        Await.result(target.reload());

        assertThat(emqx.listener().getJsonObject("ssl_options").getString("certfile"))
                .isEqualTo(Pem.of(first.chain()));
    }

    @Test
    void says_what_emqx_refused_and_what_to_do() {
        var ca = new FleetCa(Clock.systemUTC());
        var unknown = target("ssl:other");
        var material = ca.issue("broker", List.of("localhost"), Duration.ofDays(1));
        Await.result(unknown.install(new Installation(material, List.of(ca.root()))));
        assertThat(Await.failure(unknown.reload())).hasMessageContainingAll("404", "ssl:other", "emqx.listener");

        var stranger = new EmqxApi(vertx.createHttpClient(), emqx.url(), FakeEmqx.KEY, "wrong", "ssl:default");
        assertThat(Await.failure(stranger.banned())).hasMessageContainingAll("401", "emqx.api-key");
    }

    @Test
    void bans_and_kicks_whoever_shows_a_revoked_identity() {
        deploy();
        emqx.clients.put("site-001", List.of("site-001", "site-001-b"));
        certificates.add(certificate("site-001", 7, Profile.SITE, CertificateStatus.REVOKED));

        revoke("site-001", 7);

        Await.until(vertx, "enforced", () -> enforced.size() == 1);
        assertThat(enforced.get(0).broker()).isEqualTo("emqx");
        assertThat(emqx.kicked).containsExactly("site-001", "site-001-b");
        var ban = emqx.bans.get("site-001");
        assertThat(ban.getString("as")).isEqualTo("username");
        assertThat(ban.getString("by")).isEqualTo("lumia");
        assertThat(ban.getString("until")).isEqualTo(END.toString());
        assertThat(ban.getString("reason")).contains("keyCompromise");
        int banned = emqx.requests.indexOf("POST /api/v5/banned");
        assertThat(banned).isLessThan(emqx.requests.indexOf("POST /api/v5/clients/kickout/bulk"));
    }

    @Test
    void only_kicks_an_identity_that_has_another_certificate() {
        deploy();
        emqx.clients.put("dev-0001", List.of("dev-0001"));
        certificates.add(certificate("dev-0001", 8, Profile.DEVICE, CertificateStatus.ACTIVE));

        revoke("dev-0001", 7);

        Await.until(vertx, "enforced", () -> enforced.size() == 1);
        assertThat(emqx.kicked).containsExactly("dev-0001");
        assertThat(emqx.bans).isEmpty();
    }

    @Test
    void lifts_the_ban_when_the_identity_has_a_certificate_again() {
        deploy();
        certificates.add(certificate("site-001", 7, Profile.SITE, CertificateStatus.REVOKED));
        revoke("site-001", 7);
        Await.until(vertx, "banned", () -> emqx.bans.containsKey("site-001"));
        Await.until(vertx, "enforced", () -> enforced.size() == 1);

        var next = certificate("site-001", 9, Profile.SITE, CertificateStatus.ACTIVE);
        certificates.add(next);
        FleetBus.CERTIFICATE_ISSUED.publish(vertx, new CertificateIssued(next, Duration.ZERO));

        Await.until(vertx, "lifted", () -> emqx.bans.isEmpty());
    }

    @Test
    void tries_again_until_emqx_answers() {
        deploy();
        certificates.add(certificate("site-001", 7, Profile.SITE, CertificateStatus.REVOKED));
        emqx.failFor(2);

        revoke("site-001", 7);

        Await.until(vertx, "enforced", () -> enforced.size() == 1);
        assertThat(emqx.bans).containsKey("site-001");
    }

    @Test
    void bans_after_a_start_what_was_revoked_meanwhile() {
        certificates.add(certificate("site-001", 7, Profile.SITE, CertificateStatus.REVOKED));
        certificates.add(certificate("site-002", 8, Profile.SITE, CertificateStatus.REVOKED));
        certificates.add(certificate("site-002", 9, Profile.SITE, CertificateStatus.ACTIVE));

        deploy();

        Await.until(vertx, "banned", () -> emqx.bans.containsKey("site-001"));
        assertThat(emqx.bans).doesNotContainKey("site-002");
        assertThat(enforced).isEmpty();
    }

    @Test
    void the_configuration_demands_certificates_and_names_users_by_them() {
        var text = new EmqxConfiguration("default", "0.0.0.0:8883", "/etc/emqx/lumia", true).text();
        assertThat(text)
                .contains(
                        "mqtt.peer_cert_as_username = cn",
                        "verify = verify_peer",
                        "fail_if_no_peer_cert = true",
                        "enable_crl_check = true",
                        "proxy_protocol = true",
                        "certfile = \"/etc/emqx/lumia/server.crt\"");
        assertThat(text.chars().filter(c -> c == '{').count())
                .isEqualTo(text.chars().filter(c -> c == '}').count());
    }

    private Target target(String listener) {
        var api = new EmqxApi(vertx.createHttpClient(), emqx.url(), FakeEmqx.KEY, FakeEmqx.SECRET, listener);
        var workers = vertx.createSharedWorkerExecutor("emqx-test", 1);
        return new Targets(workers, new RestartPace(vertx, Duration.ZERO), () -> api)
                .of(new RenewalTargetConfig(
                        RenewalTargetConfig.Type.EMQX,
                        directory.resolve("server.crt"),
                        directory.resolve("server.key"),
                        null,
                        directory.resolve("ca.crt"),
                        null,
                        null,
                        null,
                        null,
                        null,
                        Duration.ofSeconds(10)));
    }

    private void deploy() {
        var config = new EmqxConfig(emqx.url(), FakeEmqx.KEY, FakeEmqx.SECRET, null, null, "ssl:default");
        var clock = Clock.fixed(NOW.plusSeconds(1), java.time.ZoneOffset.UTC);
        var unused = Await.result(vertx.deployVerticle(new EmqxVerticle(config, TLS, clock)));
        Await.until(vertx, "it looked what was revoked meanwhile", () -> caughtUp);
    }

    private void revoke(String identity, int serial) {
        FleetBus.CERTIFICATE_REVOKED.publish(
                vertx, new CertificateRevoked(serial(serial), identity, RevocationReason.KEY_COMPROMISE, NOW, "test"));
    }

    private static CertificateRecord certificate(
            String identity, int serial, Profile profile, CertificateStatus status) {
        boolean revoked = status == CertificateStatus.REVOKED;
        return new CertificateRecord(
                serial(serial),
                profile,
                identity,
                List.of(identity),
                null,
                NOW,
                new Validity(NOW, END),
                status,
                "test",
                "sign",
                "",
                revoked ? NOW : null,
                revoked ? RevocationReason.KEY_COMPROMISE : null);
    }

    private static SerialNumber serial(int number) {
        return new SerialNumber(BigInteger.valueOf(number));
    }
}
