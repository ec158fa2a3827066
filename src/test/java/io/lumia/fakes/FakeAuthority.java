package io.lumia.fakes;

import static io.lumia.bus.FleetBus.DESCRIBE_AUTHORITY;
import static io.lumia.bus.FleetBus.DESCRIBE_CERTIFICATE;
import static io.lumia.bus.FleetBus.ISSUE_CERTIFICATE;
import static io.lumia.bus.FleetBus.LIST_DEVICES;

import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateRevoked;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.DevicePage;
import io.lumia.bus.FleetBus.DeviceRecord;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.crypto.KeyPairs;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.CertificateTemplate;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.IssuerLocations;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.UnfitRequest;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Answers for the authority on the bus, from memory; issues whatever a test asks for. */
public final class FakeAuthority {
    private static final SecureRandom RANDOMNESS = new SecureRandom();

    /** Whether it refuses to issue. */
    public volatile boolean refusing;
    /** Whether it leaves out the names that are asked for. */
    public volatile boolean forgetful;
    /** Whether it certifies with a CA that nobody knows. */
    public volatile boolean foreign;
    /** Whether it certifies another key than the one that asked. */
    public volatile boolean confused;
    /** The shortest lifetime it issues. */
    public volatile Duration leastLifetime = Duration.ZERO;

    /** Runs before each answer that describes a certificate; the description is from before that. */
    public volatile Supplier<Future<Void>> beforeDescribing = Future::succeededFuture;

    private final TestAuthority authority;
    private final Clock clock;
    private final Map<SerialNumber, CertificateRecord> records = new ConcurrentHashMap<>();

    public FakeAuthority(Clock clock) {
        this.clock = clock;
        this.authority = TestAuthority.at(clock.instant());
    }

    public Future<Void> serve(Vertx vertx) {
        return DESCRIBE_AUTHORITY
                .serve(vertx, asked -> Future.succeededFuture(description()))
                .compose(served -> ISSUE_CERTIFICATE.serve(vertx, this::issue))
                .compose(served -> DESCRIBE_CERTIFICATE.serve(vertx, asked -> describe(asked.serial())))
                .compose(served -> LIST_DEVICES.serve(vertx, asked -> devices(asked.query())));
    }

    /** A certificate with a fresh key that the authority has a record of. */
    public TlsMaterial device(String identity) {
        return material(Profile.DEVICE, identity, new DeviceName(identity), Duration.ofHours(1));
    }

    /** With these DNS names besides. */
    public TlsMaterial device(String identity, List<String> names) {
        var pair = KeyPairs.p256();
        var validity =
                new Validity(clock.instant().minusSeconds(3600), clock.instant().plus(Duration.ofHours(1)));
        var leaf = leaf(Profile.DEVICE, identity, names, pair.getPublic(), validity);
        record(leaf, Profile.DEVICE, identity, new DeviceName(identity));
        return new TlsMaterial(
                pair.getPrivate(), List.of(leaf, authority.intermediate().certificate()));
    }

    public TlsMaterial material(Profile profile, String identity, DeviceName device, Duration lifetime) {
        return material(
                profile,
                identity,
                device,
                new Validity(clock.instant().minusSeconds(3600), clock.instant().plus(lifetime)));
    }

    public TlsMaterial material(Profile profile, String identity, DeviceName device, Validity validity) {
        var pair = KeyPairs.p256();
        var leaf = leaf(profile, identity, List.of(), pair.getPublic(), validity);
        record(leaf, profile, identity, device);
        return new TlsMaterial(
                pair.getPrivate(), List.of(leaf, authority.intermediate().certificate()));
    }

    /** Forgets the record, as if the certificate came from elsewhere under the same root. */
    public void forget(SerialNumber serial) {
        records.remove(serial);
    }

