package io.lumia.authority;

import static io.lumia.authority.AuthorityFixture.leaf;
import static io.lumia.authority.AuthorityFixture.request;
import static io.lumia.authority.AuthorityFixture.server;
import static org.assertj.core.api.Assertions.assertThat;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CaRotationChange;
import io.lumia.bus.FleetBus.CaRotationOutcome;
import io.lumia.bus.FleetBus.CaRotationStatus;
import io.lumia.bus.FleetBus.ChangeCaRotation;
import io.lumia.bus.FleetBus.ConfirmTrust;
import io.lumia.bus.FleetBus.DescribeCaRotation;
import io.lumia.bus.FleetBus.DescribeTrust;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.StartCaRotation;
import io.lumia.bus.FleetBus.Straggler;
import io.lumia.bus.FleetBus.TrustChanged;
import io.lumia.bus.FleetBus.TrustHolder;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.Await;
import io.lumia.fakes.MovableClock;
import io.lumia.lifecycle.CaRotation.Phase;
import io.lumia.tls.FleetTrust;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaRotationDeskTest {
    private final MovableClock clock =
            new MovableClock(Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS));

    @TempDir
    Path data;

    private AuthorityFixture fixture;
    private X509Certificate oldRoot;

    @BeforeEach
    void open() {
        fixture = new AuthorityFixture(data, clock);
        oldRoot = Pem.certificates(fixture.authority.description().root()).get(0);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void a_root_is_replaced_without_a_moment_in_which_a_live_leaf_is_not_trusted() {
        var published = new ConcurrentLinkedQueue<TrustChanged>();
        FleetBus.TRUST_CHANGED.listen(fixture.vertx, published::add).await();
        var old = device("dev-0001");
        confirm("dev-0001");

        assertThat(changed(start(false)).phase()).isEqualTo("prepared");
        assertThat(trusted()).containsExactly(oldRoot);
        assertThat(changed(next()).phase()).isEqualTo("spreading");
        assertThat(trusted()).hasSize(2).startsWith(oldRoot);
        assertThat(refused(next()).detail()).contains("dev-0001");
        confirm("dev-0001");
        awaitPhase("adopted");
        assertThat(endsAt(device("dev-0002"), oldRoot)).isTrue();
        confirm("dev-0002");

        assertThat(changed(next()).phase()).isEqualTo("issuing");
        var newRoot = trusted().get(0);
        assertThat(newRoot).isNotEqualTo(oldRoot);
        var fresh = device("dev-0003");
        assertThat(endsAt(fresh, newRoot)).isTrue();
        assertThat(endsAt(fresh, oldRoot)).isFalse();
        assertThat(endsAt(old, oldRoot)).isTrue();
        assertThat(changed(next()).phase()).isEqualTo("draining");
        assertThat(refused(next()).status().stragglers())
                .extracting(Straggler::name)
                .contains("dev-0001", "dev-0002");
        device("dev-0001");
        device("dev-0002");
        renewListener();

        assertThat(changed(next()).phase()).isEqualTo("withdrawing");
        assertThat(trusted()).containsExactly(newRoot);
        List.of("dev-0001", "dev-0002", "dev-0003").forEach(this::confirm);
        awaitPhase("done");
        assertThat(published).hasSize(2);
        assertThat(status().ready()).isFalse();
    }

    @Test
    void a_server_of_the_new_root_is_verified_by_who_slept_through_the_rotation() {
        toIssuing();
        var bundle = fixture.issued(server("broker.test", List.of("broker.test")));
        assertThat(Pem.certificates(bundle.chain())).hasSize(2);
        assertThat(endsAt(bundle, oldRoot)).isTrue();
        assertThat(endsAt(bundle, trusted().get(0))).isTrue();
        assertThat(Pem.certificates(device("dev-0001").chain())).hasSize(1);
    }

    @Test
    void whoever_is_missing_is_named_and_gone_past_by_force_alone() {
        device("dev-0001");
        device("dev-0002");
        FleetBus.CONFIRM_TRUST
                .ask(fixture.vertx, new ConfirmTrust(TrustHolder.BROKER, "site-a", "0".repeat(64)))
                .await();
        changed(start(false));
        changed(next());
        confirm("dev-0002");
        Await.until(fixture.vertx, "our own listener confirms", () -> status().missing() == 2);
        var blocked = refused(next());
        assertThat(blocked.detail()).contains("2 have not confirmed", "site-a", "dev-0001", "--force");
        assertThat(blocked.status().missing()).isEqualTo(2);
        assertThat(blocked.status().adoption().get("device")).isEqualTo(new FleetBus.Adoption(1, 1));

        var acts = new ConcurrentLinkedQueue<FleetBus.Audited>();
        FleetBus.AUDITED.listen(fixture.vertx, acts::add).await();
        assertThat(changed(change(CaRotationChange.NEXT, true, false)).phase()).isEqualTo("adopted");
        Await.until(fixture.vertx, "the act is told", () -> !acts.isEmpty());
        assertThat(acts.peek().action()).isEqualTo("ca.rotation.adopted");
        assertThat(acts.peek().details())
                .containsEntry("forced", "yes")
                .containsEntry("stragglers", "site-a, dev-0001");
    }

    @Test
    void turning_back_early_leaves_everything_as_it_was() {
        device("dev-0001");
        changed(start(false));
        changed(next());
        assertThat(trusted()).hasSize(2);
        assertThat(changed(abort()).phase()).isEqualTo("aborted");
        assertThat(trusted()).containsExactly(oldRoot);
        assertThat(endsAt(device("dev-0001"), oldRoot)).isTrue();
        assertThat(changed(start(false)).phase()).as("and begins anew").isEqualTo("prepared");
        assertThat(data.resolve("ca/3/root.crt")).exists();
    }

    @Test
    void turning_back_late_waits_for_the_leaves_of_the_new_root() {
        toIssuing();
        device("dev-0001");
        assertThat(changed(abort()).phase()).isEqualTo("returning");
        assertThat(trusted()).hasSize(2).startsWith(oldRoot);
        var blocked = refused(next());
        assertThat(blocked.status().stragglers()).extracting(Straggler::name).contains("dev-0001");
        assertThat(endsAt(device("dev-0001"), oldRoot)).isTrue();
        awaitPhase("aborted");
        Await.until(fixture.vertx, "the old root alone", () -> trusted().equals(List.of(oldRoot)));
    }

    @Test
    void listeners_are_told_again_and_again_to_renew_while_certificates_drain_and_not_before() {
        var told = new ConcurrentLinkedQueue<Instant>();
        FleetBus.LISTENERS_TO_RENEW
                .listen(fixture.vertx, asked -> told.add(asked.issuedBefore()))
                .await();
        changed(start(true));
        assertThat(changed(next()).phase()).isEqualTo("issuing");
        device("dev-0001");
        clock.advance(Duration.ofMinutes(1));
        var drains = changed(next());
        assertThat(drains.phase()).isEqualTo("draining");
        Await.until(fixture.vertx, "they are told", () -> told.size() == 1);
        clock.advance(Duration.ofSeconds(30));
        Await.until(fixture.vertx, "they are told again", () -> told.size() == 2);
        assertThat(told).containsOnly(drains.since());

        var returns = changed(abort());
        assertThat(returns.phase()).isEqualTo("returning");
        clock.advance(Duration.ofSeconds(30));
        Await.until(fixture.vertx, "they are told of the way back", () -> told.size() == 3);
        assertThat(told).last().isEqualTo(returns.since());
    }

    @Test
    void an_intermediate_is_replaced_under_the_same_root_and_revoked_at_the_end() {
        var old = device("dev-0001");
        var oldIssuer = Pem.certificates(old.chain()).get(0);
        changed(start(true));
        assertThat(changed(next()).phase()).isEqualTo("issuing");
        var fresh = device("dev-0001");
        assertThat(trusted()).containsExactly(oldRoot);
        assertThat(Pem.certificates(fresh.chain()).get(0)).isNotEqualTo(oldIssuer);
        assertThat(endsAt(fresh, oldRoot)).isTrue();
        changed(next());
        renewListener();
        assertThat(changed(change(CaRotationChange.NEXT, false, true)).phase()).isEqualTo("done");
        Await.until(fixture.vertx, "the root's CRL lists it", () -> rootCrlLists(oldIssuer));
    }

    @Test
    void a_process_that_ends_after_any_step_goes_on_from_there() throws Exception {
        device("dev-0001");
        Files.createDirectories(data.resolve("ca/2.unfinished"));
        Files.createDirectories(data.resolve("ca/2")); // of a start that was killed before the database knew of it
        changed(start(false));
        var phases = new ArrayList<String>();
        for (int steps = 0; steps < 20 && !status().phase().equals("done"); steps++) {
            phases.add(status().phase());
            var trusted = trusted();
            restart();
            assertThat(trusted()).isEqualTo(trusted);
            assertThat(CaCertificates.read(data).trusted()).isEqualTo(trusted);
            device("dev-0001");
            confirm("dev-0001");
            if (status().phase().equals("draining")) {
                renewListener();
            }
            if (!List.of("spreading", "withdrawing").contains(status().phase())) {
                changed(next());
            } else {
                var here = status().phase();
                Await.until(fixture.vertx, "goes on", () -> !status().phase().equals(here));
            }
        }
        assertThat(phases).containsExactly("prepared", "spreading", "adopted", "issuing", "draining", "withdrawing");
        assertThat(endsAt(device("dev-0001"), oldRoot)).isFalse();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("ca/2/intermediate.key"))))
                .isEqualTo("rw-------");
    }

    @Test
    void a_step_that_the_database_has_is_made_good_after_a_crash() {
        device("dev-0001");
        changed(start(false));
        for (Phase phase : List.of(Phase.SPREADING, Phase.ADOPTED, Phase.ISSUING)) {
            var row = fixture.store.caRotations().latest().await().orElseThrow();
            assertThat(fixture.store
                            .caRotations()
                            .move(row.phase(), row.at(phase, clock.instant(), false))
                            .await())
                    .isTrue();
            restart();
            assertThat(status().phase()).isEqualTo(phase.label());
        }
        assertThat(trusted()).hasSize(2);
        assertThat(endsAt(device("dev-0001"), trusted().get(0))).isTrue();
        assertThat(endsAt(device("dev-0001"), oldRoot)).isFalse();
    }

    @Test
    void a_node_without_the_new_keys_is_named_and_issues_nothing() throws Exception {
        toIssuing();
        var folder = data.resolve("ca/2");
        fixture.close();
        Files.move(folder, data.resolve("elsewhere"));
        fixture = new AuthorityFixture(data, clock);
        Await.until(
                fixture.vertx,
                "named",
                () -> status().adoption().get("authority").missing() == 1);
        assertThat(status().stragglers()).extracting(Straggler::detail).contains("lacks the new keys");
        var request = request(Profile.BOOTSTRAP, KeyPairs.p256(), "dev-0009", null);
        assertThat(fixture.refused(request).detail()).contains("lacks the keys of generation 2");
        Files.move(data.resolve("elsewhere"), folder);
        Await.until(fixture.vertx, "heals", () -> fixture.issue(request) instanceof IssueOutcome.Issued);
    }

    private void toIssuing() {
        changed(start(false));
        changed(next());
        awaitPhase("adopted");
        changed(next());
    }

    private void restart() {
        fixture.close();
        fixture = new AuthorityFixture(data, clock);
    }

    private CertificateBundle device(String name) {
        clock.advance(Duration.ofSeconds(1));
        var claim = request(Profile.BOOTSTRAP, KeyPairs.p256(), name, null);
        if (fixture.store
                .claims()
                .find(new io.lumia.x509.DeviceName(name))
                .await()
                .isEmpty()) {
            var unused = fixture.issued(claim);
        }
        return fixture.issued(request(Profile.DEVICE, KeyPairs.p256(), name, null));
    }

    private void confirm(String device) {
        var bundle = trust().bundleFingerprint();
        assertThat(FleetBus.CONFIRM_TRUST
                        .ask(fixture.vertx, new ConfirmTrust(TrustHolder.DEVICE, device, bundle))
                        .await()
                        .current())
                .isTrue();
    }

    private void renewListener() {
        FleetBus.renewListener("authority")
                .ask(fixture.vertx, new FleetBus.RenewListener("test"))
                .await();
    }

    private TrustChanged trust() {
        return FleetBus.DESCRIBE_TRUST.ask(fixture.vertx, new DescribeTrust()).await();
    }

    private List<X509Certificate> trusted() {
        return Pem.certificates(trust().bundlePem());
    }

    private CaRotationStatus status() {
        return FleetBus.DESCRIBE_CA_ROTATION
                .ask(fixture.vertx, new DescribeCaRotation())
                .await();
    }

    private CaRotationOutcome start(boolean intermediate) {
        return FleetBus.START_CA_ROTATION
                .ask(fixture.vertx, new StartCaRotation(intermediate, "test"))
                .await();
    }

    private CaRotationOutcome next() {
        return change(CaRotationChange.NEXT, false, false);
    }

    private CaRotationOutcome abort() {
        return change(CaRotationChange.ABORT, false, false);
    }

    private CaRotationOutcome change(CaRotationChange change, boolean force, boolean revoke) {
        return FleetBus.CHANGE_CA_ROTATION
                .ask(fixture.vertx, new ChangeCaRotation(change, force, revoke, "test"))
                .await();
    }

    private static CaRotationStatus changed(CaRotationOutcome outcome) {
        if (outcome instanceof CaRotationOutcome.Changed changed) {
            return changed.status();
        }
        throw new AssertionError(outcome);
    }

    private static CaRotationOutcome.Refused refused(CaRotationOutcome outcome) {
        if (outcome instanceof CaRotationOutcome.Refused refused) {
            return refused;
        }
        throw new AssertionError(outcome);
    }

    private void awaitPhase(String phase) {
        Await.until(fixture.vertx, phase, () -> status().phase().equals(phase));
    }

    private boolean rootCrlLists(X509Certificate intermediate) {
        var crl = data.resolve("ca/root.crl");
        try (var in = Files.newInputStream(crl)) {
            var parsed = (java.security.cert.X509CRL)
                    java.security.cert.CertificateFactory.getInstance("X.509").generateCRL(in);
            return parsed.isRevoked(intermediate);
        } catch (java.io.IOException | java.security.GeneralSecurityException notYet) {
            return false;
        }
    }

    /** By the platform's path validation, as devices do it. */
    private static boolean endsAt(CertificateBundle bundle, X509Certificate root) {
        var chain = Stream.concat(Stream.of(leaf(bundle)), Pem.certificates(bundle.chain()).stream())
                .toArray(X509Certificate[]::new);
        try {
            var trust = new FleetTrust(List.of(root));
            if (leaf(bundle).getExtendedKeyUsage().contains("1.3.6.1.5.5.7.3.2")) {
                trust.checkClientTrusted(chain, "EC");
            } else {
                trust.checkServerTrusted(chain, "ECDHE_ECDSA");
            }
            return true;
        } catch (java.security.cert.CertificateException notTrusted) {
            return false;
        }
    }
}
