package io.lumia.issuance;

import static io.lumia.bus.FleetBus.FALLBACK_TAKEN;

import io.lumia.bus.FleetBus.FallbackTaken;
import io.lumia.tls.TlsMaterial;
import io.lumia.x509.SerialNumber;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs each step of a fallback chain and tells it on the bus, where it is counted and alerted on. */
public final class FallbackStory {
    private static final Logger log = LoggerFactory.getLogger(FallbackStory.class);

    private final Vertx vertx;

    public FallbackStory(Vertx vertx) {
        this.vertx = vertx;
    }

    void retry(CertificateWish wish, CertificateSource source, IssuanceFailed failure, int number, Duration wait) {
        log.atWarn()
                .addKeyValue("identity", wish.commonName())
                .addKeyValue("method", source.method())
                .addKeyValue("issuer", source.issuer())
                .addKeyValue("attempt", number)
                .addKeyValue("reason", failure.reason().label())
                .addKeyValue("detail", failure.getMessage())
                .addKeyValue("retryInMillis", wait.toMillis())
                .log("certificate was not issued, trying again");
        told(wish, "retry", source.method(), failure);
    }

    void givenUp(CertificateWish wish, CertificateSource source, IssuanceFailed failure, int attempts) {
        log.atWarn()
                .addKeyValue("identity", wish.commonName())
                .addKeyValue("method", source.method())
                .addKeyValue("issuer", source.issuer())
                .addKeyValue("attempts", attempts)
                .addKeyValue("reason", failure.reason().label())
                .addKeyValue("detail", failure.getMessage())
                .log("source of certificates is given up for now");
        told(wish, "given_up", source.method(), failure);
    }

    void secondSource(CertificateWish wish, CertificateSource source) {
        log.atWarn()
                .addKeyValue("identity", wish.commonName())
                .addKeyValue("method", source.method())
                .addKeyValue("issuer", source.issuer())
                .log("certificate comes from a fallback source; look after the first");
        FALLBACK_TAKEN.publish(
                vertx,
                new FallbackTaken(
                        wish.commonName(), "second_source", source.method(), "none", "the first source failed"));
    }

    void kept(CertificateWish wish, TlsMaterial good, IssuanceFailed failure) {
        log.atError()
                .addKeyValue("identity", wish.commonName())
                .addKeyValue("serial", SerialNumber.of(good.leaf()))
                .addKeyValue("notAfter", good.leaf().getNotAfter().toInstant())
                .addKeyValue("detail", failure.getMessage())
                .log("no source issued a certificate, the last good one stays in use");
        told(wish, "kept", "none", failure);
    }

    void selfSigned(CertificateWish wish, TlsMaterial own, IssuanceFailed failure) {
        log.atError()
                .addKeyValue("identity", wish.commonName())
                .addKeyValue("notAfter", own.leaf().getNotAfter().toInstant())
                .addKeyValue("detail", failure.getMessage())
                .log(
                        "no source issued a certificate and none is valid, a self-signed one is served: clients that verify"
                                + " cannot connect");
        told(wish, "self_signed", "self-signed", failure);
    }

    void nothing(CertificateWish wish, IssuanceFailed failure) {
        log.atError()
                .addKeyValue("identity", wish.commonName())
                .addKeyValue("detail", failure.getMessage())
                .log("no source issued a certificate and none is valid");
        told(wish, "nothing", "none", failure);
    }

    private void told(CertificateWish wish, String step, String method, IssuanceFailed failure) {
        FALLBACK_TAKEN.publish(
                vertx,
                new FallbackTaken(
                        wish.commonName(), step, method, failure.reason().label(), failure.getMessage()));
    }
}
