package io.lumia.authority;

import io.lumia.bus.FleetBus;
import io.lumia.bus.FleetBus.CertificateDescription;
import io.lumia.bus.FleetBus.CertificateRecord;
import io.lumia.bus.FleetBus.CertificateStatus;
import io.lumia.bus.FleetBus.ConfirmTrust;
import io.lumia.bus.FleetBus.DescribeCertificate;
import io.lumia.bus.FleetBus.TrustConfirmed;
import io.lumia.bus.FleetBus.TrustHolder;
import io.lumia.http.PresentedCertificate;
import io.lumia.http.Problem;
import io.lumia.x509.Fingerprint;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * {@code POST /trust}: a device, known by its certificate, says which bundle of roots it uses; the body is the bundle's fingerprint. Answered with
 * {@code {"current", "bundleFingerprint"}}: who is not current fetches {@code /roots.pem} and says so again.
 */
final class TrustRoutes {
    private final Vertx vertx;

    TrustRoutes(Vertx vertx) {
        this.vertx = vertx;
    }

    void mount(Router router) {
        List.of("", "/1.0").forEach(prefix -> router.post(prefix + "/trust").handler(this::confirm));
    }

    private void confirm(RoutingContext context) {
        var fingerprint = fingerprint(context.body().asString());
        var peer = PresentedCertificate.of(context);
        if (fingerprint.isEmpty()) {
            answer(
                    context,
                    400,
                    "bad-request",
                    "the body is the SHA-256 fingerprint of a bundle, 64 hexadecimal digits");
        } else if (peer.isEmpty()) {
            answer(context, 401, "unauthorized", "present the device's certificate by TLS");
        } else {
            holder(peer.get())
                    .compose(holder -> holder.isEmpty()
                            ? Future.succeededFuture(Optional.<TrustConfirmed>empty())
                            : kept(holder.get(), fingerprint.get()))
                    .onSuccess(kept -> kept.ifPresentOrElse(
                            told -> send(context, told),
                            () -> answer(context, 403, "forbidden", "the certificate is not valid any more")))
                    .onFailure(context::fail);
        }
    }

    private Future<Optional<TrustConfirmed>> kept(CertificateRecord holder, Fingerprint bundle) {
        var device = holder.device();
        var told = device == null
                ? new ConfirmTrust(TrustHolder.SERVICE, holder.identity(), bundle.hex())
                : new ConfirmTrust(TrustHolder.DEVICE, device.value(), bundle.hex());
        return FleetBus.CONFIRM_TRUST.ask(vertx, told).map(Optional::of);
    }

    private Future<Optional<CertificateRecord>> holder(X509Certificate peer) {
        return FleetBus.DESCRIBE_CERTIFICATE
                .ask(vertx, new DescribeCertificate(new SerialNumber(peer.getSerialNumber())))
                .map(described -> described instanceof CertificateDescription.Known known
                                && known.certificate().status() == CertificateStatus.ACTIVE
                        ? Optional.of(known.certificate())
                        : Optional.empty());
    }

    private static Optional<Fingerprint> fingerprint(String body) {
        try {
            return body == null ? Optional.empty() : Optional.of(new Fingerprint(body.strip()));
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    private static void send(RoutingContext context, TrustConfirmed told) {
        var unused = context.response()
                .putHeader("Content-Type", "application/json")
                .end(new JsonObject()
                        .put("current", told.current())
                        .put("bundleFingerprint", told.bundleFingerprint())
                        .encode());
    }

    private static void answer(RoutingContext context, int status, String type, String detail) {
        Problem.of(status, type, "Trust not confirmed", detail).answer(context.response());
    }
}
