package io.lumia.cli;

import io.lumia.config.LumiaConfig;
import io.lumia.issuance.CertificateSources;
import io.lumia.renewal.InstanceRenewalVerticle;
import io.lumia.renewal.Renewals;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Clock;

/** The renewals of the configured instances, with everything that they take. */
final class Instances {
    private Instances() {}

    static Renewals renewals(Vertx vertx, LumiaConfig config, Clock clock) {
        var sources = new CertificateSources(vertx, config.data(), clock);
        return new Renewals(
                vertx,
                config.renewal(),
                config.tls(),
                config.emqx(),
                config.data(),
                (name, instance) -> sources.chain(name, instance.issuer(), instance.fallback()),
                clock);
    }

    static InstanceRenewalVerticle verticle(Vertx vertx, LumiaConfig config, Clock clock) {
        return new InstanceRenewalVerticle(
                renewals(vertx, config, clock), config.renewal().checkInterval(), clock, new SecureRandom());
    }
}
