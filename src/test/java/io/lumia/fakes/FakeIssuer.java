package io.lumia.fakes;

import io.lumia.authority.acme.AcmeIssuer;
import io.lumia.bus.FleetBus.DeviceRecord;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.crypto.KeyPairs;
import io.lumia.store.Store;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.Pem;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A CA with a root and an intermediate in memory, which issues what it is asked for and remembers it. */
public final class FakeIssuer implements AcmeIssuer {
    private static final Duration LONG = Duration.ofDays(30);

    public final List<IssueCertificate> asked = new CopyOnWriteArrayList<>();
    private final Map<DeviceName, DeviceRecord> devices = new ConcurrentHashMap<>();
    private final KeyPair rootKey = KeyPairs.p256();
    private final KeyPair intermediateKey = KeyPairs.p256();
    private final Clock clock;
    private final X509Certificate root;
    private final X509Certificate intermediate;
    private volatile @Nullable Store store;
    private volatile Optional<IssueOutcome> next = Optional.empty();

    public FakeIssuer(Clock clock) {
        this.clock = clock;
        root = sign("CN=Test Root", rootKey, "CN=Test Root", rootKey.getPublic(), List.of(), true);
        intermediate =
                sign("CN=Test Root", rootKey, "CN=Test Intermediate", intermediateKey.getPublic(), List.of(), true);
    }

    /** The next request gets this outcome. */
    public void answerNext(IssueOutcome outcome) {
        next = Optional.of(outcome);
    }

    public void claim(String device, PublicKey identityKey, String address) {
        var name = new DeviceName(device);
        devices.put(
                name, new DeviceRecord(name, Fingerprint.of(identityKey).hex(), address, clock.instant(), null, null));
    }

    public String root() {
        return Pem.of(root);
    }

    /** Chain and key of a server on loopback. */
    public String serverChain(KeyPair pair) {
        return Pem.of(List.of(
                sign(
                        "CN=Test Intermediate",
                        intermediateKey,
                        "CN=localhost",
                        pair.getPublic(),
                        List.of("localhost", "127.0.0.1"),
                        false),
                intermediate));
    }

    @Override
    public Future<Optional<DeviceRecord>> device(DeviceName name) {
        return Future.succeededFuture(Optional.ofNullable(devices.get(name)));
    }

    @Override
    public Future<IssueOutcome> issue(IssueCertificate request, CertificateRequest csr, Consequence also) {
        asked.add(request);
        var prepared = next;
        next = Optional.empty();
        var outcome = prepared.orElseGet(() -> issued(request, csr));
        return outcome instanceof IssueOutcome.Issued issued
                ? Objects.requireNonNull(store).write(handle -> {
                    also.keep(handle, issued.bundle());
                    return outcome;
                })
                : Future.succeededFuture(outcome);
    }

    /** Where the consequences of an issuance are kept. */
    public void keepIn(Store opened) {
        store = opened;
    }

    private IssueOutcome issued(IssueCertificate request, CertificateRequest csr) {
        try {
            var names = request.names().isEmpty() ? csr.names() : request.names();
            var leaf =
                    sign("CN=Test Intermediate", intermediateKey, "CN=" + names.get(0), csr.publicKey(), names, false);
            return new IssueOutcome.Issued(new CertificateBundle(
                    SerialNumber.of(leaf),
                    clock.instant(),
                    Validity.of(leaf),
                    Pem.of(leaf),
                    Pem.of(intermediate),
                    Pem.of(root)));
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }

    private X509Certificate sign(
            String issuer, KeyPair signer, String subject, PublicKey key, List<String> names, boolean authority) {
        try {
            var now = clock.instant();
            var serial = authority
                    ? BigInteger.TEN
                    : SerialNumber.random(new SecureRandom()).value();
            var builder = new JcaX509v3CertificateBuilder(
                    new X500Name(issuer),
                    serial,
                    Date.from(now.minusSeconds(60)),
                    Date.from(now.plus(LONG)),
                    new X500Name(subject),
                    key);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(signer.getPublic()));
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(names.stream()
                                .map(name -> new GeneralName(
                                        CertificateRequest.isAddress(name)
                                                ? GeneralName.iPAddress
                                                : GeneralName.dNSName,
                                        name))
                                .toArray(GeneralName[]::new)));
            }
            var signing = new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signing));
        } catch (Exception broken) {
            throw new IllegalStateException(broken);
        }
    }
}
