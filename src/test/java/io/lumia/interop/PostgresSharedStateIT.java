package io.lumia.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.authority.AuthorityFixture;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.RevokeCertificate;
import io.lumia.bus.FleetBus.RevokeOutcome;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.fakes.PostgresServer;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Crl;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two authorities with one CA over one database, and no bus between them: what the database alone makes hold. */
class PostgresSharedStateIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static PostgresServer server;

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    private String url;
    private AuthorityFixture one;
    private AuthorityFixture other;

    @BeforeAll
    static void start_server() throws Exception {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stop_server() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void open_both() throws Exception {
        url = server.database();
        one = new AuthorityFixture(directory.resolve("one"), server.config(url), clock);
        Files.createDirectories(directory.resolve("other/ca"));
        try (var files = Files.list(directory.resolve("one/ca"))) {
            for (Path file :
                    files.filter(file -> !file.toString().endsWith(".log")).toList()) {
                Files.copy(
                        file,
                        directory.resolve("other/ca").resolve(file.getFileName()),
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        other = new AuthorityFixture(directory.resolve("other"), server.config(url), clock);
    }

    @AfterEach
    void close_both() {
        other.close();
        one.close();
    }

    @Test
    void a_revocation_at_one_node_holds_at_the_other_at_once_and_is_told_there_soon() {
        var serial = issued(one);
        assertThat(status(other, serial)).isEqualTo(CertificateStatus.ACTIVE);
        Set<SerialNumber> told = ConcurrentHashMap.newKeySet();
        Await.result(FleetBus.CERTIFICATE_REVOKED.listen(other.vertx, revoked -> told.add(revoked.serial())));

        assertThat(revoke(one, serial)).isInstanceOf(RevokeOutcome.Revoked.class);

        assertThat(status(other, serial)).isEqualTo(CertificateStatus.REVOKED);
        assertThat(revoke(other, serial)).isInstanceOf(RevokeOutcome.AlreadyRevoked.class);
        Await.until(
                other.vertx,
                "the CRL of the other lists it",
                () -> crl(other).serials().contains(serial));
        Await.until(other.vertx, "parts of the other are told", () -> told.contains(serial));
        Await.until(
                other.vertx,
                "the journal of the other has it",
                () -> journal("other").contains(serial.toString()));
    }

    @Test
    void crls_grow_in_number_and_content_whichever_node_is_asked() {
        var serials = new ArrayList<SerialNumber>();
        var last = BigInteger.ZERO;
        int listed = 0;
        for (int i = 0; i < 10; i++) {
            var first = issued(one);
            var second = issued(other);
            assertThat(revoke(one, first)).isInstanceOf(RevokeOutcome.Revoked.class);
            assertThat(revoke(other, second)).isInstanceOf(RevokeOutcome.Revoked.class);
            serials.addAll(List.of(first, second));
            for (AuthorityFixture node : List.of(one, other)) {
                var crl = crl(node);
                assertThat(crl.number()).isGreaterThanOrEqualTo(last);
                assertThat(crl.size()).isGreaterThanOrEqualTo(listed);
                last = crl.number();
                listed = crl.size();
            }
        }
        Await.until(one.vertx, "all are listed", () -> crl(one).serials().containsAll(serials));
        assertThat(crl(other).number()).isEqualTo(crl(one).number());
    }

    @Test
    void a_revocation_that_commits_late_is_not_missed() throws Exception {
        var begun = Await.result(one.store.revocations().since(0)).next();
        try (var late = DriverManager.getConnection("jdbc:" + url, PostgresServer.USER, PostgresServer.PASSWORD);
                var statement = late.createStatement()) {
            late.setAutoCommit(false);
            statement.execute(
                    "insert into revocations (serial, revoked_at, reason, not_after) values ('0a', 1, 'superseded', 2)");
            var early = issued(one);
            assertThat(revoke(one, early)).isInstanceOf(RevokeOutcome.Revoked.class);
            var first = Await.result(one.store.revocations().since(begun));
            assertThat(first.told()).extracting(told -> told.revoked().serial()).containsExactly(early);
            late.commit();
            var second = Await.result(one.store.revocations().since(first.next()));
            assertThat(second.told())
                    .extracting(told -> told.revoked().serial())
                    .contains(new SerialNumber(BigInteger.TEN));
        }
    }

    @Test
    void what_one_client_takes_of_all_nodes_is_one_limit() {
        int taken = 0;
        for (int i = 0; i < 12; i++) {
            taken += take(i % 2 == 0 ? one : other) ? 1 : 0;
        }
        assertThat(taken).isEqualTo(5);
        clock.advance(Duration.ofSeconds(2));
        assertThat(take(one)).isTrue();
        assertThat(take(other)).isFalse();
    }

    @Test
    void a_lease_has_one_owner_until_its_time_is_over_and_a_late_one_cannot_keep_it() {
        var mine = Await.result(one.store.leases().take("purge", "one", Duration.ofSeconds(60)))
                .orElseThrow();
        assertThat(Await.result(other.store.leases().take("purge", "other", Duration.ofSeconds(60))))
                .isEmpty();
        assertThat(Await.result(one.store.leases().keep(mine, Duration.ofMillis(1))))
                .isTrue();
        Await.until(
                other.vertx,
                "its time is over",
                () -> Await.result(other.store.leases().take("purge", "other", Duration.ofSeconds(60)))
                        .filter(theirs -> theirs.fence() > mine.fence())
                        .isPresent());
        assertThat(Await.result(one.store.leases().keep(mine, Duration.ofSeconds(60))))
                .isFalse();
        Await.result(one.store.leases().release(mine));
        assertThat(Await.result(one.store.leases().take("purge", "one", Duration.ofSeconds(60))))
                .isEmpty();
    }

    private boolean take(AuthorityFixture node) {
        return Await.result(node.store.writeUnsynced(
                        handle -> node.store.limits().take(handle, "client", 30, 5, clock.instant())))
                .isEmpty();
    }

    private static SerialNumber issued(AuthorityFixture node) {
        var csr = CertificateRequest.create(KeyPairs.p256(), "shared.example", List.of("shared.example"));
        var outcome = Await.result(FleetBus.ISSUE_CERTIFICATE.ask(
                node.vertx, new IssueCertificate(Profile.SERVER, csr, List.of(), null, null, "operator", "sign")));
        return ((IssueOutcome.Issued) outcome).bundle().serial();
    }

    private static RevokeOutcome revoke(AuthorityFixture node, SerialNumber serial) {
        return Await.result(FleetBus.REVOKE_CERTIFICATE.ask(
                node.vertx, new RevokeCertificate(serial, RevocationReason.SUPERSEDED, "operator")));
    }

    private static CertificateStatus status(AuthorityFixture node, SerialNumber serial) {
        var told = Await.result(FleetBus.DESCRIBE_CERTIFICATE.ask(node.vertx, new DescribeCertificate(serial)));
        return ((CertificateDescription.Known) told).certificate().status();
    }

    private static Crl crl(AuthorityFixture node) {
        try {
            var answer = HTTP.send(
                    HttpRequest.newBuilder(URI.create(
                                    "http://127.0.0.1:" + node.authority.httpPort() + "/crl/intermediate.crl"))
                            .build(),
                    BodyHandlers.ofByteArray());
            return Crl.parse(answer.body());
        } catch (java.io.IOException | InterruptedException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private String journal(String node) {
        try {
            return Files.readString(directory.resolve(node).resolve("ca/revocations.log"));
        } catch (java.io.IOException broken) {
            throw new IllegalStateException(broken);
        }
    }
}
