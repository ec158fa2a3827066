package io.lumia.authority.acme;

import io.lumia.authority.acme.Problem.Kind;
import io.lumia.authority.acme.Views.RenewalInfoView;
import io.lumia.authority.acme.Views.WindowView;
import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.lifecycle.RenewalPolicy.Window;
import io.lumia.store.Store;
import io.lumia.x509.Pem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When certificates should be renewed (ARI, RFC 9773). */
final class RenewalInfoResource {
    private static final Duration SHORTEST_WAIT = Duration.ofMinutes(1);
    private static final Duration LONGEST_WAIT = Duration.ofHours(6);
    /** Looks that a client takes over a lifetime; a revocation is noticed by the next. */
    private static final int LOOKS = 20;

    private final Vertx vertx;
    private final Store store;
    private final RenewalPlan plan;

    RenewalInfoResource(Vertx vertx, Store store, RenewalPlan plan) {
        this.vertx = vertx;
        this.store = store;
        this.plan = plan;
    }

    /** RFC 9773, 4.2; open to everybody, as certificates are. */
    Future<Answer> show(Exchange exchange) {
        return certificate(CertificateId.parse(exchange.id())).map(found -> {
            var window = window(found);
            return Answer.json(
                            200,
                            new RenewalInfoView(new WindowView(
                                    window.begin().toString(), window.end().toString())))
                    .retryAfter(wait(found));
        });
    }

    /**
     * RFC 9773, 5: a renewal is of a certificate that the same account got for one of the same names, once.
     *
     * @param replaces as in the request; null: nothing to check
     */
    Future<Void> requireReplaceable(@Nullable String replaces, List<String> names, Account account) {
        if (replaces == null) {
            return Future.succeededFuture();
        }
        var id = CertificateId.parse(replaces);
        return certificate(id)
                .compose(found -> store.read(handle -> {
                    if (!OrderRows.issuedTo(handle, account.id(), id.serial())) {
                        throw new AcmeRefusal(Kind.UNAUTHORIZED, "'replaces' names a certificate of another account");
                    }
                    if (found.names().stream().map(Identifier::canonical).noneMatch(names::contains)) {
                        throw AcmeRefusal.malformed(
                                "'replaces' names a certificate that shares no identifier with the order");
                    }
                    if (OrderRows.isReplaced(handle, id.text())) {
                        throw new AcmeRefusal(
                                Kind.ALREADY_REPLACED, "'replaces' names a certificate that was replaced before");
                    }
                    return null;
                }));
    }

    private Future<CertificateRecord> certificate(CertificateId id) {
        return FleetBus.DESCRIBE_CERTIFICATE
                .ask(vertx, new DescribeCertificate(id.serial()))
                .map(described -> {
                    if (described instanceof CertificateDescription.Known known
                            && id.names(Pem.certificates(known.certificate().certificate())
                                    .get(0))) {
                        return known.certificate();
                    }
                    throw new AcmeRefusal(Problem.of(Kind.MALFORMED, "this CA did not issue the certificate")
                            .as(404));
                });
    }

    /** A revoked one should have been renewed by the time it was revoked. */
    private Window window(CertificateRecord certificate) {
        var revoked = certificate.revokedAt();
        var window = revoked == null ? plan.advise(certificate) : new Window(revoked.minusSeconds(1), revoked);
        // "end" comes after "start" even without spreading.
        return window.end().isAfter(window.begin())
                ? window
                : new Window(window.end().minusSeconds(1), window.end());
    }

    private static Duration wait(CertificateRecord certificate) {
        var share = Duration.between(
                        certificate.issuedAt(), certificate.validity().notAfter())
                .dividedBy(LOOKS);
        if (share.compareTo(SHORTEST_WAIT) < 0) {
            return SHORTEST_WAIT;
        }
        return share.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : share;
    }
}