    /** Records the revocation. @return what the authority tells everybody */
    public CertificateRevoked revoke(SerialNumber serial) {
        var revoked = records.computeIfPresent(
                serial,
                (same, r) -> new CertificateRecord(
                        r.serial(),
                        r.profile(),
                        r.identity(),
                        r.names(),
                        r.device(),
                        r.issuedAt(),
                        r.validity(),
                        CertificateStatus.REVOKED,
                        r.requester(),
                        r.via(),
                        r.certificate(),
                        clock.instant(),
                        RevocationReason.KEY_COMPROMISE));
        return new CertificateRevoked(
                serial, revoked.identity(), RevocationReason.KEY_COMPROMISE, revoked.revokedAt(), "operator");
    }

    public X509Certificate root() {
        return authority.root();
    }

    private AuthorityDescription description() {
        return new AuthorityDescription(
                Pem.of(authority.root()),
                Pem.of(authority.intermediate().certificate()),
                Fingerprint.of(authority.root()).toString(),
                authority.root().getNotAfter().toInstant(),
                authority.intermediate().certificate().getNotAfter().toInstant(),
                "https://localhost:9000",
                Map.of());
    }

    private Future<DevicePage> devices(String query) {
        var found = records.values().stream()
                .map(CertificateRecord::device)
                .filter(device -> device != null && device.value().contains(query))
                .distinct()
                .map(device -> new DeviceRecord(device, "00", "127.0.0.1", clock.instant(), null, null))
                .toList();
        return Future.succeededFuture(new DevicePage(found, found.size(), 0, 1000));
    }

    private Future<CertificateDescription> describe(SerialNumber serial) {
        var known = records.get(serial);
        return beforeDescribing
                .get()
                .map(since -> known == null
                        ? new CertificateDescription.Unknown(serial)
                        : new CertificateDescription.Known(known));
    }

    private Future<IssueOutcome> issue(IssueCertificate asked) {
        try {
            var request = CertificateRequest.parse(asked.csr());
            if (refusing) {
                return refused(Refusal.OVERLOADED, "told to refuse");
            }
            var lifetime = asked.lifetime() == null ? Duration.ofHours(1) : asked.lifetime();
            if (lifetime.compareTo(leastLifetime) < 0) {
                return refused(Refusal.LIFETIME_NOT_ALLOWED, "too short");
            }
            var validity = new Validity(
                    clock.instant().minusSeconds(60), clock.instant().plus(lifetime));
            List<String> names = forgetful ? List.of("elsewhere.example") : asked.names();
            var key = confused ? KeyPairs.p256().getPublic() : request.publicKey();
            var leaf = leaf(asked.profile(), request.commonName(), names, key, validity);
            record(leaf, asked.profile(), request.commonName(), null);
            return Future.succeededFuture(new IssueOutcome.Issued(new CertificateBundle(
                    SerialNumber.of(leaf),
                    clock.instant(),
                    Validity.of(leaf),
                    Pem.of(leaf),
                    Pem.of(authority.intermediate().certificate()),
                    Pem.of(authority.root()))));
        } catch (UnfitRequest unfit) {
            return Future.failedFuture(unfit);
        }
    }

    private static Future<IssueOutcome> refused(Refusal refusal, String detail) {
        return Future.succeededFuture(new IssueOutcome.Refused(refusal, detail));
    }

    private X509Certificate leaf(
            Profile profile, String identity, List<String> names, PublicKey key, Validity validity) {
        return CertificateTemplate.leaf(
                        profile, identity, names, key, SerialNumber.random(RANDOMNESS), validity, IssuerLocations.NONE)
                .signedBy((foreign ? TestAuthority.at(clock.instant()) : authority).intermediate());
    }

    private void record(X509Certificate leaf, Profile profile, String identity, DeviceName device) {
        Instant now = clock.instant();
        records.put(
                SerialNumber.of(leaf),
                new CertificateRecord(
                        SerialNumber.of(leaf),
                        profile,
                        identity,
                        List.of(),
                        device,
                        now,
                        Validity.of(leaf),
                        CertificateStatus.ACTIVE,
                        "test",
                        "sign",
                        Pem.of(leaf),
                        null,
                        null));
    }
}
