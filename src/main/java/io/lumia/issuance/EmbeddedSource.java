package io.lumia.issuance;

import static io.lumia.bus.FleetBus.DESCRIBE_AUTHORITY;
import static io.lumia.bus.FleetBus.ISSUE_CERTIFICATE;

import io.lumia.bus.FleetBus.AuthorityDescription;
import io.lumia.bus.FleetBus.DescribeAuthority;
import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.Provisioned;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.crypto.KeyPairs;
import io.lumia.issuance.IssuanceFailed.Reason;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The authority of this fleet, asked on the bus: in this process or upstream. */
final class EmbeddedSource implements CertificateSource {
    private final Vertx vertx;
    private final WorkerExecutor workers;
    private final String name;
    private final Clock clock;

    /** @param name of who asks, for the authority's audit */
    EmbeddedSource(Vertx vertx, WorkerExecutor workers, String name, Clock clock) {
        this.vertx = vertx;
        this.workers = workers;
        this.name = name;
        this.clock = clock;
    }

    @Override
    public String method() {
        return "embedded";
    }

    @Override
    public Future<Void> health() {
        return authority().mapEmpty();
    }

    @Override
    public Future<TlsMaterial> obtain(CertificateWish wish) {
        return authority()
                .compose(authority -> workers.executeBlocking(() -> KeyPairs.of(wish.keyType()), false)
                        .compose(pair -> ask(pair, wish))
                        .compose(
                                material -> workers.executeBlocking(() -> accepted(material, wish, authority), false)));
    }

    private Future<AuthorityDescription> authority() {
        return DESCRIBE_AUTHORITY
                .ask(vertx, new DescribeAuthority())
                .recover(failure -> Future.failedFuture(unreachable(failure)));
    }

    private Future<TlsMaterial> ask(KeyPair pair, CertificateWish wish) {
        return ISSUE_CERTIFICATE
                .ask(vertx, request(pair, wish))
                .recover(failure -> Future.failedFuture(unreachable(failure)))
                .compose(outcome -> material(outcome, pair));
    }

    private IssueCertificate request(KeyPair pair, CertificateWish wish) {
        return new IssueCertificate(
                Profile.SERVER,
                CertificateRequest.create(pair, wish.commonName(), wish.names()),
                wish.names(),
                null,
                null,
                "issuance " + name,
                "sign",
                wish.forClient() ? new Provisioned(null, true, null, null) : null);
    }

    private static Future<TlsMaterial> material(IssueOutcome outcome, KeyPair pair) {
        if (outcome instanceof IssueOutcome.Refused refused) {
            return Future.failedFuture(new IssuanceFailed(
                    Reason.REFUSED,
                    "the embedded CA refused"
                            + (refused.refusal() == Refusal.OVERLOADED ? ", it has too much to do now" : "") + ": "
                            + refused.detail(),
                    null,
                    null));
        }
        try {
            var chain = ((IssueOutcome.Issued) outcome).bundle().fullChain();
            return Future.succeededFuture(IssuedChain.material(pair, Pem.certificates(chain)));
        } catch (IssuanceFailed unfit) {
            return Future.failedFuture(unfit);
        }
    }

    private TlsMaterial accepted(TlsMaterial material, CertificateWish wish, AuthorityDescription authority)
            throws IssuanceFailed {
        IssuedCertificateCheck.demand(material, wish, roots(authority), clock.instant());
        return material;
    }

    private static List<X509Certificate> roots(AuthorityDescription authority) {
        return Pem.certificates(authority.root());
    }

    private static IssuanceFailed unreachable(@Nullable Throwable failure) {
        return new IssuanceFailed(
                Reason.UNREACHABLE,
                "the embedded CA does not answer ("
                        + (failure == null ? "" : failure.getMessage())
                        + "): let this process run it (parts) or name the one that does (upstream.url)",
                null,
                failure);
    }
}
