package io.lumia.fakes;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.AccountPage;
import io.lumia.bus.FleetBus.AccountSummary;
import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificatePage;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.DevicePage;
import io.lumia.bus.FleetBus.DeviceRecord;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.ListAccounts;
import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.bus.FleetBus.ListOrders;
import io.lumia.bus.FleetBus.OrderPage;
import io.lumia.bus.FleetBus.OrderSummary;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.bus.FleetBus.ReleaseOutcome;
import io.lumia.bus.FleetBus.RevokeOutcome;
import io.lumia.crypto.KeyPairs;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.DeviceName;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.lumia.x509.SerialNumber;
import io.lumia.x509.Validity;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Answers for the authority on the bus: one certificate, one device, and a refusal on demand. */
public final class ScriptedAuthority {
    public static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    public static final SerialNumber SERIAL = new SerialNumber(BigInteger.valueOf(0xabcdef));
    private static final OrderSummary ORDER = new OrderSummary(
            "order-1", "account-1", List.of("a.example", "b.example"), "valid", NOW, NOW.plusSeconds(60), null, SERIAL);
    private static final AccountSummary ACCOUNT =
            new AccountSummary("account-1", "acme", "thumb", List.of("mailto:ops@example.com"), "valid", NOW);
    private static final Validity ONE_HOUR = new Validity(NOW, NOW.plus(Duration.ofHours(1)));

    /** Every question for a certificate, in order. */
    public final List<IssueCertificate> asked = new CopyOnWriteArrayList<>();

    public final List<ListCertificates> listed = new CopyOnWriteArrayList<>();
    /** A certificate, PEM, signed by itself. */
    public final String pem = selfSigned();
    /** Null: issue. */
    public volatile Refusal refusal;

    public volatile boolean broken;
    /** Of lists that need not be: false. */
    public volatile boolean complete = true;

    public final List<ListOrders> listedOrders = new CopyOnWriteArrayList<>();
    public final List<ListAccounts> listedAccounts = new CopyOnWriteArrayList<>();

    /** Registers at every address of the authority. */
    public Future<?> serve(Vertx vertx) {
        return Future.all(List.of(
                FleetBus.ISSUE_CERTIFICATE.serve(vertx, this::issue),
                FleetBus.DESCRIBE_CERTIFICATE.serve(
                        vertx,
                        asked -> Future.succeededFuture(
                                asked.serial().equals(SERIAL)
                                        ? new CertificateDescription.Known(certificate())
                                        : new CertificateDescription.Unknown(asked.serial()))),
                FleetBus.REVOKE_CERTIFICATE.serve(
                        vertx,
                        asked -> Future.succeededFuture(
                                asked.serial().equals(SERIAL)
                                        ? new RevokeOutcome.Revoked(revoked(asked.reason()))
                                        : new RevokeOutcome.Unknown(asked.serial()))),
                FleetBus.LIST_CERTIFICATES.serve(vertx, asked -> {
                    listed.add(asked);
                    return Future.succeededFuture(
                            new CertificatePage(List.of(certificate()), 1, complete, asked.page(), asked.size()));
                }),
                FleetBus.LIST_ORDERS.serve(vertx, asked -> {
                    listedOrders.add(asked);
                    return Future.succeededFuture(
                            new OrderPage(List.of(ORDER), 1, complete, asked.page(), asked.size()));
                }),
                FleetBus.LIST_ACCOUNTS.serve(vertx, asked -> {
                    listedAccounts.add(asked);
                    return Future.succeededFuture(
                            new AccountPage(List.of(ACCOUNT), 1, complete, asked.page(), asked.size()));
                }),
                FleetBus.DESCRIBE_AUTHORITY.serve(
                        vertx,
                        asked -> Future.succeededFuture(new AuthorityDescription(
                                pem, pem, "00", NOW, NOW, "https://localhost:9000", Map.of()))),
                FleetBus.LIST_DEVICES.serve(
                        vertx,
                        asked -> Future.succeededFuture(new DevicePage(
                                List.of(new DeviceRecord(
                                        new DeviceName("dev-0001"), "ff", "127.0.0.2", NOW, null, null)),
                                1,
                                asked.page(),
                                asked.size()))),
                FleetBus.RELEASE_NAME.serve(
                        vertx,
                        asked -> Future.succeededFuture(
                                asked.device().value().equals("dev-0001")
                                        ? ReleaseOutcome.RELEASED
                                        : ReleaseOutcome.UNKNOWN))));
    }

    private Future<IssueOutcome> issue(IssueCertificate wanted) {
        asked.add(wanted);
        if (broken) {
            return Future.failedFuture("the disk is on fire");
        }
        return Future.succeededFuture(
                refusal == null
                        ? new IssueOutcome.Issued(new CertificateBundle(SERIAL, NOW, ONE_HOUR, pem, pem, pem))
                        : new IssueOutcome.Refused(refusal, "because the test says so"));
    }

    private CertificateRecord certificate() {
        return new CertificateRecord(
                SERIAL,
                Profile.SERVER,
                "broker",
                List.of("localhost"),
                null,
                NOW,
                ONE_HOUR,
                CertificateStatus.ACTIVE,
                "operator",
                "sign",
                pem,
                null,
                null);
    }

    private CertificateRecord revoked(RevocationReason reason) {
        return new CertificateRecord(
                SERIAL,
                Profile.SERVER,
                "broker",
                List.of("localhost"),
                null,
                NOW,
                ONE_HOUR,
                CertificateStatus.REVOKED,
                "operator",
                "sign",
                pem,
                NOW,
                reason);
    }

    private static String selfSigned() {
        try {
            var pair = KeyPairs.p256();
            var name = new X500Name("CN=Test");
            var builder = new JcaX509v3CertificateBuilder(
                    name, BigInteger.ONE, Date.from(NOW), Date.from(NOW.plusSeconds(3600)), name, pair.getPublic());
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate());
            return Pem.of(new JcaX509CertificateConverter().getCertificate(builder.build(signer)));
        } catch (java.security.GeneralSecurityException | org.bouncycastle.operator.OperatorCreationException broken) {
            throw new IllegalStateException(broken);
        }
    }
}
