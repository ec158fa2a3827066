package io.lumia.tls;

import static io.lumia.bus.FleetBus.ISSUE_CERTIFICATE;

import io.lumia.bus.FleetBus.IssueCertificate;
import io.lumia.bus.FleetBus.IssueOutcome;
import io.lumia.bus.FleetBus.Refusal;
import io.lumia.crypto.KeyPairs;
import io.lumia.x509.CertificateBundle;
import io.lumia.x509.CertificateRequest;
import io.lumia.x509.Pem;
import io.lumia.x509.Profile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a listener asks of the authority: its own certificate, and one to prove itself with. */
record ListenerIssuance(Vertx vertx, String listener, List<String> names, WorkerExecutor worker) {
    private static final Duration PROBE_LIFETIME = Duration.ofMinutes(1);

    /** For a fresh key. @return fails with a sentence when the authority refuses */
    Future<TlsMaterial> obtain() {
        return worker.executeBlocking(KeyPairs::p256, false)
                .compose(
                        pair -> ISSUE_CERTIFICATE.ask(vertx, request(pair)).compose(outcome -> material(outcome, pair)))
                .recover(failed -> Future.failedFuture(new IllegalStateException(
                        "no certificate for the listener " + listener + ": " + failed.getMessage(), failed)));
    }

    private IssueCertificate request(KeyPair pair) {
        return new IssueCertificate(
                Profile.SERVER,
                CertificateRequest.create(pair, names.get(0), names),
                names,
                null,
                null,
                "listener " + listener,
                "sign");
    }

    private static Future<TlsMaterial> material(IssueOutcome outcome, KeyPair pair) {
        if (outcome instanceof IssueOutcome.Refused refused) {
            return Future.failedFuture("the authority refused: " + refused.detail());
        }
        CertificateBundle bundle = ((IssueOutcome.Issued) outcome).bundle();
        return Future.succeededFuture(new TlsMaterial(pair.getPrivate(), Pem.certificates(bundle.fullChain())));
    }

    /** A certificate that passes the handshake and nothing more: the broker refuses the profile at CONNECT. */
    Future<TlsMaterial> goodClient() {
        return worker.executeBlocking(KeyPairs::p256, false)
                .compose(pair -> ISSUE_CERTIFICATE
                        .ask(vertx, probe(pair, PROBE_LIFETIME))
                        .compose(outcome -> outcome instanceof IssueOutcome.Refused refused
                                        && refused.refusal() == Refusal.LIFETIME_NOT_ALLOWED
                                ? ISSUE_CERTIFICATE.ask(vertx, probe(pair, null))
                                : Future.succeededFuture(outcome))
                        .compose(outcome -> material(outcome, pair)));
    }

    private IssueCertificate probe(KeyPair pair, @Nullable Duration lifetime) {
        return new IssueCertificate(
                Profile.BOOTSTRAP,
                CertificateRequest.create(pair, "probe-" + listener, List.of()),
                List.of(),
                lifetime,
                null,
                "listener " + listener,
                "provisioning");
    }
}
