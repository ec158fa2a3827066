package io.lumia.authority;

import static io.lumia.authority.AuthorityFixture.leaf;
import static io.lumia.authority.AuthorityFixture.request;
import static io.lumia.authority.AuthorityFixture.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.Claim;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.ListDevices;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.bus.FleetBus.ReleaseName;
import io.lumia.bus.FleetBus.ReleaseOutcome;
import io.lumia.crypto.KeyPairs;
import io.lumia.fakes.MovableClock;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Profile;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.security.cert.CertificateParsingException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IssuanceTest {
    private static final DeviceName DEVICE = new DeviceName("dev-0001");

    @TempDir
    Path data;

    private final MovableClock clock = new MovableClock(Instant.parse("2026-03-01T12:00:00.500Z"));
    private AuthorityFixture fixture;

    @BeforeEach
    void start() {
        fixture = new AuthorityFixture(data, clock);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void a_claim_gets_a_bootstrap_certificate_for_the_device_and_its_name() throws CertificateParsingException {
        var pair = KeyPairs.p256();
        var bundle = fixture.issued(request(Profile.BOOTSTRAP, pair, "dev-0001", null));

        var leaf = leaf(bundle);
        assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("CN=dev-0001");
        assertThat(leaf.getSubjectAlternativeNames().iterator().next().get(1))
                .isEqualTo("dev-0001.devices.lumia.internal");
        assertThat(bundle.validity().notBefore()).isEqualTo("2026-03-01T11:59:00Z");
        assertThat(bundle.validity().notAfter()).isEqualTo("2026-03-01T13:00:00Z");
        assertThat(bundle.issuedAt()).isEqualTo(clock.instant());
        assertThat(device().identityKey())
                .isEqualTo(Fingerprint.of(pair.getPublic()).hex());
        assertThat(device().latestSerial()).isEqualTo(bundle.serial());
    }

    @Test
    void a_name_belongs_to_the_first_key_until_an_operator_releases_it() {
        var first = KeyPairs.p256();
        var second = KeyPairs.p256();
        fixture.issued(request(Profile.BOOTSTRAP, first, "dev-0001", null));

        var refused = fixture.refused(request(Profile.BOOTSTRAP, second, "dev-0001", null));
        assertThat(refused.refusal()).isEqualTo(Refusal.NAME_CLAIMED);
        assertThat(device().identityKey())
                .isEqualTo(Fingerprint.of(first.getPublic()).hex());

        assertThat(release()).isEqualTo(ReleaseOutcome.RELEASED);
        assertThat(release()).isEqualTo(ReleaseOutcome.UNKNOWN);
        fixture.issued(request(Profile.BOOTSTRAP, second, "dev-0001", null));
        assertThat(device().identityKey())
                .isEqualTo(Fingerprint.of(second.getPublic()).hex());
    }

    @Test
    void the_same_key_may_ask_again_and_its_address_follows() {
        var pair = KeyPairs.p256();
        fixture.issued(request(Profile.BOOTSTRAP, pair, "dev-0001", null));
        var asked = request(Profile.BOOTSTRAP, pair, "dev-0001", null);
        fixture.issued(new IssueCertificate(
                asked.profile(),
                asked.csr(),
                List.of(),
                null,
                new Claim(DEVICE, "127.20.0.99"),
                "test",
                "provisioning"));
        assertThat(device().address()).isEqualTo("127.20.0.99");
    }

    @Test
    void of_many_keys_that_claim_a_name_at_once_one_gets_it() {
        var outcomes = IntStream.range(0, 20)
                .mapToObj(i -> request(Profile.BOOTSTRAP, KeyPairs.p256(), "dev-0001", null))
                .map(asked -> FleetBus.ISSUE_CERTIFICATE.ask(fixture.vertx, asked))
                .toList();
        Future.all(outcomes).await();
        assertThat(outcomes.stream().filter(outcome -> outcome.result() instanceof IssueOutcome.Issued))
                .hasSize(1);
    }

    @Test
    void a_device_certificate_needs_a_claimed_name_and_a_fresh_key() {
        assertThat(fixture.refused(request(Profile.DEVICE, KeyPairs.p256(), "dev-0001", null))
                        .refusal())
                .isEqualTo(Refusal.NAME_NOT_ALLOWED);

        var identity = KeyPairs.p256();
        fixture.issued(request(Profile.BOOTSTRAP, identity, "dev-0001", null));
        var reused = fixture.refused(request(Profile.DEVICE, identity, "dev-0001", null));
        assertThat(reused.refusal()).isEqualTo(Refusal.UNFIT_REQUEST);
        assertThat(reused.detail()).contains("identity key");

        var bundle = fixture.issued(request(Profile.DEVICE, KeyPairs.p256(), "dev-0001", null));
        var described = FleetBus.DESCRIBE_CERTIFICATE
                .ask(fixture.vertx, new DescribeCertificate(bundle.serial()))
                .await();
        var known = ((CertificateDescription.Known) described).certificate();
        assertThat(known.profile()).isEqualTo(Profile.DEVICE);
        assertThat(known.device()).isEqualTo(DEVICE);
    }

    @Test
    void a_name_that_changed_hands_since_the_request_was_permitted_is_not_certified_for_the_old_holder() {
        var old = KeyPairs.p256();
        var holder = KeyPairs.p256();
        fixture.issued(request(Profile.BOOTSTRAP, old, "dev-0001", null));
        var asked = request(Profile.DEVICE, KeyPairs.p256(), "dev-0001", null);
        assertThat(release()).isEqualTo(ReleaseOutcome.RELEASED);
        fixture.issued(request(Profile.BOOTSTRAP, holder, "dev-0001", null));

        assertThat(fixture.refused(permitted(asked, old)).refusal()).isEqualTo(Refusal.NAME_CLAIMED);
        fixture.issued(permitted(asked, holder));
    }

    private static IssueCertificate permitted(IssueCertificate asked, java.security.KeyPair holder) {
        return new IssueCertificate(
                asked.profile(),
                asked.csr(),
                List.of(),
                null,
                new Claim(
                        DEVICE, "127.20.0.3", Fingerprint.of(holder.getPublic()).hex()),
                "test",
                "acme");
    }

    @Test
    void a_request_for_another_name_than_the_claimed_one_is_unfit() {
        for (var csr : List.of(
                CertificateRequest.create(KeyPairs.p256(), "dev-0002", List.of()),
                CertificateRequest.create(KeyPairs.p256(), "dev-0001", List.of("dev-0002.devices.lumia.internal")),
                CertificateRequest.create(KeyPairs.p256(), "dev-0001", List.of("10.0.0.1")),
                "no request at all")) {
            var refused = fixture.refused(new IssueCertificate(
                    Profile.BOOTSTRAP, csr, List.of(), null, new Claim(DEVICE, "127.20.0.3"), "test", "provisioning"));
            assertThat(refused.refusal()).isEqualTo(Refusal.UNFIT_REQUEST);
        }
        assertThat(fixture.store.claims().find(DEVICE).await()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev-0001.devices.lumia.internal", "*.devices.lumia.internal", "devices.lumia.internal"})
    void a_server_gets_no_name_of_the_fleet(String name) {
        assertThat(fixture.refused(server(name, List.of("localhost", name))).refusal())
                .isEqualTo(Refusal.NAME_NOT_ALLOWED);
        assertThat(fixture.refused(server(name, List.of())).refusal()).isEqualTo(Refusal.NAME_NOT_ALLOWED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-x.example", "a..b", "x.example.", "999.1.1.1", "a b", "ex\u00e4mple.org", ""})
    void a_server_name_must_be_a_name_or_an_address(String name) {
        var asked = server("localhost", List.of());
        var refused = fixture.refused(
                new IssueCertificate(Profile.SERVER, asked.csr(), List.of(name), null, null, "test", "sign"));
        assertThat(refused.refusal()).isEqualTo(Refusal.UNFIT_REQUEST);
    }

    @Test
    void a_server_is_called_by_its_first_name_unless_it_names_itself() {
        assertThat(leaf(fixture.issued(server("elsewhere", List.of("a.example", "10.0.0.1"))))
                        .getSubjectX500Principal()
                        .getName())
                .isEqualTo("CN=a.example");
        assertThat(leaf(fixture.issued(server("B.example", List.of("a.example", "b.example"))))
                        .getSubjectX500Principal()
                        .getName())
                .isEqualTo("CN=b.example");
    }

    @Test
    void a_lifetime_outside_the_bounds_is_refused_and_one_inside_is_given() {
        for (Duration lifetime : List.of(Duration.ofSeconds(9), Duration.ofHours(25), Duration.ofSeconds(-5))) {
            assertThat(fixture.refused(request(Profile.BOOTSTRAP, KeyPairs.p256(), "dev-0001", lifetime))
                            .refusal())
                    .isEqualTo(Refusal.LIFETIME_NOT_ALLOWED);
        }
        assertThat(fixture.issued(request(Profile.BOOTSTRAP, KeyPairs.p256(), "dev-0001", Duration.ofSeconds(90)))
                        .validity()
                        .notAfter())
                .isEqualTo("2026-03-01T12:01:30Z");
    }

    @Test
    void no_certificate_outlives_the_intermediate() {
        var end = fixture.authority.description().intermediateNotAfter();
        clock.advance(Duration.between(clock.instant(), end.minus(Duration.ofMinutes(10))));
        assertThat(fixture.issued(request(Profile.BOOTSTRAP, KeyPairs.p256(), "dev-0001", null))
                        .validity()
                        .notAfter())
                .isEqualTo(end);
        clock.advance(Duration.ofSeconds(595));
        assertThat(fixture.refused(request(Profile.BOOTSTRAP, KeyPairs.p256(), "dev-0002", null))
                        .refusal())
                .isEqualTo(Refusal.LIFETIME_NOT_ALLOWED);
    }

    @Test
    void certificates_issued_side_by_side_have_serials_of_their_own_and_are_told() throws InterruptedException {
        var told = new CountDownLatch(300);
        FleetBus.CERTIFICATE_ISSUED
                .listen(fixture.vertx, issued -> told.countDown())
                .await();
        var outcomes = IntStream.range(0, 300)
                .mapToObj(i -> request(Profile.BOOTSTRAP, KeyPairs.p256(), "dev-" + i, null))
                .map(asked -> FleetBus.ISSUE_CERTIFICATE.ask(fixture.vertx, asked))
                .toList();
        Future.all(outcomes).await();

        var serials = new HashSet<>();
        outcomes.forEach(outcome ->
                serials.add(((IssueOutcome.Issued) outcome.result()).bundle().serial()));
        assertThat(serials).hasSize(300);
        assertThat(told.await(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void what_is_refused_and_what_fails_is_told_apart() throws InterruptedException {
        var told = new LinkedBlockingQueue<FleetBus.CertificateNotIssued>();
        FleetBus.CERTIFICATE_NOT_ISSUED.listen(fixture.vertx, told::add).await();
        var fleetName = "dev-0001.devices.lumia.internal";
        assertThat(fixture.refused(server(fleetName, List.of())).refusal()).isEqualTo(Refusal.NAME_NOT_ALLOWED);
        assertThat(told.poll(1, TimeUnit.MINUTES))
                .extracting(FleetBus.CertificateNotIssued::via, FleetBus.CertificateNotIssued::result)
                .containsExactly("sign", "refused");

        fixture.store
                .write(handle -> handle.execute("drop table certificate_counts"))
                .await();
        var broken = FleetBus.ISSUE_CERTIFICATE.ask(fixture.vertx, server("a.example", List.of()));
        assertThatThrownBy(broken::await).isNotNull();
        assertThat(told.poll(1, TimeUnit.MINUTES))
                .extracting(FleetBus.CertificateNotIssued::via, FleetBus.CertificateNotIssued::result)
                .containsExactly("sign", "failed");
    }

    private FleetBus.DeviceRecord device() {
        return FleetBus.LIST_DEVICES
                .ask(fixture.vertx, new ListDevices(DEVICE.value(), 0, 10))
                .await()
                .devices()
                .get(0);
    }

    private ReleaseOutcome release() {
        return FleetBus.RELEASE_NAME
                .ask(fixture.vertx, new ReleaseName(DEVICE, "operator"))
                .await();
    }
}
