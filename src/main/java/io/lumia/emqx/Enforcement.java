package io.lumia.emqx;

import static io.lumia.bus.FleetBus.DESCRIBE_CERTIFICATE;
import static io.lumia.bus.FleetBus.LIST_CERTIFICATES;

import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificatePage;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateRevoked;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.ListCertificates;
import io.lumia.x509.Profile;
import io.lumia.x509.RevocationReason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Bans and kicks identities at EMQX, trying again until it is done. On one event loop. */
final class Enforcement {
    private static final Logger log = LoggerFactory.getLogger(Enforcement.class);
    private static final int MOST_ALIKE = 1000;

    /** Waits between attempts; the last one again and again. */
    private static final List<Duration> AGAIN = List.of(
            Duration.ofMillis(200),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofSeconds(30));

    private final Vertx vertx;
    private final EmqxApi api;
    private final Set<String> banned;
    private boolean stopped;

    /** @param banned identities that Lumia banned, as far as known; kept up to date here */
    Enforcement(Vertx vertx, EmqxApi api, Set<String> banned) {
        this.vertx = vertx;
        this.api = api;
        this.banned = banned;
    }

    /** What was done; never fails, but does not complete before it is done. */
    Future<String> enforce(CertificateRevoked revoked) {
        return persistently(
                "revocation",
                revoked.identity(),
                () -> others(revoked.identity())
                        .compose(others -> others ? kicked(revoked.identity()) : banned(revoked)));
    }

    /** The identity has a good certificate again. */
    void lift(String identity) {
        var unused = persistently(
                "lifting of a ban",
                identity,
                () -> others(identity)
                        .compose(good -> good ? lifted(identity) : Future.succeededFuture("stays banned")));
    }

    /** Revocations may have gone unheard while this did not run: those are banned who have no other certificate. */
    void catchUp() {
        var unused = persistently(
                "catching up",
                "*",
                () -> api.banned()
                        .onSuccess(banned::addAll)
                        .compose(known -> LIST_CERTIFICATES.ask(
                                vertx, new ListCertificates("", CertificateStatus.REVOKED, 0, MOST_ALIKE)))
                        .compose(page -> inTurn(page.certificates()))
                        .map(done -> "caught up"));
    }

    void stop() {
        stopped = true;
    }

    private Future<Void> inTurn(List<CertificateRecord> revoked) {
        Future<Void> done = Future.succeededFuture();
        for (var each : revoked) {
            if (!banned.contains(each.identity())) {
                done = done.compose(before -> missed(each));
            }
        }
        return done;
    }

    private Future<Void> missed(CertificateRecord each) {
        var why = Objects.requireNonNullElse(each.revocationReason(), RevocationReason.UNSPECIFIED);
        var at = Objects.requireNonNullElse(each.revokedAt(), each.issuedAt());
        return others(each.identity())
                .compose(others -> others
                        ? Future.succeededFuture("")
                        : banned(new CertificateRevoked(each.serial(), each.identity(), why, at, "catching up")))
                .mapEmpty();
    }

    /** Whether the identity has another certificate that is good for MQTT. */
    private Future<Boolean> others(String identity) {
        return LIST_CERTIFICATES
                .ask(vertx, new ListCertificates(identity, CertificateStatus.ACTIVE, 0, MOST_ALIKE))
                .map((CertificatePage page) -> page.certificates().stream()
                        .anyMatch(each -> each.identity().equals(identity)
                                && each.profile() != Profile.BOOTSTRAP
                                && each.profile() != Profile.SERVER));
    }

    private Future<String> banned(CertificateRevoked revoked) {
        var identity = revoked.identity();
        var reason = "certificate " + revoked.serial() + " revoked, "
                + revoked.reason().label();
        return ends(revoked)
                .compose(end -> api.ban(identity, reason, end.orElse(null)))
                .onSuccess(done -> banned.add(identity))
                .compose(done -> kicked(identity))
                .compose(done -> api.clients(identity))
                .compose(left -> left.isEmpty()
                        ? Future.succeededFuture("banned and kicked")
                        : Future.failedFuture(new EmqxFailed(left.size() + " clients are still there")));
    }

    private Future<String> kicked(String identity) {
        return api.clients(identity).compose(api::kick).map(done -> "kicked; it has another certificate");
    }

    private Future<String> lifted(String identity) {
        return api.unban(identity).onSuccess(done -> banned.remove(identity)).map(done -> "lifted");
    }

    /** When the certificate would have ended, after which nobody needs to be held off. */
    private Future<Optional<Instant>> ends(CertificateRevoked revoked) {
        return DESCRIBE_CERTIFICATE
                .ask(vertx, new DescribeCertificate(revoked.serial()))
                .map(told -> told instanceof CertificateDescription.Known known
                        ? Optional.of(known.certificate().validity().notAfter())
                        : Optional.empty());
    }

    private Future<String> persistently(String what, String identity, Supplier<Future<String>> attempt) {
        return attempt(what, identity, attempt, 0);
    }

    private Future<String> attempt(String what, String identity, Supplier<Future<String>> attempt, int failures) {
        return attempt.get().recover(failed -> {
            if (stopped) {
                return Future.failedFuture(failed);
            }
            var wait = AGAIN.get(Math.min(failures, AGAIN.size() - 1));
            log.atWarn()
                    .addKeyValue("identity", identity)
                    .addKeyValue("reason", failed.getMessage())
                    .addKeyValue("again", wait)
                    .log(what + " is not done at EMQX yet");
            return vertx.timer(wait.toMillis(), TimeUnit.MILLISECONDS)
                    .compose(later -> attempt(what, identity, attempt, failures + 1));
        });
    }
}
